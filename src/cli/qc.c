/* lam qc: results of a folder, to be rated in the viewer, or as a table. */
#include "cli.h"

#include <gio/gio.h>
#include <lambdascope/result_list.h>

#include <stdio.h>

static bool has_display(void)
{
    const char *x = g_getenv("DISPLAY"), *wayland = g_getenv("WAYLAND_DISPLAY");
    return (x && *x) || (wayland && *wayland);
}

/* Beside lam, where both are installed or built; else in PATH. NULL: there is none. */
static char *find_viewer(void)
{
    static const char *const places[] = {"lambdascope", "../app/lambdascope"};
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = g_path_get_dirname(self ? self : ".");
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        char *path = g_build_filename(folder, places[i], NULL);
        if (g_file_test(path, G_FILE_TEST_IS_EXECUTABLE) && !g_file_test(path, G_FILE_TEST_IS_DIR))
            return path;
        g_free(path);
    }
    return g_find_program_in_path("lambdascope");
}

static bool start_viewer(const char *viewer, const char *folder, GError **error)
{
    const char *command[] = {viewer, "--qc", folder, NULL};
    g_autoptr(GSubprocess) process = g_subprocess_newv(command, G_SUBPROCESS_FLAGS_NONE, error);
    return process && g_subprocess_wait_check(process, NULL, error);
}

static bool run(const char *folder, bool table, GError **error)
{
    g_autoptr(LamResultList) list = lam_result_list_open(folder, error);
    if (!list)
        return false;
    g_autofree char *viewer = !table && has_display() ? find_viewer() : NULL;
    if (viewer)
        return start_viewer(viewer, folder, error);
    g_autofree char *text = lam_result_list_text(list);
    fputs(text, stdout);
    printf("%d of %d rated\n", lam_result_list_rated(list), lam_result_list_count(list));
    return true;
}

int lam_cli_qc(int argc, char **argv)
{
    const LamCliSyntax syntax = {
        .arguments = "FOLDER",
        .summary = "Opens the results of a folder (reports of lam report, registrations of lam "
                   "register --batch) for rating\nby keyboard: 1 pass, 2 borderline, 3 fail, U "
                   "undo. Each rating is saved at once in ratings.csv\nof the folder. Without a "
                   "display it prints the results and their ratings.",
        .positional = 1,
    };
    gboolean table = FALSE;
    const GOptionEntry entries[] = {
        {"table", 't', 0, G_OPTION_ARG_NONE, &table, "Print them in any case", NULL},
        {NULL},
    };
    g_autoptr(GError) error = NULL;
    if (lam_cli_parse(&syntax, entries, &argc, &argv, &error))
        run(argv[1], table, &error);
    return lam_cli_finish("qc", error);
}
