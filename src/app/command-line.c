#include "command-line.h"

#include <glib/gi18n.h>
#include <lambdascope/demos.h>
#include <math.h>
#include <string.h>

#define EXIT_USAGE 2

void lam_command_line_clear(LamCommandLine *options)
{
    g_clear_pointer(&options->model_name, g_free);
    g_clear_pointer(&options->fixed_labels, g_free);
    g_clear_pointer(&options->moving_labels, g_free);
    g_clear_pointer(&options->label_names, g_free);
    g_clear_pointer(&options->qc, g_free);
    g_clear_pointer(&options->demo, g_free);
}

void lam_command_line_describe(GApplication *application)
{
    const GOptionEntry entries[] = {
        {"model", 'M', 0, G_OPTION_ARG_FILENAME, NULL, N_("Model name or file"), N_("MODEL")},
        {"lambda", 'l', 0, G_OPTION_ARG_DOUBLE, NULL,
         N_("λ to begin with: 0 (fits the image) to 1 (stays smooth)"), N_("L")},
        {"fixed-labels", 0, 0, G_OPTION_ARG_FILENAME, NULL, N_("Label map of the fixed scan"),
         N_("FILE")},
        {"moving-labels", 0, 0, G_OPTION_ARG_FILENAME, NULL, N_("Label map of the moving scan"),
         N_("FILE")},
        {"label-names", 0, 0, G_OPTION_ARG_FILENAME, NULL,
         N_("Names of the labels: a CSV with the columns value and name"), N_("CSV")},
        {"qc", 0, 0, G_OPTION_ARG_FILENAME, NULL, N_("Rate the results of a folder"), N_("FOLDER")},
        {"demo", 0, 0, G_OPTION_ARG_STRING, NULL,
         N_("Open a demo: template, digits, ring, too-small, brains or contrasts"), N_("NAME")},
        {"standalone", 's', 0, G_OPTION_ARG_NONE, NULL,
         N_("Do not open the window in a viewer that runs already"), NULL},
        {"version", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Print the version"), NULL},
        {NULL},
    };
    g_application_add_main_option_entries(application, entries);
    g_application_set_option_context_parameter_string(application, _("[FIXED MOVING | SESSION]"));
    g_application_set_option_context_summary(
        application,
        _("Shows a moving scan deformed onto a fixed one, as smoothly as λ asks for."));
    g_application_set_option_context_description(
        application, _("For research and education; not a medical device."));
}

LamCommandLine lam_command_line_parse(GVariantDict *options)
{
    LamCommandLine out = {.lambda = NAN};
    if (!options)
        return out;
    g_variant_dict_lookup(options, "model", "^ay", &out.model_name);
    g_variant_dict_lookup(options, "fixed-labels", "^ay", &out.fixed_labels);
    g_variant_dict_lookup(options, "moving-labels", "^ay", &out.moving_labels);
    g_variant_dict_lookup(options, "label-names", "^ay", &out.label_names);
    g_variant_dict_lookup(options, "qc", "^ay", &out.qc);
    g_variant_dict_lookup(options, "lambda", "d", &out.lambda);
    g_variant_dict_lookup(options, "demo", "s", &out.demo);
    return out;
}

/* A path is relative to where this program was started, and another may do the work. */
static void make_absolute(GVariantDict *options)
{
    const char *const names[] = {"model", "fixed-labels", "moving-labels", "label-names", "qc"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = NULL;
        if (!g_variant_dict_lookup(options, names[i], "^ay", &path) ||
            (i == 0 && !strchr(path, G_DIR_SEPARATOR))) /* a model may be named */
            continue;
        g_autofree char *absolute = g_canonicalize_filename(path, NULL);
        g_variant_dict_insert(options, names[i], "^ay", absolute);
    }
}

int lam_command_line_check(GApplication *application, GVariantDict *options)
{
    if (g_variant_dict_contains(options, "version")) {
        g_print("lambdascope %s\n", LAM_VERSION);
        return 0;
    }
    g_auto(LamCommandLine) asked = lam_command_line_parse(options);
    bool given = g_variant_dict_contains(options, "lambda");
    if (given && !(asked.lambda >= 0 && asked.lambda <= 1)) {
        g_printerr(_("lambdascope: cannot use --lambda: a number from 0 to 1 is needed\n"));
        return EXIT_USAGE;
    }
    g_autoptr(GError) error = NULL;
    if (asked.demo && !lam_demo_find(asked.demo, &error)) {
        g_printerr("lambdascope: %s\n", error->message);
        return EXIT_USAGE;
    }
    if (g_variant_dict_contains(options, "standalone"))
        g_application_set_flags(application,
                                g_application_get_flags(application) | G_APPLICATION_NON_UNIQUE);
    make_absolute(options);
    return -1;
}

GPtrArray *lam_command_line_files(GApplicationCommandLine *line)
{
    int count;
    g_auto(GStrv) arguments = g_application_command_line_get_arguments(line, &count);
    GPtrArray *files = g_ptr_array_new_with_free_func(g_object_unref);
    for (int i = 1; i < count; i++)
        g_ptr_array_add(files, g_application_command_line_create_file_for_arg(line, arguments[i]));
    return files;
}
