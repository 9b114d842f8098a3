/* The window: its parts, and what they tell it. */
#include "gallery.h"
#include "window-private.h"

#include <math.h>

#define DEFAULT_LAMBDA 0.3

G_DEFINE_FINAL_TYPE(LamWindow, lam_window, GTK_TYPE_APPLICATION_WINDOW)

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

static void grid_spacing_changed(GtkSpinButton *spin, LamWindow *window)
{
    lam_canvas_scene(window->canvas)->grid_mm = gtk_spin_button_get_value(spin);
    lam_canvas_changed(window->canvas);
}

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

static void draw_again(GtkButton *button, LamWindow *window)
{
    gtk_stack_set_visible_child_name(window->stack, "pictures");
    lam_canvas_begin_anew(window->canvas);
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
    gtk_widget_class_bind_template_callback(widget_class, draw_again);
    gtk_widget_class_bind_template_callback(widget_class, grid_spacing_changed);
    gtk_widget_class_bind_template_callback(widget_class, lambda_changed);
    gtk_widget_class_bind_template_callback(widget_class, scene_changed);
    lam_window_class_add_keys(widget_class);
}

static void lam_window_init(LamWindow *window)
{
    LamWorkerJob job = lam_window_worker_job(window);
    gtk_widget_init_template(GTK_WIDGET(window));
    gtk_widget_add_css_class(GTK_WIDGET(window), "lambdascope");
    window->worker = lam_worker_new(&job);
    lam_window_add_view_actions(window);
    lam_window_add_keys_action(window);
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
    lam_window_add_estimate_action(window);
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
