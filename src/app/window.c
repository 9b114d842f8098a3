/* The window's state, its actions on the view, and the results of the worker. */
#include "gallery.h"
#include "window-private.h"

#include <glib/gi18n.h>

#include <math.h>

#define REFINE_AFTER_MS 180 /* the similarity is computed once λ has rested this long */
#define STALE_AFTER_MS  250
#define PULSE_EVERY_MS  100
#define LAMBDA_STEP     0.1 /* of [ and ], in log γ */
#define DEFAULT_LAMBDA  0.3

G_DEFINE_FINAL_TYPE(LamWindow, lam_window, GTK_TYPE_APPLICATION_WINDOW)

/* ---- λ -> field ---- */

/* What the worker hands over: everything that would take the main thread time is done. */
typedef struct {
    LamRegionResult of_regions;
    LamTemplateView *templates[LAM_SIDES]; /* that the field is of; NULL: scans */
    LamTexels *field;                      /* NULL in second runs: the picture does not change */
    LamTexels *map;                        /* of second runs, where an overlay needs one */
    GError *no_map;                        /* why there is none */
    gint64 ready_us;
} Result;

static void free_result(gpointer data)
{
    Result *result = data;
    lam_region_result_clear(&result->of_regions);
    for (int side = 0; side < LAM_SIDES; side++)
        lam_template_view_unref(result->templates[side]);
    lam_texels_unref(result->field);
    lam_texels_unref(result->map);
    g_clear_error(&result->no_map);
    g_free(result);
}

static void compute_map(LamPairWork *work, double lambda, Result *result)
{
    LamOverlay overlay = lam_pair_work_wanted_map(work);
    if (overlay != LAM_OVERLAY_NONE)
        result->map =
            lam_region_work_map(lam_pair_work_regions(work), overlay, lambda, &result->no_map);
}

/* The time that templates took is part of the field's. */
static bool compute_field(LamPairWork *work, double lambda, bool refine, Result *result,
                          GError **error)
{
    gint64 began = g_get_monotonic_time();
    if (!lam_pair_work_follow(work, error))
        return false;
    double ms = (double)(g_get_monotonic_time() - began) / 1000;
    if (!lam_region_work_at(lam_pair_work_regions(work), lambda, refine, &result->of_regions,
                            error))
        return false;
    result->of_regions.snapshot->milliseconds += ms;
    const LamTemplateWork *templates = lam_pair_work_templates(work);
    for (int side = 0; templates && side < LAM_SIDES; side++) {
        LamTemplateView *view = lam_template_work_view(templates, side);
        result->templates[side] = view ? lam_template_view_ref(view) : NULL;
    }
    return true;
}

static gpointer compute(gpointer target, double lambda, bool refine, GError **error)
{
    Result *result = g_new0(Result, 1);
    bool ok = compute_field(target, lambda, refine, result, error);
    const LamSnapshot *snapshot = result->of_regions.snapshot;
    if (ok && !refine)
        result->field = lam_texels_new_field(snapshot->field, snapshot->jacobian, error);
    if (ok && refine)
        compute_map(target, lambda, result);
    result->ready_us = g_get_monotonic_time();
    if (ok && (refine || result->field))
        return result;
    free_result(result);
    return NULL;
}

static void end_computing(LamWindow *window)
{
    g_clear_handle_id(&window->stale_timeout, g_source_remove);
    gtk_widget_set_visible(window->computing_bar, FALSE);
    gtk_progress_bar_set_fraction(GTK_PROGRESS_BAR(window->computing_bar), 0); /* ends its ticks */
    lam_readout_set_stale(window->readout, false);
}

static gboolean pulse(gpointer user)
{
    gtk_progress_bar_pulse(GTK_PROGRESS_BAR(LAM_WINDOW(user)->computing_bar));
    return G_SOURCE_CONTINUE;
}

static gboolean begin_computing(gpointer user)
{
    LamWindow *window = user;
    gtk_widget_set_visible(window->computing_bar, TRUE);
    lam_readout_set_stale(window->readout, true);
    pulse(window);
    window->stale_timeout = g_timeout_add(PULSE_EVERY_MS, pulse, window);
    return G_SOURCE_REMOVE;
}

