/* Saving what is played as a film. */
#include "film.h"
#include "window-private.h"

#include <glib/gi18n.h>
#include <lambdascope/video.h>

#define WIDTH_MOST 1920 /* pixels; larger windows are filmed smaller */

/* As in the window, with room for the strip at the foot. */
static void take_size(LamWindow *window, LamMovie *movie)
{
    GtkWidget *canvas = GTK_WIDGET(window->canvas);
    double pixels = gtk_widget_get_scale_factor(canvas),
           scale = lam_canvas_text_scale(window->canvas);
    LamScene strip = {.footer_notice = ""};
    double width = gtk_widget_get_width(canvas) * pixels;
    double height = gtk_widget_get_height(canvas) * pixels + lam_scene_footer_height(&strip, scale);
    double share = MIN(1, WIDTH_MOST / MAX(width, 1));
    movie->width = (int)(width * share);
    movie->height = (int)(height * share);
    movie->scale = scale * share;
}

/* The window is kept alive by the reference taken when filming began. */
static void filmed(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(LamWindow) window = user;
    g_autoptr(GError) error = NULL;
    lam_film_finish(result, &error);
    lam_window_end_saving(window, lam_film_path(result), error, _("The film could not be saved"));
}

static void film(LamWindow *window, const char *path)
{
    LamFilm film = {
        .movie = {.scene = lam_canvas_scene(window->canvas),
                  .snapshot = window->snapshot,
                  .play = lam_play_bar_get_kind(window->play_bar),
                  .course = lam_play_bar_course(window->play_bar),
                  .side = window->played_side,
                  .attribute = window->played_attribute,
                  .frames_per_second = 20},
        .document = window->document,
        .path = path,
    };
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *text = g_strdup_printf(_("Saving %s"), name);
    take_size(window, &film.movie);
    GCancellable *cancellable = lam_window_begin_job(window, text);
    lam_film_async(&film, cancellable, lam_window_job_progressed, window, filmed,
                   g_object_ref(window));
}

static void chosen(GtkNativeDialog *dialog, int response, LamWindow *window)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = lam_window_chosen_path(
        window, dialog, window->snapshot && !window->job ? response : GTK_RESPONSE_CANCEL,
        _("The film could not be saved"));
    LamVideoFormat format;
    if (!path)
        return;
    if (lam_video_format(path, &format, &error))
        film(window, path);
    else
        lam_window_show_error(window, _("The film could not be saved"), error->message);
}

static void export_movie(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    if (window->chooser || !window->snapshot)
        return;
    g_autofree char *name = lam_film_name(lam_play_bar_get_kind(window->play_bar), window->document,
                                          window->snapshot->lambda);
    GtkFileChooserNative *native = gtk_file_chooser_native_new(
        _("Save a film: WebM, GIF or PNG by the name’s ending"), GTK_WINDOW(window),
        GTK_FILE_CHOOSER_ACTION_SAVE, _("_Save"), _("_Cancel"));
    lam_play_bar_set_playing(window->play_bar, false);
    gtk_file_chooser_set_current_name(GTK_FILE_CHOOSER(native), name);
    lam_window_start_in_folder_of(GTK_FILE_CHOOSER(native),
                                  lam_document_moving_path(window->document));
    window->chooser = GTK_NATIVE_DIALOG(native);
    gtk_native_dialog_set_modal(window->chooser, TRUE);
    g_signal_connect_object(native, "response", G_CALLBACK(chosen), window, 0);
    gtk_native_dialog_show(window->chooser);
}

void lam_window_add_movie_action(LamWindow *window)
{
    const GActionEntry entries[] = {{.name = "export-movie", .activate = export_movie}};
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
}
