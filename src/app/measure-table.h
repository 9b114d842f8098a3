/* The figures of each label as a table that sorts by a click on a column's head. */
#pragma once

#include <gtk/gtk.h>
#include <lambdascope/measure.h>
#include <stdbool.h>

G_BEGIN_DECLS

#define LAM_TYPE_MEASURE_TABLE (lam_measure_table_get_type())
G_DECLARE_FINAL_TYPE(LamMeasureTable, lam_measure_table, LAM, MEASURE_TABLE, GtkWidget)

/* namer may be NULL. NULL instead of measures empties the table. */
void lam_measure_table_show(LamMeasureTable *table, const LamLabelMeasures *measures,
                            LamLabelNamer namer, gpointer user);

/* Signal "selection-changed": by the person. What is selected stays so when other figures are shown. */
bool lam_measure_table_is_selected(LamMeasureTable *table, int label);
bool lam_measure_table_selects_any(LamMeasureTable *table);

G_END_DECLS
