/* Figures: what they hold, whether they can be drawn, and gnuplot as a process. */
#include "plot-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <lambdascope/error.h>
#include <math.h>
#include <stdio.h>

#define PROGRAM "gnuplot"

/* ---- what a figure holds ---- */

static double *copy_values(const double *values, int n)
{
    return values != NULL ? g_memdup2(values, (gsize)n * sizeof *values) : NULL;
}

static LamPlotAxis copy_axis(const LamPlotAxis *from)
{
    LamPlotAxis axis = from != NULL ? *from : (LamPlotAxis){0};
    LamPlotTick *ticks = g_new0(LamPlotTick, axis.n_ticks + 1);
    for (int i = 0; i < axis.n_ticks; i++)
        ticks[i] = (LamPlotTick){axis.ticks[i].at, g_strdup(axis.ticks[i].text)};
    axis.ticks = ticks;
    axis.title = g_strdup(axis.title);
    return axis;
}

static void clear_axis(LamPlotAxis *axis)
{
    for (int i = 0; i < axis->n_ticks; i++)
        g_free((char *)axis->ticks[i].text);
    g_free((LamPlotTick *)axis->ticks);
    g_free((char *)axis->title);
}

static void series_free(void *p)
{
    LamPlotSeries *series = p;
    const double *values[] = {series->x, series->y, series->low, series->high};
    for (size_t i = 0; i < G_N_ELEMENTS(values); i++)
        g_free((double *)values[i]);
    g_free((char *)series->name);
    g_free(series);
}

static void line_free(void *p)
{
    LamPlotLine *line = p;
    g_free((char *)line->name);
    g_free(line);
}

static void clear_matrix(LamPlotMatrix *matrix)
{
    g_free((double *)matrix->values);
    g_free((char *)matrix->title);
}

static void panel_free(void *p)
{
    LamPlotPanel *panel = p;
    g_free(panel->title);
    clear_axis(&panel->x);
    clear_axis(&panel->y);
    g_ptr_array_unref(panel->series);
    g_ptr_array_unref(panel->lines);
    clear_matrix(&panel->matrix);
    g_free(panel);
}

LamPlot *lam_plot_new(const char *title)
{
    LamPlot *plot = g_new0(LamPlot, 1);
    plot->title = g_strdup(title);
    plot->panels = g_ptr_array_new_with_free_func(panel_free);
    return plot;
}

void lam_plot_free(LamPlot *plot)
{
    if (plot == NULL)
        return;
    g_ptr_array_unref(plot->panels);
    g_free(plot->title);
    g_free(plot);
}

void lam_plot_set_columns(LamPlot *plot, int columns)
{
    plot->columns = MAX(columns, 0);
}

LamPlotPanel *lam_plot_add_panel(LamPlot *plot, const char *title, const LamPlotAxis *x,
                                 const LamPlotAxis *y)
{
    LamPlotPanel *panel = g_new0(LamPlotPanel, 1);
    panel->title = g_strdup(title);
    panel->x = copy_axis(x);
    panel->y = copy_axis(y);
    panel->series = g_ptr_array_new_with_free_func(series_free);
    panel->lines = g_ptr_array_new_with_free_func(line_free);
    g_ptr_array_add(plot->panels, panel);
    return panel;
}

void lam_plot_add_series(LamPlotPanel *panel, const LamPlotSeries *series)
{
    LamPlotSeries *copy = g_new(LamPlotSeries, 1);
    *copy = *series;
    copy->name = g_strdup(series->name);
    copy->x = copy_values(series->x, series->n);
    copy->y = copy_values(series->y, series->n);
    copy->low = copy_values(series->low, series->n);
    copy->high = copy_values(series->high, series->n);
    g_ptr_array_add(panel->series, copy);
}

void lam_plot_add_line(LamPlotPanel *panel, const LamPlotLine *line)
{
    LamPlotLine *copy = g_new(LamPlotLine, 1);
    *copy = *line;
    copy->name = g_strdup(line->name);
    g_ptr_array_add(panel->lines, copy);
}

void lam_plot_set_matrix(LamPlotPanel *panel, const LamPlotMatrix *matrix)
{
    clear_matrix(&panel->matrix);
    panel->matrix = *matrix;
    panel->matrix.values = copy_values(matrix->values, matrix->nx * matrix->ny);
    panel->matrix.title = g_strdup(matrix->title);
}

/* ---- whether it can be drawn ---- */

static bool fail(GError **error, int code, const char *path, const char *why)
{
    g_set_error(error, LAM_ERROR, code, "cannot draw plot: %s: %s", path, why);
    return false;
}

static bool find_format(const char *path, LamPlotFormat *format, GError **error)
{
    g_autofree char *name = g_ascii_strdown(path, -1);
    *format = g_str_has_suffix(name, ".png") ? LAM_PLOT_PNG : LAM_PLOT_SVG;
    return *format == LAM_PLOT_PNG || g_str_has_suffix(name, ".svg") ||
           fail(error, LAM_ERROR_ARGUMENT, path, "the name must end in .svg or .png");
}