/* Shows that something is being computed, unless a result comes soon. */
static void expect_result(LamWindow *window)
{
    if (!window->stale_timeout)
        window->stale_timeout = g_timeout_add(STALE_AFTER_MS, begin_computing, window);
}

static void deliver(gpointer data, const GError *error, guint64 generation, gpointer user)
{
    LamWindow *window = user;
    Result *result = data;
    LamInstant begin = lam_timing_begin();
    end_computing(window);
    if (lam_worker_is_busy(window->worker))
        expect_result(window);
    if (error) {
        lam_readout_set_message(window->readout, error->message);
        return;
    }
    LamSnapshot *snapshot = result->of_regions.snapshot;
    bool of_this = window->document && snapshot->document == lam_document_id(window->document);
    if (of_this && !lam_window_show_refined(window, snapshot)) {
        lam_readout_show(window->readout, snapshot);
        if (result->field) {
            lam_window_templates_arrived(window, result->templates);
            lam_timing_tick(window->timing, snapshot->milliseconds, result->ready_us);
            lam_window_set_snapshot(window, snapshot);
            lam_window_show_notice(window);
            lam_canvas_scene(window->canvas)->refined = false;
            lam_window_map_gone(window);
            lam_canvas_set_field(window->canvas, result->field, snapshot->lambda);
            lam_window_held_arrived(window);
            lam_window_regions_arrived(window, &result->of_regions);
            lam_window_landmarks_follow(window);
        } else if (!lam_worker_is_busy(window->worker)) {
            lam_window_templates_rest(window);
            lam_window_numbers_rest(window, snapshot);
            lam_window_histogram_rest(window);
            lam_window_map_arrived(window, result->map,
                                   result->no_map ? result->no_map->message : NULL);
        }
    }
    free_result(result);
    lam_timing_end(window->timing, LAM_TIMED_RESULT, begin);
}

void lam_window_request(LamWindow *window)
{
    double lambda = lam_lambda_control_get_lambda(window->lambda_control);
    if (!lam_worker_submit(window->worker, lambda))
        return;
    lam_timing_request(window->timing, lambda);
    lam_window_numbers_expect(window);
    lam_window_refined_follow(window);
    expect_result(window);
}

static void lambda_changed(LamLambdaControl *control, GParamSpec *pspec, LamWindow *window)
{
    LamInstant begin = lam_timing_begin();
    lam_window_request(window);
    lam_window_held_follow(window);
    lam_window_regions_follow(window);
    lam_window_choice_follow(window);
    lam_window_note_state(window);
    lam_window_follow_play(window);
    lam_timing_end(window->timing, LAM_TIMED_INPUT, begin);
}

static void scene_changed(LamCanvas *canvas, LamWindow *window)
{
    lam_window_histogram_follow(window);
    lam_window_map_follow(window);
    lam_window_note_state(window);
    lam_window_follow_play(window);
}

/* ---- a new pair ---- */

/* A single slice is seen in its own plane alone. */
static void show_plane(LamWindow *window, const LamScene *scene)
{
    LamPlane plane;
    bool slice = lam_scene_slice_plane(scene, &plane);
    if (slice)
        g_action_group_change_action_state(G_ACTION_GROUP(window), "plane",
                                           g_variant_new_string(lam_plane_name(plane)));
    lam_window_set_action_enabled(window, "plane", !slice);
}

void lam_window_show_names(LamWindow *window)
{
    const LamDocument *document = window->document;
    g_autofree char *session = lam_window_session_name(window);
    g_autofree char *title = g_strdup_printf(_("%s  onto  %s"), lam_document_moving_name(document),
                                             lam_document_fixed_name(document));
    g_autofree char *window_title = g_strdup_printf("%s – Lambdascope", title);
    const char *model = lam_model_title(lam_document_model(document));
    gtk_label_set_label(window->title_label, title);
    g_autofree char *subtitle =
        g_strjoin(model && session ? " · " : "", model ? model : "", session ? session : "", NULL);
    gtk_label_set_label(window->subtitle_label, subtitle);
    gtk_widget_set_visible(GTK_WIDGET(window->subtitle_label), *subtitle != '\0');
    gtk_window_set_title(GTK_WINDOW(window), window_title);
}

