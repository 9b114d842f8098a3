#include "numbers-page.h"

#include "measure-table.h"

#include <glib/gi18n.h>
#include <math.h>

typedef enum {
    SIMILARITY,
    FOLDS,
    SD_LOG_JACOBIAN,
    MEAN_MM,
    P95_MM,
    MAX_MM,
    ROUGHNESS,
    DICE,
    HD95,
    FIGURES
} Figure;

struct _LamNumbersPage {
    GtkWidget parent;
    GtkWidget *box, *content, *no_labels, *busy;
    GtkLabel *heading, *error;
    GtkGrid *grid;
    GtkLabel *captions[FIGURES], *values[FIGURES];
    LamMeasureTable *table;
    LamMeasures shown; /* lambda NaN: none */
    bool stale;
};

static guint selection_changed_signal;

G_DEFINE_FINAL_TYPE(LamNumbersPage, lam_numbers_page, GTK_TYPE_WIDGET)

static const struct {
    const char *caption, *tooltip;
} figures[FIGURES] = {
    [SIMILARITY] = {N_("Similarity"), N_("Correlation of the fixed and the warped scan")},
    [FOLDS] = {N_("Folds"), N_("Share of the field’s points with |J| ≤ 0")},
    [SD_LOG_JACOBIAN] = {N_("SD log|J|"),
                         N_("How unevenly volume changes: 0 where nothing is deformed")},
    [MEAN_MM] = {N_("Moved, mean"), N_("Length of the displacement, beyond the affine alignment")},
    [P95_MM] = {N_("Moved, 95 %"),
                /* xgettext:no-c-format */
                N_("95 % of the field’s points move less")},
    [MAX_MM] = {N_("Moved, most"), N_("The largest displacement")},
    [ROUGHNESS] = {N_("Roughness"), N_("Mean squared difference of the displacement between "
                                       "neighbouring points, in voxels²: what λ punishes")},
    [DICE] = {N_("Mean Dice"), N_("Overlap of the labels: 1 is all; before: by the affine alone")},
    [HD95] = {N_("Mean HD95"), N_("95th percentile of the distances of the labels’ surfaces; "
                                  "before: by the affine alone")},
};

static char *text_of(double value, const char *format)
{
    return isfinite(value) ? g_strdup_printf(format, value) : g_strdup("–");
}

static void set_value(LamNumbersPage *page, Figure figure, double value, const char *format)
{
    g_autofree char *text = text_of(value, format);
    gtk_label_set_label(page->values[figure], text);
}

static void set_both(LamNumbersPage *page, Figure figure, double value, double before,
                     const char *format)
{
    g_autofree char *now = text_of(value, format), *then = text_of(before, format);
    g_autofree char *text = g_strdup_printf(_("%s (before %s)"), now, then);
    gtk_label_set_label(page->values[figure], text);
}

static void show_figures(LamNumbersPage *page, const LamMeasured *m)
{
    const LamMeasures *now = &m->at_lambda;
    bool labelled = now->labels.count > 0;
    set_value(page, SIMILARITY, now->similarity, "%.3f");
    set_value(page, FOLDS, now->field.fold_percent, "%.3f %%");
    set_value(page, SD_LOG_JACOBIAN, now->field.sd_log_jacobian, "%.3f");
    set_value(page, MEAN_MM, now->field.mean_mm, "%.2f mm");
    set_value(page, P95_MM, now->field.p95_mm, "%.2f mm");
    set_value(page, MAX_MM, now->field.max_mm, "%.2f mm");
    set_value(page, ROUGHNESS, now->roughness, "%.4f");
    set_both(page, DICE, now->labels.mean.dice, m->aligned.mean.dice, "%.3f");
    set_both(page, HD95, now->labels.mean.hd95_mm, m->aligned.mean.hd95_mm, "%.1f mm");
    for (int figure = DICE; figure <= HD95; figure++) {
        gtk_widget_set_visible(GTK_WIDGET(page->captions[figure]), labelled);
        gtk_widget_set_visible(GTK_WIDGET(page->values[figure]), labelled);
    }
    gtk_widget_set_visible(GTK_WIDGET(page->table), labelled);
    gtk_widget_set_visible(page->no_labels, !labelled);
}

static char *heading_of(const LamNumbersPage *page)
{
    double lambda = page->shown.lambda, dice = page->shown.labels.mean.dice;
    if (isnan(lambda))
        return g_strdup(page->stale ? _("Measuring") : "");
    if (page->stale)
        return g_strdup_printf(_("λ %.3f, not the present one"), lambda);
    return page->shown.labels.count > 0 && isfinite(dice)
               ? g_strdup_printf(_("λ %.3f    Dice %.3f"), lambda, dice)
               : g_strdup_printf(_("λ %.3f"), lambda);
}

static void show_heading(LamNumbersPage *page)
{
    g_autofree char *text = heading_of(page);
    gtk_label_set_label(page->heading, text);
    gtk_widget_set_visible(page->busy, page->stale);
    gtk_spinner_set_spinning(GTK_SPINNER(page->busy), page->stale);
    gtk_widget_set_visible(page->content, !isnan(page->shown.lambda));
    if (page->stale)
        gtk_widget_add_css_class(page->content, "stale");
    else
        gtk_widget_remove_css_class(page->content, "stale");
}

