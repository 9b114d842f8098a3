/* A window from which the files named can be dragged: drag-source FILE… */
#include <gtk/gtk.h>

static GdkContentProvider *prepare(GtkDragSource *source, double x, double y, GdkFileList *files)
{
    return gdk_content_provider_new_typed(GDK_TYPE_FILE_LIST, files);
}

static void open_window(GtkApplication *application, GFile **files, int count, const char *hint)
{
    GtkWidget *window = gtk_application_window_new(application);
    GtkDragSource *source = gtk_drag_source_new();
    GdkFileList *list = gdk_file_list_new_from_array(files, (gsize)count);
    g_signal_connect_data(source, "prepare", G_CALLBACK(prepare), list, NULL, 0);
    gtk_widget_add_controller(window, GTK_EVENT_CONTROLLER(source));
    gtk_window_set_title(GTK_WINDOW(window), "Drag source");
    gtk_window_set_default_size(GTK_WINDOW(window), 80, 80);
    gtk_window_set_decorated(GTK_WINDOW(window), FALSE);
    gtk_window_present(GTK_WINDOW(window));
}

int main(int argc, char **argv)
{
    g_autoptr(GtkApplication) application =
        gtk_application_new(NULL, G_APPLICATION_HANDLES_OPEN | G_APPLICATION_NON_UNIQUE);
    g_signal_connect(application, "open", G_CALLBACK(open_window), NULL);
    return g_application_run(G_APPLICATION(application), argc, argv);
}
