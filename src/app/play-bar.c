#include "play-bar.h"

#include "drop-down.h"
#include "slice-keys.h"

#include <glib/gi18n.h>

#define REST_S 0.6 /* at either end, for the eye */

struct _LamPlayBar {
    GtkWidget parent;
    GtkWidget *box;
    GtkButton *play_button;
    GtkDropDown *kinds;
    GtkLabel *first, *last, *value;
    GtkScale *scale;
    GtkSpinButton *seconds;
    GtkToggleButton *back;
    LamPlayKind offered[LAM_PLAY_COUNT]; /* in the list's order */
    guint n_offered;
    char *number_title, *number_first, *number_last;
    guint tick;      /* while it plays */
    gint64 since_us; /* when the course would have begun */
    bool updating;   /* the slider is being set from outside */
};

enum { MOVED, CHANGED, SIGNALS };
static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(LamPlayBar, lam_play_bar, GTK_TYPE_WIDGET)

static const struct {
    const char *title, *first, *last;
} kinds[LAM_PLAY_COUNT] = {
    [LAM_PLAY_MORPH] = {N_("Morph"), N_("moving"), N_("warped")},
    [LAM_PLAY_LAMBDA] = {N_("λ"), N_("fits the image"), N_("stays smooth")},
    [LAM_PLAY_SLICES] = {N_("Slices"), N_("first"), N_("last")},
};

static void show_ends(LamPlayBar *bar)
{
    LamPlayKind kind = lam_play_bar_get_kind(bar);
    bool number = kind == LAM_PLAY_ATTRIBUTE;
    gtk_label_set_label(bar->first, number ? bar->number_first : _(kinds[kind].first));
    gtk_label_set_label(bar->last, number ? bar->number_last : _(kinds[kind].last));
}

LamPlayKind lam_play_bar_get_kind(LamPlayBar *bar)
{
    guint chosen = gtk_drop_down_get_selected(bar->kinds);
    return chosen < bar->n_offered ? bar->offered[chosen] : LAM_PLAY_MORPH;
}

void lam_play_bar_set_kind(LamPlayBar *bar, LamPlayKind kind)
{
    for (guint i = 0; i < bar->n_offered; i++)
        if (bar->offered[i] == kind)
            gtk_drop_down_set_selected(bar->kinds, i);
}

static const char *title_of(LamPlayBar *bar, LamPlayKind kind)
{
    return kind == LAM_PLAY_ATTRIBUTE ? bar->number_title : _(kinds[kind].title);
}

static void take_number(LamPlayBar *bar, const LamPlayNumber *number)
{
    char **texts[] = {&bar->number_title, &bar->number_first, &bar->number_last};
    const char *const new_texts[] = {number ? number->title : NULL, number ? number->first : NULL,
                                     number ? number->last : NULL};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_free(*texts[i]);
        *texts[i] = g_strdup(new_texts[i]);
    }
}

/* What is played goes on being played, if it is still there. */
void lam_play_bar_offer(LamPlayBar *bar, bool slices, const LamPlayNumber *number)
{
    LamPlayKind kind = lam_play_bar_get_kind(bar);
    g_autoptr(GtkStringList) names = gtk_string_list_new(NULL);
    take_number(bar, number);
    bar->n_offered = 0;
    for (int i = 0; i < LAM_PLAY_COUNT; i++) {
        if ((i == LAM_PLAY_SLICES && !slices) || (i == LAM_PLAY_ATTRIBUTE && !number))
            continue;
        bar->offered[bar->n_offered++] = (LamPlayKind)i;
        gtk_string_list_append(names, title_of(bar, (LamPlayKind)i));
    }
    gtk_drop_down_set_model(bar->kinds, G_LIST_MODEL(names));
    gtk_drop_down_set_selected(bar->kinds, 0);
    lam_play_bar_set_kind(bar, kind);
    show_ends(bar);
}

LamPlayCourse lam_play_bar_course(LamPlayBar *bar)
{
    return (LamPlayCourse){.way_s = gtk_spin_button_get_value(bar->seconds),
                           .rest_s = REST_S,
                           .back = gtk_toggle_button_get_active(bar->back)};
}

/* ---- time ---- */

bool lam_play_bar_is_playing(LamPlayBar *bar)
{
    return bar->tick != 0;
}

static gboolean play_on(GtkWidget *widget, GdkFrameClock *clock, gpointer user)
{
    LamPlayBar *bar = LAM_PLAY_BAR(widget);
    LamPlayCourse course = lam_play_bar_course(bar);
    double elapsed_s = (double)(gdk_frame_clock_get_frame_time(clock) - bar->since_us) / 1e6;
    g_signal_emit(bar, signals[MOVED], 0, lam_play_position(&course, MAX(elapsed_s, 0)));
    return G_SOURCE_CONTINUE;
}