void lam_window_show_notice(LamWindow *window)
{
    const char *notices[5] = {0};
    g_autofree char *extrapolation = lam_window_extrapolation(window);
    const char *all[] = {window->refined_notice, window->session_notice, extrapolation,
                         lam_document_warning(window->document)};
    int n = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
        if (all[i])
            notices[n++] = all[i];
    g_autofree char *text = g_strjoinv(" · ", (char **)notices);
    lam_readout_set_message(window->readout, n > 0 ? text : NULL);
}

void lam_window_show_document(LamWindow *window, LamDocument *document)
{
    LamInstant begin = lam_timing_begin();
    LamScene *scene = lam_canvas_scene(window->canvas);
    lam_window_stop_play(window);
    if (window->document)
        lam_document_keep_labels(document, window->document);
    g_set_object(&window->document, document);
    lam_canvas_set_field(window->canvas, NULL, 0);
    lam_window_set_snapshot(window, NULL);
    lam_window_numbers_clear(window);
    lam_window_release_held(window);
    lam_window_forget_refined(window);
    lam_scene_set_scans(scene, lam_document_fixed(document), lam_document_moving(document),
                        lam_document_affine(document));
    g_free(scene->fixed_name);
    g_free(scene->moving_name);
    scene->fixed_name = g_strdup(lam_document_fixed_name(document));
    scene->moving_name = g_strdup(lam_document_moving_name(document));
    lam_scene_reset_view(scene);
    lam_window_set_landmarks(window, lam_landmarks_new());
    lam_window_restore_view(window);
    show_plane(window, scene);
    lam_window_templates_opened(window);
    lam_window_forget_steps(window);
    lam_window_restored(window);
    lam_window_labels_opened(window);
    if (!window->session_path)
        lam_window_add_recent_pair(window);
    lam_window_show_names(window);
    lam_window_show_model(window);
    lam_readout_clear(window->readout);
    lam_window_show_notice(window);
    lam_window_set_action_enabled(window, "save-session", true);
    lam_window_set_action_enabled(window, "save-session-as", true);
    lam_window_show_demo_note(window);
    gtk_widget_set_sensitive(window->plane_box, TRUE);
    gtk_widget_set_sensitive(window->grid_box, TRUE);
    lam_window_show_pictures(window, true);
    lam_canvas_changed(window->canvas);
    g_clear_pointer(&window->work, lam_pair_work_unref);
    window->work = lam_pair_work_new(lam_document_steal_session(document),
                                     lam_document_steal_templates(document));
    lam_worker_set_target(window->worker, lam_pair_work_ref(window->work),
                          (GDestroyNotify)lam_pair_work_unref);
    lam_window_map_follow(window);
    lam_window_regions_opened(window);
    lam_window_restart_curve(window);
    lam_window_request(window);
    lam_timing_end(window->timing, LAM_TIMED_OPENING, begin);
}

/* ---- actions on the view ---- */

static void change_plane(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    LamScene *scene = lam_canvas_scene(window->canvas);
    if (lam_plane_parse(g_variant_get_string(value, NULL), &scene->plane))
        g_simple_action_set_state(action, value);
    lam_canvas_changed(window->canvas);
}

/* Stateful booleans: each names a flag of the scene. */
static void change_flag(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    LamScene *scene = lam_canvas_scene(window->canvas);
    const char *name = g_action_get_name(G_ACTION(action));
    bool on = g_variant_get_boolean(value);
    if (g_str_equal(name, "grid"))
        scene->grid = on;
    else if (g_str_equal(name, "crosshair"))
        scene->crosshair = on;
    else if (g_str_equal(name, "radiological"))
        scene->radiological = on;
    g_simple_action_set_state(action, value);
    lam_canvas_changed(window->canvas);
}

static void grid_spacing_changed(GtkSpinButton *spin, LamWindow *window)
{
    lam_canvas_scene(window->canvas)->grid_mm = gtk_spin_button_get_value(spin);
    lam_canvas_changed(window->canvas);
}

static void step_slices(GSimpleAction *action, GVariant *value, gpointer user)
{
    lam_canvas_step(LAM_WINDOW(user)->canvas, g_variant_get_int32(value));
}

static void nudge(GSimpleAction *action, GVariant *value, gpointer user)
{
    int right_vox, up_vox;
    g_variant_get(value, "(ii)", &right_vox, &up_vox);
    lam_canvas_nudge(LAM_WINDOW(user)->canvas, right_vox, up_vox);
}

