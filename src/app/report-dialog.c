#include "report-dialog.h"

struct _LamReportDialog {
    GtkWindow parent;
    GtkWidget *form, *write_button, *cancel_button;
    GtkToggleButton *none, *pass, *borderline, *fail;
    GtkDropDown *chosen;
    GtkTextView *notes;
    GtkCheckButton *names, *open;
    GtkProgressBar *progress;
};

G_DEFINE_FINAL_TYPE(LamReportDialog, lam_report_dialog, GTK_TYPE_WINDOW)

enum { WRITE, CANCEL, SIGNALS };
static guint signals[SIGNALS];

static LamRating rating_of(const LamReportDialog *dialog)
{
    return gtk_toggle_button_get_active(dialog->pass)         ? LAM_RATING_PASS
           : gtk_toggle_button_get_active(dialog->borderline) ? LAM_RATING_BORDERLINE
           : gtk_toggle_button_get_active(dialog->fail)       ? LAM_RATING_FAIL
                                                              : LAM_RATING_NONE;
}

void lam_report_dialog_fill(LamReportDialog *dialog, LamReportSource *source, char **notes)
{
    GtkTextIter begin, end;
    GtkTextBuffer *buffer = gtk_text_view_get_buffer(dialog->notes);
    gtk_text_buffer_get_bounds(buffer, &begin, &end);
    *notes = gtk_text_buffer_get_text(buffer, &begin, &end, FALSE);
    source->notes = *notes;
    source->rating = rating_of(dialog);
    source->chosen = (LamLambdaChosen)MIN(gtk_drop_down_get_selected(dialog->chosen),
                                          (guint)LAM_CHOSEN_EVIDENCE);
    source->with_names = gtk_check_button_get_active(dialog->names);
}

void lam_report_dialog_set_chosen(LamReportDialog *dialog, LamLambdaChosen chosen)
{
    gtk_drop_down_set_selected(dialog->chosen,
                               chosen <= LAM_CHOSEN_EVIDENCE ? chosen : LAM_CHOSEN_MANUALLY);
}

bool lam_report_dialog_opens(LamReportDialog *dialog)
{
    return gtk_check_button_get_active(dialog->open);
}

void lam_report_dialog_set_progress(LamReportDialog *dialog, double fraction)
{
    bool busy = fraction >= 0;
    gtk_widget_set_sensitive(dialog->form, !busy);
    gtk_widget_set_sensitive(dialog->write_button, !busy);
    gtk_widget_set_visible(GTK_WIDGET(dialog->progress), busy);
    gtk_widget_set_visible(dialog->cancel_button, busy);
    gtk_progress_bar_set_fraction(dialog->progress, MAX(fraction, 0));
}

static void write_clicked(GtkButton *button, LamReportDialog *dialog)
{
    g_signal_emit(dialog, signals[WRITE], 0);
}

static void cancel_clicked(GtkButton *button, LamReportDialog *dialog)
{
    g_signal_emit(dialog, signals[CANCEL], 0);
}

/* Escape ends what is written, else the dialog. */
static gboolean escape(GtkWidget *widget, GVariant *arguments, gpointer user)
{
    LamReportDialog *dialog = LAM_REPORT_DIALOG(widget);
    if (gtk_widget_get_visible(dialog->cancel_button))
        g_signal_emit(dialog, signals[CANCEL], 0);
    else
        gtk_window_close(GTK_WINDOW(dialog));
    return GDK_EVENT_STOP;
}

static void bind_children(GtkWidgetClass *klass)
{
    gtk_widget_class_bind_template_child(klass, LamReportDialog, form);
    gtk_widget_class_bind_template_child(klass, LamReportDialog, write_button);
    gtk_widget_class_bind_template_child(klass, LamReportDialog, cancel_button);
    gtk_widget_class_bind_template_child(klass, LamReportDialog, none);
    gtk_widget_class_bind_template_child(klass, LamReportDialog, pass);
    gtk_widget_class_bind_template_child(klass, LamReportDialog, borderline);
    gtk_widget_class_bind_template_child(klass, LamReportDialog, fail);
    gtk_widget_class_bind_template_child(klass, LamReportDialog, chosen);
    gtk_widget_class_bind_template_child(klass, LamReportDialog, notes);
    gtk_widget_class_bind_template_child(klass, LamReportDialog, names);
    gtk_widget_class_bind_template_child(klass, LamReportDialog, open);
    gtk_widget_class_bind_template_child(klass, LamReportDialog, progress);
    gtk_widget_class_bind_template_callback(klass, write_clicked);
    gtk_widget_class_bind_template_callback(klass, cancel_clicked);
}

static void lam_report_dialog_class_init(LamReportDialogClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    const char *const names[SIGNALS] = {"write", "cancel"};
    for (int i = 0; i < SIGNALS; i++)
        signals[i] = g_signal_new(names[i], LAM_TYPE_REPORT_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
    gtk_widget_class_set_template_from_resource(
        widget_class, "/io/github/lambdascope/Lambdascope/report-dialog.ui");
    bind_children(widget_class);
    gtk_widget_class_add_binding(widget_class, GDK_KEY_Escape, 0, escape, NULL);
}

static void lam_report_dialog_init(LamReportDialog *dialog)
{
    gtk_widget_init_template(GTK_WIDGET(dialog));
    gtk_widget_add_css_class(GTK_WIDGET(dialog), "lambdascope");
}

LamReportDialog *lam_report_dialog_new(GtkWindow *parent)
{
    return g_object_new(LAM_TYPE_REPORT_DIALOG, "transient-for", parent, "destroy-with-parent",
                        TRUE, NULL);
}
