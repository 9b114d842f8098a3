/* Ascending orders for qsort and bsearch. */
#pragma once

/* Of ints. */
int lam_order_ints(const void *a, const void *b);
/* Of doubles; without NaN. */
int lam_order_doubles(const void *a, const void *b);