static void forget(LamNumbersPage *page)
{
    lam_measures_clear(&page->shown);
    page->shown.lambda = NAN;
    page->stale = false;
    gtk_widget_set_visible(GTK_WIDGET(page->error), FALSE);
}

void lam_numbers_page_show(LamNumbersPage *page, const LamMeasured *measured, LamLabelNamer namer,
                           gpointer user)
{
    const LamLabelMeasures *labels = &measured->at_lambda.labels;
    forget(page);
    page->shown = measured->at_lambda;
    page->shown.labels.label =
        g_memdup2(labels->label, (gsize)labels->count * sizeof(labels->label[0]));
    show_figures(page, measured);
    lam_measure_table_show(page->table, labels, namer, user);
    show_heading(page);
}

void lam_numbers_page_set_stale(LamNumbersPage *page)
{
    page->stale = true;
    gtk_widget_set_visible(GTK_WIDGET(page->error), FALSE);
    show_heading(page);
}

void lam_numbers_page_set_error(LamNumbersPage *page, const char *message)
{
    forget(page);
    gtk_label_set_label(page->error, message);
    gtk_widget_set_visible(GTK_WIDGET(page->error), TRUE);
    show_heading(page);
}

void lam_numbers_page_clear(LamNumbersPage *page)
{
    forget(page);
    lam_measure_table_show(page->table, NULL, NULL, NULL);
    show_heading(page);
}

const LamMeasures *lam_numbers_page_measures(LamNumbersPage *page)
{
    return page->stale || isnan(page->shown.lambda) ? NULL : &page->shown;
}

bool lam_numbers_page_is_selected(LamNumbersPage *page, int label)
{
    return lam_measure_table_is_selected(page->table, label);
}

bool lam_numbers_page_selects_any(LamNumbersPage *page)
{
    return lam_measure_table_selects_any(page->table);
}

static void selection_changed(LamMeasureTable *table, LamNumbersPage *page)
{
    g_signal_emit(page, selection_changed_signal, 0);
}

static GtkLabel *add_label(LamNumbersPage *page, const char *text, const char *style, int column,
                           int row)
{
    GtkWidget *label = gtk_label_new(text);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_widget_add_css_class(label, style);
    gtk_grid_attach(page->grid, label, column, row, 1, 1);
    return GTK_LABEL(label);
}

static void add_figures(LamNumbersPage *page)
{
    for (int i = 0; i < FIGURES; i++) {
        page->captions[i] = add_label(page, _(figures[i].caption), "quiet", 0, i);
        page->values[i] = add_label(page, "–", "figures", 1, i);
        gtk_widget_set_tooltip_text(GTK_WIDGET(page->captions[i]), _(figures[i].tooltip));
        gtk_widget_set_tooltip_text(GTK_WIDGET(page->values[i]), _(figures[i].tooltip));
    }
}

static void lam_numbers_page_dispose(GObject *object)
{
    LamNumbersPage *page = LAM_NUMBERS_PAGE(object);
    lam_measures_clear(&page->shown);
    g_clear_pointer(&page->box, gtk_widget_unparent);
    G_OBJECT_CLASS(lam_numbers_page_parent_class)->dispose(object);
}

static void lam_numbers_page_class_init(LamNumbersPageClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = lam_numbers_page_dispose;
    g_type_ensure(LAM_TYPE_MEASURE_TABLE);
    gtk_widget_class_set_template_from_resource(
        widget_class, "/io/github/lambdascope/Lambdascope/numbers-page.ui");
    gtk_widget_class_bind_template_callback(widget_class, selection_changed);
    selection_changed_signal = g_signal_new("selection-changed", G_TYPE_FROM_CLASS(klass),
                                            G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    gtk_widget_class_bind_template_child(widget_class, LamNumbersPage, box);
    gtk_widget_class_bind_template_child(widget_class, LamNumbersPage, heading);
    gtk_widget_class_bind_template_child(widget_class, LamNumbersPage, busy);
    gtk_widget_class_bind_template_child(widget_class, LamNumbersPage, error);
    gtk_widget_class_bind_template_child(widget_class, LamNumbersPage, content);
    gtk_widget_class_bind_template_child(widget_class, LamNumbersPage, grid);
    gtk_widget_class_bind_template_child(widget_class, LamNumbersPage, no_labels);
    gtk_widget_class_bind_template_child(widget_class, LamNumbersPage, table);
    gtk_widget_class_add_binding_action(widget_class, GDK_KEY_c, GDK_CONTROL_MASK,
                                        "win.copy-numbers", NULL);
    gtk_widget_class_set_layout_manager_type(widget_class, GTK_TYPE_BIN_LAYOUT);
    gtk_widget_class_set_css_name(widget_class, "numbers");
}

static void lam_numbers_page_init(LamNumbersPage *page)
{
    page->shown.lambda = NAN;
    gtk_widget_init_template(GTK_WIDGET(page));
    add_figures(page);
    show_heading(page);
}
