/* A figure in gnuplot's language. Every text goes into single quotes, where gnuplot interprets nothing, and
 * with `noenhanced` it sets them as they are. */
#include "plot-private.h"

#include <math.h>

#define PANEL_WIDTH  640
#define PANEL_HEIGHT 400
#define TITLE_HEIGHT 30
#define MARGIN       0.03 /* around the data, of their range */
#define LEAST_SPAN   1e-6 /* of values that differ, relative to their size */

/* Okabe and Ito 2008, less its yellow, which white paper hides. */
static const char *const colours[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                      "#e69f00", "#56b4e9", "#000000", "#7f7f7f"};
static const int dashes[] = {1, 2, 4, 5};

static const char cividis[] =
    "0 '#00224e', 0.125 '#123570', 0.25 '#3b496c', 0.375 '#575d6d', 0.5 '#707173', "
    "0.625 '#8a8678', 0.75 '#a59c74', 0.875 '#c3b369', 1 '#fee838'";

typedef struct {
    double from, to;
} Range;

static void append_text(GString *out, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text != NULL ? text : "", -1);
    g_string_append_c(out, '\'');
    for (const char *p = valid; *p != '\0'; p++) {
        if (*p == '\'')
            g_string_append_c(out, '\'');
        g_string_append_c(out, g_ascii_iscntrl(*p) ? ' ' : *p);
    }
    g_string_append_c(out, '\'');
}

static void append_number(GString *out, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append_c(out, ' ');
    g_string_append(out, g_ascii_formatd(text, sizeof text, "%.9g", value));
}

static void append_command(GString *out, const char *command, const char *text)
{
    g_string_append_printf(out, "%s ", command);
    append_text(out, text);
    g_string_append_c(out, '\n');
}

/* ---- ranges ---- */

static void widen(Range *range, const LamPlotAxis *axis, double value)
{
    if (lam_plot_shows(axis, value)) {
        range->from = fmin(range->from, value);
        range->to = fmax(range->to, value);
    }
}

/* Some air around; something to show even if all values are one, up to rounding. */
static Range with_margin(Range range, bool logarithmic)
{
    double span = range.to - range.from, size = fmax(fabs(range.from), fabs(range.to));
    bool one = !(span > LEAST_SPAN * size);
    if (logarithmic) {
        double factor = one ? 2 : pow(range.to / range.from, MARGIN);
        return (Range){range.from / factor, range.to * factor};
    }
    double air = !one ? MARGIN * span : size > 0 ? 0.5 * size : 0.5;
    return (Range){range.from - air, range.to + air};
}

static void widen_by_series(const LamPlotPanel *panel, const LamPlotSeries *s, Range *x, Range *y)
{
    for (int i = 0; i < s->n; i++) {
        if (!lam_plot_shows(&panel->x, s->x[i]) || !lam_plot_shows(&panel->y, s->y[i]))
            continue;
        widen(x, &panel->x, s->x[i]);
        widen(y, &panel->y, s->y[i]);
        if (s->low != NULL && s->high != NULL) {
            widen(y, &panel->y, s->low[i]);
            widen(y, &panel->y, s->high[i]);
        }
    }
}

static Range settle(const LamPlotAxis *axis, Range data, bool margin)
{
    if (axis->from < axis->to)
        return (Range){axis->from, axis->to};
    if (!(data.from <= data.to))
        return (Range){axis->logarithmic ? 0.1 : 0, 1};
    return margin || !(data.from < data.to) ? with_margin(data, axis->logarithmic) : data;
}

static void find_ranges(const LamPlotPanel *panel, Range *x, Range *y)
{
    const LamPlotMatrix *m = &panel->matrix;
    bool map = m->values != NULL;
    *x = *y = (Range){INFINITY, -INFINITY};
    if (map) {
        *x = (Range){fmin(m->x_from, m->x_to), fmax(m->x_from, m->x_to)};
        *y = (Range){fmin(m->y_from, m->y_to), fmax(m->y_from, m->y_to)};
    }
    for (guint i = 0; i < panel->series->len; i++)
        widen_by_series(panel, panel->series->pdata[i], x, y);
    for (guint i = 0; i < panel->lines->len; i++) {
        const LamPlotLine *line = panel->lines->pdata[i];
        widen(line->vertical ? x : y, line->vertical ? &panel->x : &panel->y, line->at);
    }
    *x = settle(&panel->x, *x, !map);
    *y = settle(&panel->y, *y, !map);
}

/* ---- data ---- */

