#include "application.h"

#include "timing.h"
#include "window.h"

#include <glib-unix.h>
#include <glib/gi18n.h>

#define APPLICATION_ID "io.github.lambdascope.Lambdascope"
#define RESOURCE_BASE  "/io/github/lambdascope/Lambdascope"
#define EXIT_USAGE     2
#define DEFAULT_LAMBDA 0.3

struct _LamApplication {
    GtkApplication parent;
    LamTiming *timing;
    char *model_name;
    double lambda;
    gboolean demo;
    GtkCssProvider *style;
};

G_DEFINE_FINAL_TYPE(LamApplication, lam_application, GTK_TYPE_APPLICATION)

static LamWindow *present_window(LamApplication *application)
{
    GtkWindow *window = gtk_application_get_active_window(GTK_APPLICATION(application));
    if (!window)
        window = GTK_WINDOW(lam_window_new(GTK_APPLICATION(application), application->timing,
                                           application->model_name, application->lambda));
    gtk_window_present(window);
    return LAM_WINDOW(window);
}

static void lam_application_activate(GApplication *object)
{
    LamApplication *application = LAM_APPLICATION(object);
    LamWindow *window = present_window(application);
    if (application->demo)
        lam_window_open(window, NULL, NULL);
}

static void lam_application_open(GApplication *object, GFile **files, int count, const char *hint)
{
    LamWindow *window = present_window(LAM_APPLICATION(object));
    g_autofree char *fixed = g_file_get_path(files[0]);
    g_autofree char *moving = count > 1 ? g_file_get_path(files[1]) : NULL;
    if (fixed)
        lam_window_open(window, fixed, moving);
}

static void show_about(GSimpleAction *action, GVariant *value, gpointer user)
{
    GtkWindow *window = gtk_application_get_active_window(user);
    const char *gl = LAM_IS_WINDOW(window) ? lam_window_gl_description(LAM_WINDOW(window)) : NULL;
    g_autofree char *system =
        g_strdup_printf("GTK %u.%u.%u\n%s", gtk_get_major_version(), gtk_get_minor_version(),
                        gtk_get_micro_version(), gl ? gl : _("no picture drawn yet"));
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
    GList *windows;
    while ((windows = gtk_application_get_windows(user)))
        gtk_window_destroy(windows->data);
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
        {.name = "quit", .activate = quit},
    };
    G_APPLICATION_CLASS(lam_application_parent_class)->startup(object);
    g_action_map_add_action_entries(G_ACTION_MAP(object), entries, G_N_ELEMENTS(entries), object);
    lam_window_add_accelerators(GTK_APPLICATION(object));
    add_style(LAM_APPLICATION(object));
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

static int handle_local_options(GApplication *object, GVariantDict *options)
{
    LamApplication *application = LAM_APPLICATION(object);
    if (g_variant_dict_contains(options, "version")) {
        g_print("lambdascope %s\n", LAM_VERSION);
        return 0;
    }
    if (!(application->lambda >= 0 && application->lambda <= 1)) {
        g_printerr(_("lambdascope: cannot use --lambda: a number from 0 to 1 is needed\n"));
        return EXIT_USAGE;
    }
    return -1;
}

static void lam_application_finalize(GObject *object)
{
    LamApplication *application = LAM_APPLICATION(object);
    lam_timing_free(application->timing);
    g_free(application->model_name);
    G_OBJECT_CLASS(lam_application_parent_class)->finalize(object);
}

static void lam_application_class_init(LamApplicationClass *klass)
{
    GApplicationClass *application_class = G_APPLICATION_CLASS(klass);
    G_OBJECT_CLASS(klass)->finalize = lam_application_finalize;
    application_class->activate = lam_application_activate;
    application_class->open = lam_application_open;
    application_class->startup = lam_application_startup;
    application_class->shutdown = lam_application_shutdown;
    application_class->handle_local_options = handle_local_options;
}

static void lam_application_init(LamApplication *application)
{
    const GOptionEntry entries[] = {
        {"model", 'M', 0, G_OPTION_ARG_FILENAME, &application->model_name, N_("Model name or file"),
         N_("MODEL")},
        {"lambda", 'l', 0, G_OPTION_ARG_DOUBLE, &application->lambda,
         N_("λ to begin with: 0 (fits the image) to 1 (stays smooth)"), N_("L")},
        {"demo", 0, 0, G_OPTION_ARG_NONE, &application->demo, N_("Open the demo pair"), NULL},
        {"version", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Print the version"), NULL},
        {NULL},
    };
    GApplication *object = G_APPLICATION(application);
    application->timing = lam_timing_new();
    application->lambda = DEFAULT_LAMBDA;
    g_application_add_main_option_entries(object, entries);
    g_application_set_option_context_parameter_string(object, _("[FIXED MOVING]"));
    g_application_set_option_context_summary(
        object, _("Shows a moving scan deformed onto a fixed one, as smoothly as λ asks for."));
    g_application_set_option_context_description(
        object, _("For research and education; not a medical device."));
}

LamApplication *lam_application_new(void)
{
    return g_object_new(LAM_TYPE_APPLICATION, "application-id", APPLICATION_ID,
                        "resource-base-path", RESOURCE_BASE, "flags",
                        G_APPLICATION_HANDLES_OPEN | G_APPLICATION_NON_UNIQUE, NULL);
}