/* Now the course is where the slider is. */
static void set_off(LamPlayBar *bar)
{
    LamPlayCourse course = lam_play_bar_course(bar);
    double position = gtk_range_get_value(GTK_RANGE(bar->scale));
    bar->since_us = g_get_monotonic_time() - (gint64)(1e6 * lam_play_elapsed_s(&course, position));
}

static void show_playing(LamPlayBar *bar)
{
    bool playing = bar->tick != 0;
    const char *word = playing ? _("Pause") : _("Play");
    g_autofree char *tip = g_strdup_printf(_("%s (P)"), word);
    gtk_button_set_icon_name(bar->play_button, playing ? "media-playback-pause-symbolic"
                                                       : "media-playback-start-symbolic");
    gtk_widget_set_tooltip_text(GTK_WIDGET(bar->play_button), tip);
    gtk_accessible_update_property(GTK_ACCESSIBLE(bar->play_button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   word, -1);
}

void lam_play_bar_set_playing(LamPlayBar *bar, bool playing)
{
    if (playing == (bar->tick != 0))
        return;
    if (playing) {
        set_off(bar);
        bar->tick = gtk_widget_add_tick_callback(GTK_WIDGET(bar), play_on, NULL, NULL);
    } else {
        gtk_widget_remove_tick_callback(GTK_WIDGET(bar), bar->tick);
        bar->tick = 0;
    }
    show_playing(bar);
    g_signal_emit(bar, signals[CHANGED], 0);
}

/* ---- its parts ---- */

void lam_play_bar_show(LamPlayBar *bar, double position, const char *text)
{
    bar->updating = true;
    gtk_range_set_value(GTK_RANGE(bar->scale), position);
    bar->updating = false;
    gtk_label_set_label(bar->value, text);
    if (!bar->tick) /* else a screen reader would hear it with every picture */
        gtk_accessible_update_property(GTK_ACCESSIBLE(bar->scale),
                                       GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text, -1);
}

static void dragged(GtkRange *range, LamPlayBar *bar)
{
    if (bar->updating)
        return;
    lam_play_bar_set_playing(bar, false);
    g_signal_emit(bar, signals[MOVED], 0, gtk_range_get_value(range));
}

static void kind_chosen(GtkDropDown *drop_down, GParamSpec *pspec, LamPlayBar *bar)
{
    show_ends(bar);
    g_signal_emit(bar, signals[CHANGED], 0);
    set_off(bar);
}

static void course_chosen(GtkWidget *widget, LamPlayBar *bar)
{
    set_off(bar);
}

/* ---- the type ---- */

static void lam_play_bar_dispose(GObject *object)
{
    g_clear_pointer(&LAM_PLAY_BAR(object)->box, gtk_widget_unparent);
    take_number(LAM_PLAY_BAR(object), NULL);
    G_OBJECT_CLASS(lam_play_bar_parent_class)->dispose(object);
}

static void bind_template(GtkWidgetClass *klass)
{
    gtk_widget_class_set_template_from_resource(klass,
                                                "/io/github/lambdascope/Lambdascope/play-bar.ui");
    gtk_widget_class_bind_template_child(klass, LamPlayBar, box);
    gtk_widget_class_bind_template_child(klass, LamPlayBar, play_button);
    gtk_widget_class_bind_template_child(klass, LamPlayBar, kinds);
    gtk_widget_class_bind_template_child(klass, LamPlayBar, first);
    gtk_widget_class_bind_template_child(klass, LamPlayBar, last);
    gtk_widget_class_bind_template_child(klass, LamPlayBar, value);
    gtk_widget_class_bind_template_child(klass, LamPlayBar, scale);
    gtk_widget_class_bind_template_child(klass, LamPlayBar, seconds);
    gtk_widget_class_bind_template_child(klass, LamPlayBar, back);
    gtk_widget_class_bind_template_callback(klass, dragged);
    gtk_widget_class_bind_template_callback(klass, kind_chosen);
    gtk_widget_class_bind_template_callback(klass, course_chosen);
}

static void lam_play_bar_class_init(LamPlayBarClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = lam_play_bar_dispose;
    signals[MOVED] = g_signal_new("moved", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_DOUBLE);
    signals[CHANGED] = g_signal_new("changed", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 0);
    bind_template(widget_class);
    gtk_widget_class_set_layout_manager_type(widget_class, GTK_TYPE_BIN_LAYOUT);
    gtk_widget_class_set_css_name(widget_class, "play-bar");
}

static void lam_play_bar_init(LamPlayBar *bar)
{
    gtk_widget_init_template(GTK_WIDGET(bar));
    lam_drop_down_set_name(bar->kinds, _("What is played"));
    lam_play_bar_offer(bar, true, NULL);
    lam_slice_keys_add(GTK_WIDGET(bar->scale));
    show_playing(bar);
}