static void append_series_data(GString *out, const LamPlotPanel *panel, const LamPlotSeries *s)
{
    bool gap = true; /* two blank lines in a row would begin another data set */
    for (int i = 0; i < s->n; i++) {
        bool shown = lam_plot_shows(&panel->x, s->x[i]) && lam_plot_shows(&panel->y, s->y[i]);
        double low = s->low != NULL ? s->low[i] : NAN, high = s->high != NULL ? s->high[i] : NAN;
        if (!shown && !gap)
            g_string_append_c(out, '\n');
        gap = !shown;
        if (!shown)
            continue;
        append_number(out, s->x[i]);
        append_number(out, s->y[i]);
        append_number(out, lam_plot_shows(&panel->y, low) ? low : s->y[i]);
        append_number(out, lam_plot_shows(&panel->y, high) ? high : s->y[i]);
        g_string_append_c(out, '\n');
    }
}

/* gnuplot's images have at least two cells each way. */
static int repeats(int n)
{
    return n == 1 ? 2 : 1;
}

static void append_matrix_data(GString *out, const LamPlotMatrix *m)
{
    for (int j = 0; j < m->ny * repeats(m->ny); j++) {
        for (int i = 0; i < m->nx * repeats(m->nx); i++) {
            double v = m->values[j / repeats(m->ny) * m->nx + i / repeats(m->nx)];
            if (isfinite(v))
                append_number(out, v);
            else
                g_string_append(out, " NaN");
        }
        g_string_append_c(out, '\n');
    }
}

static void append_data(GString *out, const LamPlotPanel *panel, guint number)
{
    for (guint i = 0; i < panel->series->len; i++) {
        g_string_append_printf(out, "$d%u_%u << EOD\n", number, i);
        append_series_data(out, panel, panel->series->pdata[i]);
        g_string_append(out, "EOD\n");
    }
    if (panel->matrix.values == NULL)
        return;
    g_string_append_printf(out, "$m%u << EOD\n", number);
    append_matrix_data(out, &panel->matrix);
    g_string_append(out, "EOD\n");
}

/* ---- a panel ---- */

static void append_range(GString *out, const char *name, Range range)
{
    g_string_append_printf(out, "set %s [", name);
    append_number(out, range.from);
    g_string_append(out, " :");
    append_number(out, range.to);
    g_string_append(out, " ]\n");
}

static void append_axis(GString *out, char letter, const LamPlotAxis *axis, Range range)
{
    g_autofree char *label = g_strdup_printf("set %clabel", letter);
    g_autofree char *name = g_strdup_printf("%crange", letter);
    append_command(out, label, axis->title);
    append_range(out, name, range);
    if (axis->logarithmic)
        g_string_append_printf(out, "set logscale %c\nset format %c '%%g'\n", letter, letter);
    for (int i = 0; i < axis->n_ticks; i++) {
        g_string_append_printf(out, i == 0 ? "set %ctics (" : ", ", letter);
        append_text(out, axis->ticks[i].text);
        append_number(out, axis->ticks[i].at);
    }
    g_string_append(out, axis->n_ticks > 0 ? ")\n" : "");
}

static void append_line(GString *out, const LamPlotPanel *panel, const LamPlotLine *line)
{
    const LamPlotAxis *axis = line->vertical ? &panel->x : &panel->y;
    if (!lam_plot_shows(axis, line->at))
        return;
    g_autoptr(GString) at = g_string_new(NULL);
    append_number(at, line->at);
    const char *form = line->vertical ? "set arrow from first %s, graph 0 to first %s, graph 1"
                                      : "set arrow from graph 0, first %s to graph 1, first %s";
    g_string_append_printf(out, form, at->str, at->str);
    g_string_append(out, " nohead lc rgb '#606060' dt 3 lw 1.5\n");
    if (line->name == NULL)
        return;
    g_string_append(out, "set label ");
    append_text(out, line->name);
    form = line->vertical ? " at first %s, graph 0.96 offset 0.5,0"
                          : " at graph 0.98, first %s right offset 0,0.5";
    g_string_append_printf(out, form, at->str);
    g_string_append(out, " tc rgb '#606060'\n");
}