static void zoom(GSimpleAction *action, GVariant *value, gpointer user)
{
    lam_canvas_zoom(LAM_WINDOW(user)->canvas, g_variant_get_double(value));
}

static void reset_view(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    lam_canvas_scene(window->canvas)->maximised = -1;
    lam_canvas_reset_view(window->canvas);
}

static void step_lambda(GSimpleAction *action, GVariant *value, gpointer user)
{
    lam_lambda_control_step(LAM_WINDOW(user)->lambda_control,
                            g_variant_get_int32(value) * LAMBDA_STEP);
}

/* Made when asked for and gone when closed: GTK 4.8 ends the program if a screen reader happens to ask for
 * a window that is hidden, as the one would be that GTK makes by itself of gtk/help-overlay.ui. */
static gboolean drop_keys(gpointer user)
{
    gtk_application_window_set_help_overlay(user, NULL);
    g_object_unref(user);
    return G_SOURCE_REMOVE;
}

static void keys_hidden(GtkWidget *keys, LamWindow *window)
{
    g_idle_add(drop_keys, g_object_ref(window));
}

static void show_keys(GSimpleAction *action, GVariant *value, gpointer user)
{
    GtkApplicationWindow *window = user;
    g_autoptr(GtkBuilder) builder =
        gtk_builder_new_from_resource("/io/github/lambdascope/Lambdascope/help-overlay.ui");
    GtkShortcutsWindow *keys =
        GTK_SHORTCUTS_WINDOW(gtk_builder_get_object(builder, "help_overlay"));
    if (gtk_application_window_get_help_overlay(window))
        return;
    gtk_application_window_set_help_overlay(window, keys);
    g_signal_connect_object(keys, "hide", G_CALLBACK(keys_hidden), window, 0);
    gtk_window_present(GTK_WINDOW(keys));
}

static void add_view_actions(LamWindow *window)
{
    const GActionEntry entries[] = {
        {.name = "plane", .parameter_type = "s", .state = "'axial'", .change_state = change_plane},
        {.name = "grid", .state = "false", .change_state = change_flag},
        {.name = "crosshair", .state = "true", .change_state = change_flag},
        {.name = "radiological", .state = "true", .change_state = change_flag},
        {.name = "step", .parameter_type = "i", .activate = step_slices},
        {.name = "nudge", .parameter_type = "(ii)", .activate = nudge},
        {.name = "zoom", .parameter_type = "d", .activate = zoom},
        {.name = "reset-view", .activate = reset_view},
        {.name = "lambda-step", .parameter_type = "i", .activate = step_lambda},
        {.name = "keys", .activate = show_keys},
    };
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
}

void lam_window_set_action_enabled(LamWindow *window, const char *name, bool enabled)
{
    GAction *action = g_action_map_lookup_action(G_ACTION_MAP(window), name);
    g_simple_action_set_enabled(G_SIMPLE_ACTION(action), enabled);
}

/* ---- keys ---- */

/* Plain keys are bindings of the window, not accelerators of the application: those are looked at
 * before the focus, and digits could not be typed into the entries any more. */
