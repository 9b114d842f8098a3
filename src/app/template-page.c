#include "template-page.h"

#include "drop-down.h"
#include "template-chart.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define MARK "●" /* of the fixed side, as in the chart */

struct _LamTemplatePage {
    GtkWidget parent;
    GtkWidget *scroller, *sides_box, *volumes;
    LamTemplateSide *side[2];
    GtkDropDown *structures;
    LamTemplateChart *chart;
    GtkLabel *figures, *explanation;
    LamTemplateConfig config; /* of the first side that is a template */
    int n_people;             /* that are shown beside it */
    int along[2];             /* the attribute of the chart; -1: a scan, or there is none */
};

enum { CHANGED, PLAY, SIGNALS };
static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(LamTemplatePage, lam_template_page, GTK_TYPE_WIDGET)

/* ---- volumes ---- */

static void append_volume(GString *text, const char *mark, const char *name, double ml)
{
    g_string_append_printf(text, "%s%s %s %.*f ml", text->len ? "   " : "", mark, name,
                           ml < 10 ? 2 : 1, ml);
}

static void append_change(GString *text, double percent)
{
    const char *sign = fabs(percent) < 0.5 ? "±" : percent < 0 ? "−" : "+";
    g_string_append_printf(text, "   %s%.0f %%", sign, fabs(percent));
}

static char *figures_of(LamTemplatePage *page)
{
    GString *text = g_string_new(NULL);
    double fixed = lam_template_chart_volume(page->chart, 0);
    double moving = lam_template_chart_volume(page->chart, 1);
    if (!isnan(fixed))
        append_volume(text, MARK, _("fixed"), fixed);
    if (!isnan(moving))
        append_volume(text, "○", _("moving"), moving);
    if (!isnan(fixed) && !isnan(moving) && moving > 0)
        append_change(text, 100 * (fixed / moving - 1));
    return g_string_free(text, FALSE);
}

/* The fixed one's mark as in the chart. */
static char *coloured(LamTemplatePage *page, const char *text)
{
    GdkRGBA colour;
    GtkStyleContext *style = gtk_widget_get_style_context(GTK_WIDGET(page));
    if (!g_str_has_prefix(text, MARK) ||
        !gtk_style_context_lookup_color(style, "lam_accent", &colour))
        return g_markup_escape_text(text, -1);
    g_autofree char *rest = g_markup_escape_text(text + strlen(MARK), -1);
    g_autofree char *name =
        g_strdup_printf("#%02x%02x%02x", (guint)(colour.red * 255), (guint)(colour.green * 255),
                        (guint)(colour.blue * 255));
    return g_strdup_printf("<span foreground=\"%s\">" MARK "</span>%s", name, rest);
}

static void show_figures(LamTemplatePage *page)
{
    g_autofree char *text = figures_of(page);
    g_autofree char *markup = coloured(page, text);
    gtk_label_set_markup(page->figures, markup);
    gtk_accessible_update_property(GTK_ACCESSIBLE(page->chart), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                   text, -1);
}

static void structure_chosen(GtkDropDown *list, GParamSpec *pspec, LamTemplatePage *page)
{
    guint chosen = gtk_drop_down_get_selected(list);
    if (chosen == GTK_INVALID_LIST_POSITION)
        return;
    lam_template_chart_set_structure(page->chart, (int)chosen + 1);
    show_figures(page);
}

static int find_structure(const LamTemplateConfig *config, const char *part)
{
    for (int k = 1; k < config->n_structures; k++) {
        g_autofree char *name = g_ascii_strdown(config->structure[k].name, -1);
        if (strstr(name, part))
            return k;
    }
    return 0;
}

/* What changes most with age is shown first. */
static guint first_structure(const LamTemplateConfig *config)
{
    int lateral = find_structure(config, "lateral ventricle");
    int any = lateral ? lateral : find_structure(config, "ventricle");
    return (guint)MAX(any - 1, 0);
}

static void list_structures(LamTemplatePage *page)
{
    g_autoptr(GtkStringList) names = gtk_string_list_new(NULL);
    for (int k = 1; k < page->config.n_structures; k++)
        gtk_string_list_append(names, page->config.structure[k].name);
    gtk_drop_down_set_model(page->structures, G_LIST_MODEL(names));
    if (page->config.n_structures > 1)
        gtk_drop_down_set_selected(page->structures, first_structure(&page->config));
}

/* The first that is told in words; NULL: there is none. */
static const char *word_attribute(const LamTemplateConfig *config)
{
    for (int i = 0; i < config->n_attributes; i++)
        if (config->attribute[i].word[0][0])
            return config->attribute[i].name;
    return NULL;
}

static void append_people(const LamTemplatePage *page, GString *text)
{
    const char *word = word_attribute(&page->config);
    int n = page->n_people;
    g_string_append_c(text, ' ');
    g_string_append_printf(text,
                           ngettext("Dot: the %d person that it was learned from.",
                                    "Dots: the %d people that it was learned from.", (gulong)n),
                           n);
    if (!word)
        return;
    g_string_append_c(text, ' ');
    g_string_append_printf(text, _("Faint: those of another %s."), _(word));
}

