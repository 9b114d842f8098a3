/* A new pair in the window. */
#include "window-private.h"

#include <glib/gi18n.h>

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