static void add_key_bindings(GtkWidgetClass *klass)
{
    const struct {
        guint key;
        const char *action, *format, *choice;
        int a;
        double factor;
    } keys[] = {
        {GDK_KEY_g, "win.grid"},
        {GDK_KEY_x, "win.crosshair"},
        {GDK_KEY_0, "win.reset-view"},
        {GDK_KEY_r, "win.reset-view"},
        {GDK_KEY_1, "win.plane", "s", "axial"},
        {GDK_KEY_2, "win.plane", "s", "coronal"},
        {GDK_KEY_3, "win.plane", "s", "sagittal"},
        {GDK_KEY_a, "win.plane", "s", "axial"},
        {GDK_KEY_c, "win.plane", "s", "coronal"},
        {GDK_KEY_s, "win.plane", "s", "sagittal"},
        {GDK_KEY_b, "win.toggle-compare", "s", "checkerboard"},
        {GDK_KEY_u, "win.toggle-compare", "s", "curtain"},
        {GDK_KEY_m, "win.toggle-compare", "s", "composite"},
        {GDK_KEY_d, "win.toggle-compare", "s", "difference"},
        {GDK_KEY_e, "win.toggle-compare", "s", "edges"},
        {GDK_KEY_f, "win.toggle-compare", "s", "fade"},
        {GDK_KEY_j, "win.toggle-overlay", "s", "volume"},
        {GDK_KEY_k, "win.toggle-overlay", "s", "displacement"},
        {GDK_KEY_n, "win.next-fold"},
        {GDK_KEY_h, "win.toggle-page", "s", "regions"},
        {GDK_KEY_i, "win.add-landmark"},
        {GDK_KEY_backslash, "win.ab"},
        {GDK_KEY_bar, "win.ab-split"},
        {GDK_KEY_v, "win.arrows"},
        {GDK_KEY_o, "win.toggle-contours"},
        {GDK_KEY_q, "win.toggle-page", "s", "location"},
        {GDK_KEY_w, "win.flicker"},
        {GDK_KEY_t, "win.play-bar"},
        {GDK_KEY_p, "win.play"},
        {GDK_KEY_l, "win.next-arrangement"},
        {GDK_KEY_comma, "win.share-step", "i", NULL, -1},
        {GDK_KEY_period, "win.share-step", "i", NULL, 1},
        {GDK_KEY_bracketleft, "win.lambda-step", "i", NULL, -1},
        {GDK_KEY_bracketright, "win.lambda-step", "i", NULL, 1},
        {GDK_KEY_plus, "win.zoom", "d", NULL, 0, 1.25},
        {GDK_KEY_equal, "win.zoom", "d", NULL, 0, 1.25},
        {GDK_KEY_minus, "win.zoom", "d", NULL, 0, 0.8},
    };
    gtk_widget_class_add_binding_action(klass, GDK_KEY_h, GDK_SHIFT_MASK, "win.region-outlines",
                                        NULL);
    gtk_widget_class_add_binding_action(klass, GDK_KEY_i, GDK_SHIFT_MASK, "win.match-landmark",
                                        NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        const char *action = keys[i].action;
        if (!keys[i].format)
            gtk_widget_class_add_binding_action(klass, keys[i].key, 0, action, NULL);
        else if (*keys[i].format == 's')
            gtk_widget_class_add_binding_action(klass, keys[i].key, 0, action, "s", keys[i].choice);
        else if (*keys[i].format == 'd')
            gtk_widget_class_add_binding_action(klass, keys[i].key, 0, action, "d", keys[i].factor);
        else
            gtk_widget_class_add_binding_action(klass, keys[i].key, 0, action, "i", keys[i].a);
    }
}

/* ---- the window itself ---- */

static gboolean show_trouble_page(gpointer user)
{
    LamWindow *window = user;
    gtk_stack_set_visible_child_name(window->stack, "trouble");
    g_object_unref(window);
    return G_SOURCE_REMOVE;
}

/* Comes while the canvas is being realized: the page is changed afterwards. */
static void canvas_failed(LamCanvas *canvas, const char *message, LamWindow *window)
{
    gtk_label_set_label(window->trouble_label, message);
    g_idle_add(show_trouble_page, g_object_ref(window));
}

static void frame_begins(GdkFrameClock *clock, LamWindow *window)
{
    window->frame_began = lam_timing_begin();
}

static void frame_ends(GdkFrameClock *clock, LamWindow *window)
{
    lam_timing_first_frame(window->timing);
    lam_timing_end(window->timing, LAM_TIMED_FRAME, window->frame_began);
}

static void lam_window_realize(GtkWidget *widget)
{
    GTK_WIDGET_CLASS(lam_window_parent_class)->realize(widget);
    GdkFrameClock *clock = gtk_widget_get_frame_clock(widget);
    g_signal_connect_object(clock, "before-paint", G_CALLBACK(frame_begins), widget, 0);
    g_signal_connect_object(clock, "after-paint", G_CALLBACK(frame_ends), widget, 0);
}

