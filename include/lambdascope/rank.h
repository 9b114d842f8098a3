/* Rank correlation. */
#pragma once

#include <stddef.h>

/* Spearman's: Pearson's of the ranks, of which equal values share the mean. NaN of fewer than two values, or where all
 * of one side are equal. No NaN may be among them. Thread-safety: safe. */
double lam_rank_correlation(const double *a, const double *b, size_t n);
