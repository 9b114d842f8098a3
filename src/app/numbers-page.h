/* The panel's page of figures: of the pair, and of each label. They are those of the λ that stands above
 * them; while that is not the present one they are dimmed and it is said. */
#pragma once

#include "measurer.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LAM_TYPE_NUMBERS_PAGE (lam_numbers_page_get_type())
G_DECLARE_FINAL_TYPE(LamNumbersPage, lam_numbers_page, LAM, NUMBERS_PAGE, GtkWidget)

/* Copies. namer (may be NULL) is asked at once. */
void lam_numbers_page_show(LamNumbersPage *page, const LamMeasured *measured, LamLabelNamer namer,
                           gpointer user);
/* λ has moved on; the figures of the new one are awaited. */
void lam_numbers_page_set_stale(LamNumbersPage *page);
/* Why there are none. */
void lam_numbers_page_set_error(LamNumbersPage *page, const char *message);
void lam_numbers_page_clear(LamNumbersPage *page);

/* Signal "selection-changed": by the person, in the table of labels. */
bool lam_numbers_page_is_selected(LamNumbersPage *page, int label);
bool lam_numbers_page_selects_any(LamNumbersPage *page);

/* Borrowed; NULL unless they are of the present λ. */
const LamMeasures *lam_numbers_page_measures(LamNumbersPage *page);

G_END_DECLS