static void lam_window_dispose(GObject *object)
{
    LamWindow *window = LAM_WINDOW(object);
    lam_window_dispose_opening(window);
    lam_window_dispose_session(window);
    lam_window_dispose_export(window);
    lam_window_dispose_held(window);
    lam_window_dispose_landmarks(window);
    lam_window_dispose_histograms(window);
    lam_window_dispose_job(window);
    lam_window_dispose_presets(window);
    lam_window_forget_refined(window);
    lam_window_dispose_report(window);
    lam_window_dispose_numbers(window);
    lam_window_dispose_regions(window);
    lam_window_dispose_templates(window);
    lam_window_dispose_flicker(window);
    lam_window_dispose_settings(window);
    lam_window_dispose_labels(window);
    g_clear_handle_id(&window->stale_timeout, g_source_remove);
    g_clear_pointer(&window->worker, lam_worker_free);
    g_clear_pointer(&window->work, lam_pair_work_unref);
    g_clear_pointer(&window->undo, lam_undo_free);
    g_clear_object(&window->document);
    g_clear_pointer(&window->model_name, g_free);
    g_clear_pointer(&window->models, g_ptr_array_unref);
    G_OBJECT_CLASS(lam_window_parent_class)->dispose(object);
}

static void bind_children(GtkWidgetClass *klass)
{
    gtk_widget_class_bind_template_child(klass, LamWindow, plane_box);
    gtk_widget_class_bind_template_child(klass, LamWindow, grid_box);
    gtk_widget_class_bind_template_child(klass, LamWindow, grid_spin);
    gtk_widget_class_bind_template_child(klass, LamWindow, foot);
    gtk_widget_class_bind_template_child(klass, LamWindow, progress_card);
    gtk_widget_class_bind_template_child(klass, LamWindow, cancel_button);
    gtk_widget_class_bind_template_child(klass, LamWindow, progress_label);
    gtk_widget_class_bind_template_child(klass, LamWindow, progress_bar);
    gtk_widget_class_bind_template_child(klass, LamWindow, computing_bar);
    gtk_widget_class_bind_template_child(klass, LamWindow, overlay);
    gtk_widget_class_bind_template_child(klass, LamWindow, drop_zones);
    gtk_widget_class_bind_template_child(klass, LamWindow, drop_fixed);
    gtk_widget_class_bind_template_child(klass, LamWindow, drop_moving);
    gtk_widget_class_bind_template_child(klass, LamWindow, drop_fixed_labels);
    gtk_widget_class_bind_template_child(klass, LamWindow, drop_moving_labels);
    gtk_widget_class_bind_template_child(klass, LamWindow, title_label);
    gtk_widget_class_bind_template_child(klass, LamWindow, subtitle_label);
    gtk_widget_class_bind_template_child(klass, LamWindow, chosen_label);
    gtk_widget_class_bind_template_child(klass, LamWindow, trouble_label);
    gtk_widget_class_bind_template_child(klass, LamWindow, stack);
    gtk_widget_class_bind_template_child(klass, LamWindow, model_button);
    gtk_widget_class_bind_template_child(klass, LamWindow, undo_section);
    gtk_widget_class_bind_template_child(klass, LamWindow, recent_section);
    gtk_widget_class_bind_template_child(klass, LamWindow, presets_button);
    gtk_widget_class_bind_template_child(klass, LamWindow, canvas);
    gtk_widget_class_bind_template_child(klass, LamWindow, panel);
    gtk_widget_class_bind_template_child(klass, LamWindow, play_bar);
    gtk_widget_class_bind_template_child(klass, LamWindow, demo_box);
    gtk_widget_class_bind_template_child(klass, LamWindow, demo_note);
    gtk_widget_class_bind_template_child(klass, LamWindow, back_button);
    gtk_widget_class_bind_template_child(klass, LamWindow, lambda_control);
    gtk_widget_class_bind_template_child(klass, LamWindow, readout);
}

static void lam_window_class_init(LamWindowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = lam_window_dispose;
    widget_class->realize = lam_window_realize;
    g_type_ensure(LAM_TYPE_CANVAS);
    g_type_ensure(LAM_TYPE_GALLERY);
    g_type_ensure(LAM_TYPE_PANEL);
    g_type_ensure(LAM_TYPE_PLAY_BAR);
    g_type_ensure(LAM_TYPE_LAMBDA_CONTROL);
    g_type_ensure(LAM_TYPE_READOUT);
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/lambdascope/Lambdascope/window.ui");
    bind_children(widget_class);
    gtk_widget_class_bind_template_callback(widget_class, canvas_failed);
    gtk_widget_class_bind_template_callback(widget_class, grid_spacing_changed);
    gtk_widget_class_bind_template_callback(widget_class, lambda_changed);
    gtk_widget_class_bind_template_callback(widget_class, scene_changed);
    add_key_bindings(widget_class);
}