static void append_series(GString *out, const LamPlotSeries *s, guint panel, guint number)
{
    const int n = G_N_ELEMENTS(colours), which = s->colour >= 0 ? s->colour : 0;
    const char *colour = colours[which % n];
    int dash = dashes[which / n % (int)G_N_ELEMENTS(dashes)];
    bool spread = s->low != NULL && s->high != NULL, bars = spread && s->style == LAM_PLOT_POINTS;
    if (spread && !bars)
        g_string_append_printf(out,
                               "$d%u_%u using 1:3:4 with filledcurves fc rgb '%s' fs transparent "
                               "solid 0.2 noborder notitle, ",
                               panel, number, colour);
    static const char *const styles[] = {"lines", "points", "linespoints"};
    g_string_append_printf(out, "$d%u_%u using %s with %s lc rgb '%s'", panel, number,
                           bars ? "1:2:3:4" : "1:2", bars ? "yerrorbars" : styles[s->style],
                           colour);
    if (s->style != LAM_PLOT_POINTS)
        g_string_append_printf(out, " lw 2 dt %d", dash);
    if (s->style != LAM_PLOT_LINE)
        g_string_append_printf(out, " pt %d ps 0.7", 4 + which % n);
    g_string_append(out, s->name != NULL ? " title " : " notitle");
    if (s->name != NULL)
        append_text(out, s->name);
}

/* x of cell i, counted by gnuplot from 0: from + (i + 1/2) step. */
static void append_cell(GString *out, int column, double from, double to, int n)
{
    double step = (to - from) / n;
    g_string_append(out, "(");
    append_number(out, from + 0.5 * step);
    g_string_append_printf(out, " + $%d *", column);
    append_number(out, step);
    g_string_append(out, ")");
}

static void append_matrix(GString *out, const LamPlotMatrix *m, guint number)
{
    g_string_append_printf(out, "$m%u matrix using ", number);
    append_cell(out, 1, m->x_from, m->x_to, m->nx * repeats(m->nx));
    g_string_append_c(out, ':');
    append_cell(out, 2, m->y_from, m->y_to, m->ny * repeats(m->ny));
    g_string_append(out, ":3 with image notitle");
}

static void append_colour_bar(GString *out, const LamPlotMatrix *m)
{
    Range range = {INFINITY, -INFINITY};
    const LamPlotAxis plain = {0};
    for (int i = 0; i < m->nx * m->ny; i++)
        widen(&range, &plain, m->values[i]);
    g_string_append_printf(out, "set palette defined (%s)\n", cividis);
    append_command(out, "set cblabel", m->title);
    append_range(out, "cbrange", settle(&plain, range, false));
}

static void append_panel(GString *out, const LamPlotPanel *panel, guint number)
{
    Range x, y;
    find_ranges(panel, &x, &y);
    g_string_append(out, "reset\nset key outside right top vertical Left reverse samplen 2\n"
                         "set tics nomirror\nset border 3\n");
    append_command(out, "set title", panel->title);
    append_axis(out, 'x', &panel->x, x);
    append_axis(out, 'y', &panel->y, y);
    for (guint i = 0; i < panel->lines->len; i++)
        append_line(out, panel, panel->lines->pdata[i]);
    bool map = panel->matrix.values != NULL;
    if (map)
        append_colour_bar(out, &panel->matrix);
    else
        g_string_append(out, "set grid lc rgb '#e0e0e0' lt 1\n");
    g_string_append(out, "plot ");
    if (map)
        append_matrix(out, &panel->matrix, number);
    for (guint i = 0; i < panel->series->len; i++) {
        g_string_append(out, map || i > 0 ? ", " : "");
        append_series(out, panel->series->pdata[i], number, i);
    }
    g_string_append_c(out, '\n');
}

GString *lam_plot_script(const LamPlot *plot, LamPlotFormat format)
{
    GString *out = g_string_new("set encoding utf8\n");
    int n = (int)plot->panels->len;
    int columns = plot->columns > 0 ? MIN(plot->columns, n) : (int)ceil(sqrt(n));
    int rows = (n + columns - 1) / columns;
    int height = rows * PANEL_HEIGHT + (plot->title != NULL ? TITLE_HEIGHT : 0);
    g_string_append_printf(out,
                           "set terminal %s noenhanced size %d,%d font 'DejaVu Sans,%d' "
                           "background rgb 'white'\n",
                           format == LAM_PLOT_SVG ? "svg" : "pngcairo", columns * PANEL_WIDTH,
                           height, format == LAM_PLOT_SVG ? 13 : 10);
    for (guint i = 0; i < plot->panels->len; i++)
        append_data(out, plot->panels->pdata[i], i);
    g_string_append_printf(out, "set multiplot layout %d,%d", rows, columns);
    if (plot->title != NULL) {
        g_string_append(out, " title ");
        append_text(out, plot->title);
    }
    g_string_append_c(out, '\n');
    for (guint i = 0; i < plot->panels->len; i++)
        append_panel(out, plot->panels->pdata[i], i);
    g_string_append(out, "unset multiplot\n");
    return out;
}