static void explain(LamTemplatePage *page, const char *trouble)
{
    int along = MAX(page->along[0], page->along[1]);
    gtk_widget_set_visible(page->volumes, along >= 0 && page->config.n_structures > 1);
    if (along < 0)
        return;
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_append_printf(
        text, _("ml of the mean brain, against %s; broken beyond what was learned from."),
        _(page->config.attribute[along].name));
    if (page->n_people > 0)
        append_people(page, text);
    if (trouble)
        g_string_append_printf(text, " %s", trouble);
    gtk_label_set_label(page->explanation, text->str);
}

/* ---- interface ---- */

void lam_template_page_set_configs(LamTemplatePage *page, const LamTemplateConfig *const configs[2])
{
    const LamTemplateCurve *none[2] = {NULL, NULL};
    page->config = configs[0] ? *configs[0] : configs[1] ? *configs[1] : (LamTemplateConfig){0};
    for (int side = 0; side < 2; side++) {
        lam_template_side_set_config(page->side[side], configs[side]);
        page->along[side] =
            configs[side] ? lam_template_find_number(configs[side], NULL, NULL) : -1;
    }
    lam_template_page_set_curves(page, (LamTemplateCurve *const *)none);
    lam_template_page_set_people(page, NULL, NULL);
    list_structures(page);
}

void lam_template_page_set_values(LamTemplatePage *page, int side, const double *values)
{
    lam_template_side_set_values(page->side[side], values);
    if (page->along[side] >= 0)
        lam_template_chart_set_value(page->chart, side, values[page->along[side]]);
    if (side == 0 || page->along[0] < 0)
        lam_template_chart_set_alike(page->chart, values);
    show_figures(page);
}

void lam_template_page_set_curves(LamTemplatePage *page, LamTemplateCurve *const curves[2])
{
    int along = MAX(page->along[0], page->along[1]);
    const LamAttribute none = {.name = ""};
    lam_template_chart_set_curves(page->chart, curves[0], curves[1],
                                  along >= 0 ? &page->config.attribute[along] : &none);
    show_figures(page);
}

void lam_template_page_set_people(LamTemplatePage *page, LamTemplatePopulation *people,
                                  const char *trouble)
{
    page->n_people = people ? people->n : 0;
    lam_template_chart_set_people(page->chart, people, &page->config,
                                  MAX(page->along[0], page->along[1]));
    explain(page, trouble);
}

static int side_of(const LamTemplatePage *page, const LamTemplateSide *side)
{
    return side == page->side[1];
}

static void side_changed(LamTemplateSide *side, int attribute, double value, LamTemplatePage *page)
{
    g_signal_emit(page, signals[CHANGED], 0, side_of(page, side), attribute, value);
}

static void side_plays(LamTemplateSide *side, int attribute, LamTemplatePage *page)
{
    g_signal_emit(page, signals[PLAY], 0, side_of(page, side), attribute);
}

/* ---- the type ---- */

static void lam_template_page_dispose(GObject *object)
{
    g_clear_pointer(&LAM_TEMPLATE_PAGE(object)->scroller, gtk_widget_unparent);
    G_OBJECT_CLASS(lam_template_page_parent_class)->dispose(object);
}

static void lam_template_page_class_init(LamTemplatePageClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = lam_template_page_dispose;
    signals[CHANGED] =
        g_signal_new("changed", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                     G_TYPE_NONE, 3, G_TYPE_INT, G_TYPE_INT, G_TYPE_DOUBLE);
    signals[PLAY] = g_signal_new("play", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_INT);
    g_type_ensure(LAM_TYPE_TEMPLATE_CHART);
    gtk_widget_class_set_template_from_resource(
        widget_class, "/io/github/lambdascope/Lambdascope/template-page.ui");
    gtk_widget_class_bind_template_child(widget_class, LamTemplatePage, scroller);
    gtk_widget_class_bind_template_child(widget_class, LamTemplatePage, sides_box);
    gtk_widget_class_bind_template_child(widget_class, LamTemplatePage, volumes);
    gtk_widget_class_bind_template_child(widget_class, LamTemplatePage, structures);
    gtk_widget_class_bind_template_child(widget_class, LamTemplatePage, chart);
    gtk_widget_class_bind_template_child(widget_class, LamTemplatePage, figures);
    gtk_widget_class_bind_template_child(widget_class, LamTemplatePage, explanation);
    gtk_widget_class_bind_template_callback(widget_class, structure_chosen);
    gtk_widget_class_set_layout_manager_type(widget_class, GTK_TYPE_BIN_LAYOUT);
    gtk_widget_class_set_css_name(widget_class, "template");
}

static void lam_template_page_init(LamTemplatePage *page)
{
    gtk_widget_init_template(GTK_WIDGET(page));
    lam_drop_down_set_name(page->structures, _("Structure"));
    page->side[0] = lam_template_side_new(_("Fixed"), _("of the fixed template"));
    page->side[1] = lam_template_side_new(_("Moving"), _("of the moving template"));
    for (int i = 0; i < 2; i++) {
        gtk_box_append(GTK_BOX(page->sides_box), GTK_WIDGET(page->side[i]));
        g_signal_connect(page->side[i], "changed", G_CALLBACK(side_changed), page);
        g_signal_connect(page->side[i], "play", G_CALLBACK(side_plays), page);
        page->along[i] = -1;
    }
}
