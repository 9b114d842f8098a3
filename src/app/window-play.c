/* Playing: where the bar says to go, there the scene or λ goes. A morph and slices cost a drawing; λ goes on
 * when the field asked for last is there, so that slow models give fewer pictures, not late ones. */
#include "window-private.h"

#include <glib/gi18n.h>

/* Of the template that is played; NULL where there is none, as while another pair takes its place. */
static const LamAttribute *played_number(LamWindow *window)
{
    LamDocument *document = window->document;
    LamModel *model =
        document ? lam_document_template_model(document, (LamSide)window->played_side) : NULL;
    const LamTemplateConfig *config = model ? lam_model_template(model) : NULL;
    return config && window->played_attribute < config->n_attributes
               ? &config->attribute[window->played_attribute]
               : NULL;
}

static LamPlayKind kind_now(LamWindow *window)
{
    LamPlayKind kind = lam_play_bar_get_kind(window->play_bar);
    return kind != LAM_PLAY_ATTRIBUTE || played_number(window) ? kind : LAM_PLAY_MORPH;
}

static double value_now(LamWindow *window)
{
    return lam_window_attribute(window, window->played_side, window->played_attribute);
}

static char *text_of(LamWindow *window, LamPlayKind kind)
{
    const LamScene *scene = lam_canvas_scene(window->canvas);
    LamVec3 right, up, through;
    if (kind == LAM_PLAY_MORPH)
        return g_strdup_printf("t %.2f", scene->morph);
    if (kind == LAM_PLAY_LAMBDA)
        return g_strdup_printf("λ %.3f", lam_lambda_control_get_lambda(window->lambda_control));
    if (kind == LAM_PLAY_ATTRIBUTE)
        return g_strdup_printf("%s %.3g", _(played_number(window)->name), value_now(window));
    lam_scene_axes(scene, scene->plane, &right, &up, &through);
    return g_strdup_printf(_("%.1f mm"), lam_vec3_dot(through, scene->cursor_mm));
}

static double position_now(LamWindow *window, LamPlayKind kind)
{
    if (kind == LAM_PLAY_LAMBDA)
        return lam_play_from_lambda(lam_lambda_control_get_lambda(window->lambda_control));
    if (kind == LAM_PLAY_ATTRIBUTE)
        return lam_template_number_share(played_number(window), value_now(window));
    return lam_play_shown(kind, lam_canvas_scene(window->canvas));
}

void lam_window_follow_play(LamWindow *window)
{
    LamPlayKind kind = kind_now(window);
    double lambda = lam_lambda_control_get_lambda(window->lambda_control);
    double position = position_now(window, kind);
    g_autofree char *text = text_of(window, kind);
    if ((kind == LAM_PLAY_LAMBDA && lambda != window->played_lambda) ||
        (kind == LAM_PLAY_ATTRIBUTE && value_now(window) != window->played_value))
        lam_play_bar_set_playing(window->play_bar, false); /* somebody else took the slider */
    lam_play_bar_show(window->play_bar, position, text);
}

static void moved(LamPlayBar *bar, double position, LamWindow *window)
{
    LamPlayKind kind = kind_now(window);
    bool computed = kind == LAM_PLAY_LAMBDA || kind == LAM_PLAY_ATTRIBUTE;
    if (computed && lam_play_bar_is_playing(bar) && lam_worker_is_busy(window->worker))
        return;
    if (kind == LAM_PLAY_ATTRIBUTE) {
        window->played_value = lam_template_number_at(played_number(window), position);
        lam_window_set_attribute(window, window->played_side, window->played_attribute,
                                 window->played_value);
    } else if (kind == LAM_PLAY_LAMBDA) {
        window->played_lambda = lam_play_to_lambda(position);
        lam_lambda_control_set_lambda(window->lambda_control, window->played_lambda);
    } else {
        lam_play_show(kind, position, lam_canvas_scene(window->canvas));
        lam_canvas_changed(window->canvas);
    }
}