bool lam_plot_check(const char *path, GError **error)
{
    LamPlotFormat format;
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *program = g_find_program_in_path(PROGRAM);
    if (!find_format(path, &format, error))
        return false;
    if (!g_file_test(folder, G_FILE_TEST_IS_DIR))
        return fail(error, LAM_ERROR_IO, path, "its folder does not exist");
    return program != NULL ||
           fail(error, LAM_ERROR_UNSUPPORTED, path,
                "plots are drawn by " PROGRAM ", which is not installed (Debian: gnuplot-nox)");
}

bool lam_plot_shows(const LamPlotAxis *axis, double value)
{
    return isfinite(value) && (!axis->logarithmic || value > 0);
}

static bool series_shows(const LamPlotPanel *panel, const LamPlotSeries *series)
{
    for (int i = 0; i < series->n; i++)
        if (lam_plot_shows(&panel->x, series->x[i]) && lam_plot_shows(&panel->y, series->y[i]))
            return true;
    return false;
}

static bool matrix_shows(const LamPlotMatrix *matrix)
{
    for (int i = 0; i < matrix->nx * matrix->ny; i++)
        if (isfinite(matrix->values[i]))
            return true;
    return false;
}

static bool check_panel(const LamPlotPanel *panel, const char *path, GError **error)
{
    const char *title = panel->title != NULL ? panel->title : "without a title";
    g_autofree char *why = NULL;
    if (panel->matrix.values != NULL ? !matrix_shows(&panel->matrix) : panel->series->len == 0)
        why = g_strdup_printf("panel '%s' has nothing to show", title);
    for (guint i = 0; why == NULL && i < panel->series->len; i++) {
        const LamPlotSeries *series = panel->series->pdata[i];
        if (!series_shows(panel, series))
            why = g_strdup_printf("series '%s' of panel '%s' has no value to show",
                                  series->name != NULL ? series->name : "", title);
    }
    return why == NULL || fail(error, LAM_ERROR_ARGUMENT, path, why);
}

/* ---- gnuplot ---- */

/* The script as a nameless file: a pipe would end us with SIGPIPE if gnuplot leaves early. -1: errno. */
static int script_file(const GString *script)
{
    FILE *file = tmpfile();
    int fd = -1;
    if (file == NULL)
        return -1;
    if (fwrite(script->str, 1, script->len, file) == script->len && fflush(file) == 0 &&
        fseek(file, 0, SEEK_SET) == 0)
        fd = fcntl(fileno(file), F_DUPFD_CLOEXEC, 3);
    fclose(file);
    return fd;
}

static GSubprocess *start_gnuplot(const GString *script, const char *path, GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
    int fd = script_file(script);
    if (fd < 0) {
        fail(error, LAM_ERROR_IO, path, g_strerror(errno));
        return NULL;
    }
    g_subprocess_launcher_take_stdin_fd(launcher, fd);
    GSubprocess *process =
        g_subprocess_launcher_spawn(launcher, &reason, PROGRAM, "--default-settings", "-", NULL);
    if (process == NULL)
        fail(error, LAM_ERROR_IO, path, reason->message);
    return process;
}

static GBytes *run_gnuplot(const GString *script, const char *path, GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autoptr(GBytes) out = NULL, complaints = NULL;
    g_autoptr(GSubprocess) process = start_gnuplot(script, path, error);
    if (process == NULL)
        return NULL;
    if (!g_subprocess_communicate(process, NULL, NULL, &out, &complaints, &reason)) {
        fail(error, LAM_ERROR_IO, path, reason->message);
        return NULL;
    }
    if (g_subprocess_get_successful(process) && g_bytes_get_size(out) > 0)
        return g_steal_pointer(&out);
    gsize n;
    const char *text = g_bytes_get_data(complaints, &n);
    g_autofree char *valid = g_utf8_make_valid(text != NULL ? text : "", (gssize)n);
    g_autofree char *why = g_strdup_printf(PROGRAM " failed: %s", g_strstrip(valid));
    fail(error, LAM_ERROR_FAILED, path, why);
    lam_error_tidy(error);
    return NULL;
}

static bool write_picture(GBytes *picture, const char *path, GError **error)
{
    g_autoptr(GError) reason = NULL;
    gsize n;
    const char *bytes = g_bytes_get_data(picture, &n);
    if (g_file_set_contents_full(path, bytes, (gssize)n,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0666,
                                 &reason))
        return true;
    return fail(error, LAM_ERROR_IO, path, reason->message);
}

bool lam_plot_save(const LamPlot *plot, const char *path, GError **error)
{
    LamPlotFormat format;
    if (!lam_plot_check(path, error) || !find_format(path, &format, error))
        return false;
    if (plot->panels->len == 0)
        return fail(error, LAM_ERROR_ARGUMENT, path, "there is no panel in it");
    for (guint i = 0; i < plot->panels->len; i++)
        if (!check_panel(plot->panels->pdata[i], path, error))
            return false;
    g_autoptr(GString) script = lam_plot_script(plot, format);
    g_autoptr(GBytes) picture = run_gnuplot(script, path, error);
    return picture != NULL && write_picture(picture, path, error);
}
