#include "template-side.h"

#include <glib/gi18n.h>
#include <math.h>

#define BEYOND 0.2 /* of the trained range, at either end */
#define FINE   10  /* narrower ranges have steps of a hundredth */

/* Names that models of ours have; those of others are shown as they are. */
static const char *const known_names[] G_GNUC_UNUSED = {N_("age"), N_("sex")};

struct _LamTemplateSide {
    GtkWidget parent;
    GtkWidget *box, *grid;
    GtkLabel *notice, *scan;
    const char *of; /* translated */
    LamTemplateConfig config;
    double values[LAM_TEMPLATE_MAX_ATTRIBUTES];
    GtkAdjustment *number[LAM_TEMPLATE_MAX_ATTRIBUTES]; /* NULL: words */
    GtkToggleButton *word[LAM_TEMPLATE_MAX_ATTRIBUTES][2];
    bool updating;
};

enum { CHANGED, PLAY, SIGNALS };
static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(LamTemplateSide, lam_template_side, GTK_TYPE_WIDGET)

void lam_template_side_range(const LamAttribute *attribute, double *least, double *most)
{
    double width = attribute->high - attribute->low;
    double step = width > FINE ? 1 : 0.01;
    *least = floor((attribute->low - BEYOND * width) / step) * step;
    *most = ceil((attribute->high + BEYOND * width) / step) * step;
    if (attribute->low >= 0)
        *least = fmax(*least, 0);
}

static bool is_word(const LamAttribute *attribute)
{
    return attribute->word[0][0] != '\0';
}

/* ---- what is chosen ---- */

static void show_extrapolation(LamTemplateSide *side)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < side->config.n_attributes; i++) {
        const LamAttribute *a = &side->config.attribute[i];
        if (is_word(a) || (side->values[i] >= a->low && side->values[i] <= a->high))
            continue;
        g_string_append(text, text->len ? "\n" : "");
        g_string_append_printf(text, _("%s %g: extrapolated, learned from %g to %g"), _(a->name),
                               side->values[i], a->low, a->high);
    }
    gtk_label_set_label(side->notice, text->str);
    gtk_widget_set_visible(GTK_WIDGET(side->notice), text->len > 0);
}

static void take(LamTemplateSide *side, int attribute, double value)
{
    if (side->updating || side->values[attribute] == value)
        return;
    side->values[attribute] = value;
    show_extrapolation(side);
    g_signal_emit(side, signals[CHANGED], 0, attribute, value);
}

static int index_of(gpointer widget)
{
    return GPOINTER_TO_INT(g_object_get_data(G_OBJECT(widget), "attribute"));
}

static void number_changed(GtkAdjustment *adjustment, LamTemplateSide *side)
{
    take(side, index_of(adjustment), gtk_adjustment_get_value(adjustment));
}

static void word_toggled(GtkToggleButton *button, LamTemplateSide *side)
{
    int attribute = index_of(button);
    if (gtk_toggle_button_get_active(button))
        take(side, attribute, button == side->word[attribute][1]);
}

static void play_clicked(GtkButton *button, LamTemplateSide *side)
{
    g_signal_emit(side, signals[PLAY], 0, index_of(button));
}

/* ---- rows ---- */

