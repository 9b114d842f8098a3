/* Templates: their attributes, which the worker follows, and what else follows them. A change shows in the picture
 * with its field; what takes longer (curves, figures) waits until λ and attributes rest. */
#include "window-private.h"

#include "template-curves.h"

#include <glib/gi18n.h>
#include <string.h>

static LamModel *model_of(LamWindow *window, int side)
{
    return window->document ? lam_document_template_model(window->document, (LamSide)side) : NULL;
}

static const LamTemplateConfig *config_of(LamWindow *window, int side)
{
    LamModel *model = model_of(window, side);
    return model ? lam_model_template(model) : NULL;
}

/* ---- volumes against an attribute ---- */

static void curves_measured(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(LamWindow) window = user;
    LamTemplateCurves *curves = lam_template_curves_finish(result);
    bool current = window->curving && window->curving == g_task_get_cancellable(G_TASK(result));
    if (curves && current) {
        lam_template_page_set_curves(window->template_page, curves->side);
        curves->side[0] = curves->side[1] = NULL;
        lam_template_page_set_people(window->template_page, g_steal_pointer(&curves->people),
                                     curves->no_people ? curves->no_people->message : NULL);
    }
    if (curves)
        lam_template_curves_free(curves);
}

static void measure_curves(LamWindow *window)
{
    LamTemplateCurveOf of[2] = {{NULL}};
    double least[2] = {0}, most[2] = {0};
    for (int side = 0; side < LAM_SIDES; side++) {
        const LamTemplateConfig *config = config_of(window, side);
        int along = config ? lam_template_find_number(config, NULL, NULL) : -1;
        if (along < 0)
            continue;
        of[side] = (LamTemplateCurveOf){model_of(window, side), window->attributes[side]};
        lam_template_side_range(&config->attribute[along], &least[side], &most[side]);
    }
    if (window->curving)
        g_cancellable_cancel(window->curving);
    g_clear_object(&window->curving);
    window->curving = g_cancellable_new();
    lam_template_curves_async(of, least, most, window->curving, curves_measured,
                              g_object_ref(window));
}

/* Other curves than those that are shown: of other attributes than the one they go along. */
static bool curves_differ(LamWindow *window)
{
    bool differ = false;
    for (int side = 0; side < LAM_SIDES; side++) {
        const LamTemplateConfig *config = config_of(window, side);
        int along = config ? lam_template_find_number(config, NULL, NULL) : -1;
        for (int i = 0; along >= 0 && i < config->n_attributes; i++) {
            double *known = &window->curved_attributes[side][i];
            differ |= i != along && *known != window->attributes[side][i];
            *known = window->attributes[side][i];
        }
    }
    return differ;
}

/* ---- a change ---- */

static void follow_attribute(LamWindow *window, int side)
{
    lam_template_work_want(lam_pair_work_templates(window->work), side, window->attributes[side]);
    lam_template_page_set_values(window->template_page, side, window->attributes[side]);
    lam_window_forget_refined(window);
    lam_window_release_held(window);
    lam_window_request(window);
}

double lam_window_attribute(LamWindow *window, int side, int attribute)
{
    return window->attributes[side][attribute];
}

void lam_window_set_attribute(LamWindow *window, int side, int attribute, double value)
{
    if (!model_of(window, side) || window->attributes[side][attribute] == value)
        return;
    window->attributes[side][attribute] = value;
    follow_attribute(window, side);
    lam_window_note_state(window);
    lam_window_follow_play(window);
}

void lam_window_set_attributes(LamWindow *window, double values[][LAM_TEMPLATE_MAX_ATTRIBUTES])
{
    for (int side = 0; side < LAM_SIDES; side++) {
        bool same = memcmp(values[side], window->attributes[side], sizeof values[side]) == 0;
        if (same || !model_of(window, side))
            continue;
        memcpy(window->attributes[side], values[side], sizeof values[side]);
        follow_attribute(window, side);
    }
}

static void changed(LamTemplatePage *page, int side, int attribute, double value, LamWindow *window)
{
    lam_window_set_attribute(window, side, attribute, value);
}

static void plays(LamTemplatePage *page, int side, int attribute, LamWindow *window)
{
    lam_window_play_attribute(window, side, attribute);
}

/* ---- what has come of it ---- */

/* A colour for what is drawn, and the scene's pictures. */
static void show_scene(LamWindow *window)
{
    LamDocument *document = window->document;
    LamScene *scene = lam_canvas_scene(window->canvas);
    lam_scene_set_scans(scene, lam_document_fixed(document), lam_document_moving(document),
                        lam_document_affine(document));
    g_free(scene->fixed_name);
    g_free(scene->moving_name);
    scene->fixed_name = g_strdup(lam_document_fixed_name(document));
    scene->moving_name = g_strdup(lam_document_moving_name(document));
}

void lam_window_templates_arrived(LamWindow *window, LamTemplateView *const views[LAM_SIDES])
{
    bool others = false;
    for (int side = 0; side < LAM_SIDES; side++) {
        if (!views[side] || views[side] == lam_document_template(window->document, (LamSide)side))
            continue;
        lam_document_show_template(window->document, (LamSide)side, views[side]);
        others = true;
    }
    if (!others)
        return;
    show_scene(window);
    lam_window_show_contours(window);
    lam_window_show_names(window);
    if (!window->templates_moved)
        lam_lambda_control_set_curve(window->lambda_control, NULL);
    window->templates_moved = true;
}

