/* A popover with the labels of a map: some are chosen by name and added as one region. */
#pragma once

#include <gtk/gtk.h>
#include <lambdascope/measure.h>

G_BEGIN_DECLS

#define LAM_TYPE_LABEL_CHOOSER (lam_label_chooser_get_type())
G_DECLARE_FINAL_TYPE(LamLabelChooser, lam_label_chooser, LAM, LABEL_CHOOSER, GtkPopover)

/* Signal "chosen": the name (string) of the first one or more, and their labels (GArray of int, borrowed). */
void lam_label_chooser_set_labels(LamLabelChooser *chooser, const int *labels, int n,
                                  LamLabelNamer namer, gpointer user);

G_END_DECLS