static void name_widget(LamTemplateSide *side, GtkWidget *widget, const LamAttribute *a)
{
    g_autofree char *name = g_strdup_printf("%s %s", _(a->name), side->of);
    gtk_accessible_update_property(GTK_ACCESSIBLE(widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void remember(gpointer widget, int attribute)
{
    g_object_set_data(G_OBJECT(widget), "attribute", GINT_TO_POINTER(attribute));
}

static GtkWidget *new_scale(LamTemplateSide *side, int i)
{
    const LamAttribute *a = &side->config.attribute[i];
    GtkWidget *scale = gtk_scale_new(GTK_ORIENTATION_HORIZONTAL, side->number[i]);
    gtk_scale_set_draw_value(GTK_SCALE(scale), FALSE);
    gtk_range_set_round_digits(GTK_RANGE(scale), a->high - a->low > FINE ? 0 : 2);
    gtk_scale_add_mark(GTK_SCALE(scale), a->low, GTK_POS_BOTTOM, NULL);
    gtk_scale_add_mark(GTK_SCALE(scale), a->high, GTK_POS_BOTTOM, NULL);
    gtk_widget_set_hexpand(scale, TRUE);
    name_widget(side, scale, a);
    return scale;
}

static GtkWidget *new_spin(LamTemplateSide *side, int i)
{
    const LamAttribute *a = &side->config.attribute[i];
    GtkWidget *spin = gtk_spin_button_new(side->number[i], 1, a->high - a->low > FINE ? 0 : 2);
    gtk_spin_button_set_numeric(GTK_SPIN_BUTTON(spin), TRUE);
    gtk_editable_set_width_chars(GTK_EDITABLE(spin), 3);
    gtk_editable_set_max_width_chars(GTK_EDITABLE(spin), 4);
    name_widget(side, spin, a);
    return spin;
}

static GtkWidget *new_play(LamTemplateSide *side, int i)
{
    const LamAttribute *a = &side->config.attribute[i];
    GtkWidget *button = gtk_button_new_from_icon_name("media-playback-start-symbolic");
    g_autofree char *tip = g_strdup_printf(_("Play the %s %s"), _(a->name), side->of);
    gtk_button_set_has_frame(GTK_BUTTON(button), FALSE);
    gtk_widget_set_tooltip_text(button, tip);
    gtk_accessible_update_property(GTK_ACCESSIBLE(button), GTK_ACCESSIBLE_PROPERTY_LABEL, tip, -1);
    remember(button, i);
    g_signal_connect(button, "clicked", G_CALLBACK(play_clicked), side);
    return button;
}

static void add_number(LamTemplateSide *side, int i)
{
    double least, most;
    const LamAttribute *a = &side->config.attribute[i];
    lam_template_side_range(a, &least, &most);
    double step = a->high - a->low > FINE ? 1 : 0.01;
    side->number[i] = gtk_adjustment_new(least, least, most, step, 10 * step, 0);
    remember(side->number[i], i);
    g_signal_connect(side->number[i], "value-changed", G_CALLBACK(number_changed), side);
    gtk_grid_attach(GTK_GRID(side->grid), new_scale(side, i), 1, i, 1, 1);
    gtk_grid_attach(GTK_GRID(side->grid), new_spin(side, i), 2, i, 1, 1);
    gtk_grid_attach(GTK_GRID(side->grid), new_play(side, i), 3, i, 1, 1);
}

static void add_words(LamTemplateSide *side, int i)
{
    const LamAttribute *a = &side->config.attribute[i];
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
    gtk_widget_add_css_class(box, "linked");
    gtk_widget_set_halign(box, GTK_ALIGN_START);
    for (int k = 0; k < 2; k++) {
        GtkWidget *button = gtk_toggle_button_new_with_label(a->word[k]);
        g_autofree char *name = g_strdup_printf("%s %s %s", _(a->name), a->word[k], side->of);
        side->word[i][k] = GTK_TOGGLE_BUTTON(button);
        gtk_accessible_update_property(GTK_ACCESSIBLE(button), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                       -1);
        remember(button, i);
        gtk_box_append(GTK_BOX(box), button);
    }
    gtk_toggle_button_set_group(side->word[i][1], side->word[i][0]);
    for (int k = 0; k < 2; k++)
        g_signal_connect(side->word[i][k], "toggled", G_CALLBACK(word_toggled), side);
    gtk_grid_attach(GTK_GRID(side->grid), box, 1, i, 3, 1);
}

static void add_row(LamTemplateSide *side, int i)
{
    const LamAttribute *a = &side->config.attribute[i];
    GtkWidget *label = gtk_label_new(_(a->name));
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_widget_add_css_class(label, "quiet");
    gtk_grid_attach(GTK_GRID(side->grid), label, 0, i, 1, 1);
    side->number[i] = NULL;
    if (is_word(a))
        add_words(side, i);
    else
        add_number(side, i);
}

static void remove_rows(LamTemplateSide *side)
{
    GtkWidget *child;
    while ((child = gtk_widget_get_first_child(side->grid)))
        gtk_grid_remove(GTK_GRID(side->grid), child);
}

/* ---- interface ---- */

void lam_template_side_set_config(LamTemplateSide *side, const LamTemplateConfig *config)
{
    remove_rows(side);
    side->config = config ? *config : (LamTemplateConfig){0};
    side->updating = true;
    for (int i = 0; i < side->config.n_attributes; i++)
        add_row(side, i);
    side->updating = false;
    gtk_widget_set_visible(GTK_WIDGET(side->scan), !config);
    gtk_widget_set_visible(GTK_WIDGET(side->notice), FALSE);
}

void lam_template_side_set_values(LamTemplateSide *side, const double *values)
{
    side->updating = true;
    for (int i = 0; i < side->config.n_attributes; i++) {
        side->values[i] = values[i];
        if (side->number[i])
            gtk_adjustment_set_value(side->number[i], values[i]);
        else
            gtk_toggle_button_set_active(side->word[i][values[i] > 0.5], TRUE);
    }
    side->updating = false;
    show_extrapolation(side);
}

static void lam_template_side_dispose(GObject *object)
{
    g_clear_pointer(&LAM_TEMPLATE_SIDE(object)->box, gtk_widget_unparent);
    G_OBJECT_CLASS(lam_template_side_parent_class)->dispose(object);
}

static void lam_template_side_class_init(LamTemplateSideClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = lam_template_side_dispose;
    signals[CHANGED] = g_signal_new("changed", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_DOUBLE);
    signals[PLAY] = g_signal_new("play", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 1, G_TYPE_INT);
    gtk_widget_class_set_layout_manager_type(GTK_WIDGET_CLASS(klass), GTK_TYPE_BIN_LAYOUT);
    gtk_widget_class_set_css_name(GTK_WIDGET_CLASS(klass), "template-side");
}

static GtkLabel *add_label(LamTemplateSide *side, const char *text, const char *style)
{
    GtkWidget *label = gtk_label_new(text);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_wrap(GTK_LABEL(label), TRUE);
    gtk_widget_add_css_class(label, style);
    gtk_box_append(GTK_BOX(side->box), label);
    return GTK_LABEL(label);
}

static void lam_template_side_init(LamTemplateSide *side)
{
    side->box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
    gtk_widget_set_parent(side->box, GTK_WIDGET(side));
}

LamTemplateSide *lam_template_side_new(const char *title, const char *of)
{
    LamTemplateSide *side = g_object_new(LAM_TYPE_TEMPLATE_SIDE, NULL);
    side->of = of;
    add_label(side, title, "heading");
    side->scan = add_label(side, _("A scan."), "quiet");
    side->grid = gtk_grid_new();
    gtk_grid_set_column_spacing(GTK_GRID(side->grid), 6);
    gtk_grid_set_row_spacing(GTK_GRID(side->grid), 4);
    gtk_box_append(GTK_BOX(side->box), side->grid);
    side->notice = add_label(side, NULL, "notice");
    return side;
}