static void set_state(LamWindow *window, const char *name, bool on)
{
    GAction *action = g_action_map_lookup_action(G_ACTION_MAP(window), name);
    g_simple_action_set_state(G_SIMPLE_ACTION(action), g_variant_new_boolean(on));
}

static void changed(LamPlayBar *bar, LamWindow *window)
{
    bool playing = lam_play_bar_is_playing(bar);
    window->played_lambda = lam_lambda_control_get_lambda(window->lambda_control);
    window->played_value = value_now(window);
    set_state(window, "play", playing);
    lam_window_follow_play(window);
    if (!playing)
        lam_window_note_state(window);
}

void lam_window_stop_play(LamWindow *window)
{
    LamScene *scene = lam_canvas_scene(window->canvas);
    lam_play_bar_set_playing(window->play_bar, false);
    if (scene->morph == 1)
        return;
    scene->morph = 1;
    lam_canvas_changed(window->canvas);
}

/* Without the bar nothing would say that the picture is of a part of the way. */
static void change_shown(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    bool shown = g_variant_get_boolean(value);
    if (!shown) {
        lam_window_stop_play(window);
        gtk_widget_grab_focus(GTK_WIDGET(window->canvas));
    }
    gtk_widget_set_visible(GTK_WIDGET(window->play_bar), shown);
    g_simple_action_set_state(action, value);
    lam_window_follow_play(window);
}

static void change_play(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    bool playing = g_variant_get_boolean(value) && window->document;
    if (playing)
        g_action_group_change_action_state(G_ACTION_GROUP(window), "play-bar",
                                           g_variant_new_boolean(TRUE));
    lam_play_bar_set_playing(window->play_bar, playing);
}

/* The first number of a template, of the fixed one rather. */
static bool find_played(LamWindow *window)
{
    for (int side = 0; side < LAM_SIDES; side++) {
        LamModel *model = lam_document_template_model(window->document, (LamSide)side);
        int number = model ? lam_template_find_number(lam_model_template(model), NULL, NULL) : -1;
        window->played_side = side;
        window->played_attribute = MAX(number, 0);
        if (number >= 0)
            return true;
    }
    return false;
}

static void offer(LamWindow *window, bool number)
{
    const LamScene *scene = lam_canvas_scene(window->canvas);
    bool slices = lam_play_kind_possible(LAM_PLAY_SLICES, scene);
    if (!number) {
        lam_play_bar_offer(window->play_bar, slices, NULL);
        return;
    }
    const LamAttribute *a = played_number(window);
    g_autofree char *title = g_strdup_printf(
        window->played_side == LAM_SIDE_FIXED ? _("%s, fixed") : _("%s, moving"), _(a->name));
    g_autofree char *first = g_strdup_printf("%.3g", a->low),
                    *last = g_strdup_printf("%.3g", a->high);
    lam_play_bar_offer(window->play_bar, slices, &(LamPlayNumber){title, first, last});
}

void lam_window_offer_play(LamWindow *window)
{
    offer(window, find_played(window));
    window->played_value = value_now(window);
}

void lam_window_play_attribute(LamWindow *window, int side, int attribute)
{
    lam_window_stop_play(window);
    window->played_side = side;
    window->played_attribute = attribute;
    window->played_value = value_now(window);
    offer(window, true);
    lam_play_bar_set_kind(window->play_bar, LAM_PLAY_ATTRIBUTE);
    g_action_group_change_action_state(G_ACTION_GROUP(window), "play", g_variant_new_boolean(TRUE));
}

void lam_window_add_play_actions(LamWindow *window)
{
    const GActionEntry entries[] = {
        {.name = "play-bar", .state = "false", .change_state = change_shown},
        {.name = "play", .state = "false", .change_state = change_play},
    };
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
    g_signal_connect(window->play_bar, "moved", G_CALLBACK(moved), window);
    g_signal_connect(window->play_bar, "changed", G_CALLBACK(changed), window);
}