void lam_window_templates_rest(LamWindow *window)
{
    if (!window->templates_moved)
        return;
    window->templates_moved = false;
    window->counted_fixed = 0;
    lam_window_show_labels(window);
    lam_window_regions_labels(window);
    lam_window_restart_curve(window);
    if (curves_differ(window))
        measure_curves(window);
}

char *lam_window_attributes_text(LamWindow *window, int side)
{
    const LamTemplateConfig *config = config_of(window, side);
    return config ? lam_template_text(config, window->attributes[side]) : NULL;
}

char *lam_window_extrapolation(LamWindow *window)
{
    g_autoptr(GString) text = g_string_new(NULL);
    static const char *const formats[] = {N_("fixed: an extrapolation"),
                                          N_("moving: an extrapolation")};
    for (int side = 0; side < LAM_SIDES; side++) {
        const LamTemplateView *view = lam_document_template(window->document, (LamSide)side);
        g_autofree char *beyond =
            view ? lam_template_extrapolation(config_of(window, side), view->picture->values)
                 : NULL;
        if (beyond)
            g_string_append_printf(text, "%s%s", text->len ? " · " : "", _(formats[side]));
    }
    return text->len ? g_string_free(g_steal_pointer(&text), FALSE) : NULL;
}

/* ---- another pair ---- */

static void take_attributes(LamWindow *window)
{
    for (int side = 0; side < LAM_SIDES; side++) {
        const LamTemplateView *view = lam_document_template(window->document, (LamSide)side);
        memset(window->attributes[side], 0, sizeof window->attributes[side]);
        if (!view)
            continue;
        size_t bytes = (size_t)config_of(window, side)->n_attributes * sizeof(double);
        memcpy(window->attributes[side], view->picture->values, bytes);
        lam_template_page_set_values(window->template_page, side, window->attributes[side]);
    }
}

static void enable(LamWindow *window)
{
    bool scan = window->document && !model_of(window, LAM_SIDE_MOVING) &&
                lam_document_moving_path(window->document);
    lam_window_set_action_enabled(window, "compare-template", scan);
    lam_window_set_action_enabled(window, "save-template",
                                  model_of(window, 0) || model_of(window, 1));
}

void lam_window_templates_opened(LamWindow *window)
{
    const LamTemplateConfig *configs[LAM_SIDES] = {config_of(window, 0), config_of(window, 1)};
    bool any = configs[0] || configs[1];
    lam_template_page_set_configs(window->template_page, configs);
    take_attributes(window);
    window->templates_moved = false;
    enable(window);
    lam_window_offer_play(window);
    lam_panel_set_offered(window->panel, "template", any);
    if (!any)
        return;
    curves_differ(window);
    measure_curves(window);
    const char *page = window->restoring ? window->restoring->workspace->panel : "template";
    if (page)
        lam_panel_show(window->panel, page);
    g_action_group_change_action_state(G_ACTION_GROUP(window), "panel",
                                       g_variant_new_boolean(page != NULL));
}

const double *lam_window_attributes_for(LamWindow *window, LamSide side,
                                        const char *const paths[LAM_SIDES])
{
    LamDocument *document = window->document;
    bool both = model_of(window, LAM_SIDE_FIXED) && model_of(window, LAM_SIDE_MOVING);
    if (!document)
        return NULL;
    if (!paths[side]) /* with another model */
        return !window->fresh_demo && lam_document_demo(document) && both ? window->attributes[side]
                                                                          : NULL;
    const char *shown[] = {lam_document_fixed_path(document), lam_document_moving_path(document)};
    if (!both && g_strcmp0(paths[0], paths[1]) == 0)
        return NULL; /* from now on at two ages */
    for (int i = 0; i < LAM_SIDES; i++) {
        int from = window->swapping == (i == 0) ? !side : side;
        if (model_of(window, from) && g_strcmp0(shown[from], paths[side]) == 0)
            return window->attributes[from];
    }
    return NULL;
}

/* ---- opening ---- */

/* The first that is there; NULL: none. Borrowed. */
static const char *installed_template(const LamWindow *window)
{
    for (guint i = 0; window->models && i < window->models->len; i++) {
        const LamModelEntry *entry = window->models->pdata[i];
        if (entry->has_template)
            return entry->path;
    }
    return NULL;
}

static void open_template(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    const char *path = installed_template(window);
    if (path)
        lam_window_open(window, path, path);
    else
        lam_window_choose_template(window, false);
}

static void compare_template(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    const char *path = installed_template(window);
    g_autofree char *scan = g_strdup(lam_document_moving_path(window->document));
    if (path)
        lam_window_open(window, path, scan);
    else
        lam_window_choose_template(window, true);
}

void lam_window_add_templates(LamWindow *window)
{
    const GActionEntry entries[] = {
        {.name = "open-template", .activate = open_template},
        {.name = "compare-template", .activate = compare_template},
    };
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
    lam_window_add_template_saving(window);
    window->template_page = g_object_new(LAM_TYPE_TEMPLATE_PAGE, NULL);
    g_signal_connect_object(window->template_page, "changed", G_CALLBACK(changed), window, 0);
    g_signal_connect_object(window->template_page, "play", G_CALLBACK(plays), window, 0);
    lam_panel_add(window->panel, "template", _("Template"), GTK_WIDGET(window->template_page));
    lam_panel_set_offered(window->panel, "template", false);
    enable(window);
}

void lam_window_dispose_templates(LamWindow *window)
{
    if (window->curving)
        g_cancellable_cancel(window->curving);
    g_clear_object(&window->curving);
}
