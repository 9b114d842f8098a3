#include "application.h"

#include "command-line.h"
#include "qc-window.h"
#include "timing.h"
#include "window.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <lambdascope/threads.h>

#define APPLICATION_ID "io.github.lambdascope.Lambdascope"
#define RESOURCE_BASE  "/io/github/lambdascope/Lambdascope"

struct _LamApplication {
    GtkApplication parent;
    LamTiming *timing;
    GtkCssProvider *style;
};

G_DEFINE_FINAL_TYPE(LamApplication, lam_application, GTK_TYPE_APPLICATION)

static LamWindow *add_window(LamApplication *application, const LamCommandLine *options)
{
    LamWindow *window = lam_window_new(GTK_APPLICATION(application), application->timing,
                                       options->model_name, options->lambda);
    gtk_window_present(GTK_WINDOW(window));
    return window;
}

static LamWindow *add_plain_window(LamApplication *application)
{
    g_auto(LamCommandLine) options = lam_command_line_parse(NULL);
    return add_window(application, &options);
}

/* Over D-Bus: the desktop wants to see the program. */
static void lam_application_activate(GApplication *object)
{
    GtkWindow *window = gtk_application_get_active_window(GTK_APPLICATION(object));
    if (window)
        gtk_window_present(window);
    else
        add_plain_window(LAM_APPLICATION(object));
}

/* Over D-Bus: files were opened in a file manager, say. */
static void lam_application_open(GApplication *object, GFile **files, int count, const char *hint)
{
    GtkWindow *active = gtk_application_get_active_window(GTK_APPLICATION(object));
    LamWindow *window = LAM_IS_WINDOW(active) && lam_window_is_empty(LAM_WINDOW(active))
                            ? LAM_WINDOW(active)
                            : add_plain_window(LAM_APPLICATION(object));
    gtk_window_present(GTK_WINDOW(window));
    lam_window_open_files(window, files, count);
}

/* Here, or in a program that was started later and handed its command line over: a window of its own. */
static int lam_application_command_line(GApplication *object, GApplicationCommandLine *line)
{
    g_auto(LamCommandLine) options =
        lam_command_line_parse(g_application_command_line_get_options_dict(line));
    g_autoptr(GPtrArray) files = lam_command_line_files(line);
    if (options.qc) {
        gtk_window_present(GTK_WINDOW(lam_qc_window_new(GTK_APPLICATION(object), options.qc)));
        return 0;
    }
    LamWindow *window = add_window(LAM_APPLICATION(object), &options);
    lam_window_want_labels(window, options.fixed_labels, options.moving_labels,
                           options.label_names);
    if (files->len > 0)
        lam_window_open_files(window, (GFile **)files->pdata, (int)files->len);
    else if (options.demo)
        lam_window_open_demo(window, lam_demo_find(options.demo, NULL), options.lambda,
                             options.model_name != NULL);
    return 0;
}

static void new_window(GSimpleAction *action, GVariant *value, gpointer user)
{
    add_plain_window(user);
}

static void show_about(GSimpleAction *action, GVariant *value, gpointer user)
{
    GtkWindow *window = gtk_application_get_active_window(user);
    const char *gl = LAM_IS_WINDOW(window) ? lam_window_gl_description(LAM_WINDOW(window)) : NULL;
    g_autofree char *system = g_strdup_printf(
        "GTK %u.%u.%u\n%s\n%s: %d", gtk_get_major_version(), gtk_get_minor_version(),
        gtk_get_micro_version(), gl ? gl : _("no picture drawn yet"), _("Threads"), lam_threads());
    /* Not gtk_show_about_dialog, which hides the dialog instead of closing it: see show_keys. */
    GtkWindow *about =
        g_object_new(GTK_TYPE_ABOUT_DIALOG, "transient-for", window, "modal", TRUE, "program-name",
                     "Lambdascope", "version", LAM_VERSION, "comments",
                     _("Turn λ and see how smoothly one brain is carried onto another.\n\n"
                       "For research and education; not a medical device, "
                       "not for diagnosis or treatment."),
                     "license-type", GTK_LICENSE_MIT_X11, "logo-icon-name", APPLICATION_ID,
                     "system-information", system, NULL);
    gtk_window_present(about);
}

static void quit(GSimpleAction *action, GVariant *value, gpointer user)
{
    g_autoptr(GList) windows = g_list_copy(gtk_application_get_windows(user));
    for (GList *i = windows; i; i = i->next)
        if (g_list_find(gtk_application_get_windows(user), i->data)) /* not closed with another */
            gtk_window_close(i->data);
}

static void add_style(LamApplication *application)
{
    application->style = gtk_css_provider_new();
    gtk_css_provider_load_from_resource(application->style, RESOURCE_BASE "/style.css");
    gtk_style_context_add_provider_for_display(gdk_display_get_default(),
                                               GTK_STYLE_PROVIDER(application->style),
                                               GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
    g_object_set(gtk_settings_get_default(), "gtk-application-prefer-dark-theme", TRUE, NULL);
}

static gboolean report_timing(gpointer user)
{
    lam_timing_report(user);
    return G_SOURCE_CONTINUE;
}

static void lam_application_startup(GApplication *object)
{
    const GActionEntry entries[] = {
        {.name = "about", .activate = show_about},
        {.name = "new-window", .activate = new_window},
        {.name = "quit", .activate = quit},
    };
    G_APPLICATION_CLASS(lam_application_parent_class)->startup(object);
    g_action_map_add_action_entries(G_ACTION_MAP(object), entries, G_N_ELEMENTS(entries), object);
    lam_window_add_accelerators(GTK_APPLICATION(object));
    add_style(LAM_APPLICATION(object));
    gtk_window_set_default_icon_name(APPLICATION_ID);
    if (g_getenv("LAMBDASCOPE_TIMING"))
        g_unix_signal_add(SIGUSR1, report_timing, LAM_APPLICATION(object)->timing);
}

static void lam_application_shutdown(GApplication *object)
{
    LamApplication *application = LAM_APPLICATION(object);
    lam_timing_report(application->timing);
    g_clear_object(&application->style);
    G_APPLICATION_CLASS(lam_application_parent_class)->shutdown(object);
}

static void lam_application_finalize(GObject *object)
{
    LamApplication *application = LAM_APPLICATION(object);
    lam_timing_free(application->timing);
    G_OBJECT_CLASS(lam_application_parent_class)->finalize(object);
}

static void lam_application_class_init(LamApplicationClass *klass)
{
    GApplicationClass *application_class = G_APPLICATION_CLASS(klass);
    G_OBJECT_CLASS(klass)->finalize = lam_application_finalize;
    application_class->activate = lam_application_activate;
    application_class->open = lam_application_open;
    application_class->command_line = lam_application_command_line;
    application_class->startup = lam_application_startup;
    application_class->shutdown = lam_application_shutdown;
    application_class->handle_local_options = lam_command_line_check;
}

static void lam_application_init(LamApplication *application)
{
    application->timing = lam_timing_new();
    lam_command_line_describe(G_APPLICATION(application));
}

LamApplication *lam_application_new(void)
{
    return g_object_new(LAM_TYPE_APPLICATION, "application-id", APPLICATION_ID,
                        "resource-base-path", RESOURCE_BASE, "flags",
                        G_APPLICATION_HANDLES_OPEN | G_APPLICATION_HANDLES_COMMAND_LINE, NULL);
}