static void lam_window_init(LamWindow *window)
{
    LamWorkerJob job = {.run = compute,
                        .free_result = free_result,
                        .deliver = deliver,
                        .user = window,
                        .refine_after_ms = REFINE_AFTER_MS,
                        .background = lam_pair_work_step,
                        .free_background = (GDestroyNotify)lam_pair_curves_free,
                        .deliver_background = lam_window_curve_arrived};
    gtk_widget_init_template(GTK_WIDGET(window));
    gtk_widget_add_css_class(GTK_WIDGET(window), "lambdascope");
    window->worker = lam_worker_new(&job);
    add_view_actions(window);
    lam_window_add_choices(window);
    lam_window_add_undo_actions(window);
    lam_window_add_curve_action(window);
    lam_window_add_fold_action(window);
    lam_window_add_held_actions(window);
    lam_window_add_panel_actions(window);
    lam_window_add_play_actions(window);
    lam_window_add_demo_actions(window);
    lam_window_add_numbers(window);
    lam_window_add_regions(window);
    lam_window_add_templates(window);
    lam_window_add_location(window);
    lam_window_add_label_actions(window);
    lam_window_add_contour_actions(window);
    lam_window_add_landmarks(window);
    lam_window_add_histograms(window);
    lam_window_add_open_actions(window);
    lam_window_add_session_actions(window);
    lam_window_add_model_action(window);
    lam_window_add_movie_action(window);
    lam_window_add_export_actions(window);
    lam_window_add_refine_action(window);
    lam_window_add_presets(window);
    lam_window_add_evidence(window);
    lam_window_add_recent(window);
    lam_window_add_report_action(window);
    lam_window_add_drop_target(window);
    lam_window_add_flicker(window);
    lam_window_add_settings(window);
}

LamWindow *lam_window_new(GtkApplication *application, LamTiming *timing, const char *model_name,
                          double lambda)
{
    LamWindow *window = g_object_new(LAM_TYPE_WINDOW, "application", application, NULL);
    window->timing = timing;
    window->model_preferred = !model_name;
    window->model_name = model_name ? g_strdup(model_name) : lam_window_preferred_model(window);
    lam_canvas_set_timing(window->canvas, timing);
    lam_lambda_control_set_lambda(window->lambda_control, isnan(lambda) ? DEFAULT_LAMBDA : lambda);
    lam_window_note_choice(window, isnan(lambda) ? LAM_CHOSEN_PRESET : LAM_CHOSEN_MANUALLY);
    return window;
}

const char *lam_window_gl_description(LamWindow *window)
{
    return lam_canvas_gl_description(window->canvas);
}

void lam_window_add_accelerators(GtkApplication *application)
{
    const struct {
        const char *action, *keys[3];
    } accelerators[] = {
        {"win.open-fixed", {"<Control>o"}},
        {"win.open-moving", {"<Control><Shift>o"}},
        {"win.open-session", {"<Control><Alt>o"}},
        {"win.save-session", {"<Control>s"}},
        {"win.save-session-as", {"<Control><Shift>s"}},
        {"win.export-warped", {"<Control>e"}},
        {"win.export-field", {"<Control><Shift>e"}},
        {"win.refine", {"<Control>r"}},
        {"win.hold", {"<Control>backslash"}},
        {"win.report", {"<Control><Shift>r"}},
        {"win.undo", {"<Control>z"}},
        {"win.redo", {"<Control><Shift>z"}},
        {"win.cancel", {"Escape"}},
        {"win.curve", {"y"}},
        {"win.panel", {"F9"}},
        {"win.preferences", {"<Control>comma"}},
        {"win.keys", {"<Control>question", "F1"}},
        {"app.new-window", {"<Control>n"}},
        {"app.quit", {"<Control>q"}},
        {"window.close", {"<Control>w"}},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(accelerators); i++)
        gtk_application_set_accels_for_action(application, accelerators[i].action,
                                              accelerators[i].keys);
}
