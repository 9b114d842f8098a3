/* The figures of each label as a table that sorts by a click on a column's head. */
#pragma once

#include <gtk/gtk.h>
#include <lambdascope/measure.h>

G_BEGIN_DECLS

#define LAM_TYPE_MEASURE_TABLE (lam_measure_table_get_type())
G_DECLARE_FINAL_TYPE(LamMeasureTable, lam_measure_table, LAM, MEASURE_TABLE, GtkWidget)

/* namer may be NULL. NULL instead of measures empties the table. */
void lam_measure_table_show(LamMeasureTable *table, const LamLabelMeasures *measures,
                            LamLabelNamer namer, gpointer user);

G_END_DECLS
