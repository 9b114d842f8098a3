/* What a person adds to a report: rating, notes, how λ was chosen, whether files may be named. Stays open beside
 * the pictures until the report is written, and shows how far that is. */
#pragma once

#include <gtk/gtk.h>
#include <lambdascope/report.h>

G_BEGIN_DECLS

#define LAM_TYPE_REPORT_DIALOG (lam_report_dialog_get_type())
G_DECLARE_FINAL_TYPE(LamReportDialog, lam_report_dialog, LAM, REPORT_DIALOG, GtkWindow)

/* Signals: "write": the button that asks for the file; "cancel": what is being written is to end. */

LamReportDialog *lam_report_dialog_new(GtkWindow *parent);
/* Sets rating, notes, chosen and with_names; the notes are to be freed. */
void lam_report_dialog_fill(LamReportDialog *dialog, LamReportSource *source, char **notes);
/* What it proposes; LAM_CHOSEN_UNKNOWN: by eye. */
void lam_report_dialog_set_chosen(LamReportDialog *dialog, LamLambdaChosen chosen);
/* Whether the report is to be opened once it is there. */
bool lam_report_dialog_opens(LamReportDialog *dialog);
/* fraction < 0: nothing is being written. */
void lam_report_dialog_set_progress(LamReportDialog *dialog, double fraction);

G_END_DECLS
