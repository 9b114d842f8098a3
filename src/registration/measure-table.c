/* Measures as rows of fields, for files and for pasting. */
#include <lambdascope/measure.h>

#include <math.h>
#include <string.h>

static void add_number(GString *out, char separator, const char *format, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append_c(out, separator);
    if (isfinite(value))
        g_string_append(out, g_ascii_formatd(text, sizeof text, format, value));
}

/* Quoted where it would part the row. */
static void add_name(GString *out, char separator, const char *name)
{
    g_autofree char *text = g_strdelimit(g_strdup(name != NULL ? name : ""), "\t\r\n", ' ');
    g_string_append_c(out, separator);
    if (separator != ',' || strpbrk(text, ",\"") == NULL) {
        g_string_append(out, text);
        return;
    }
    g_auto(GStrv) parts = g_strsplit(text, "\"", -1);
    g_autofree char *doubled = g_strjoinv("\"\"", parts);
    g_string_append_printf(out, "\"%s\"", doubled);
}

static void add_row(GString *out, char separator, double lambda, const char *name,
                    const LamLabelMeasure *m)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append(out, g_ascii_formatd(text, sizeof text, "%g", lambda));
    g_string_append_c(out, separator);
    if (m->label != 0)
        g_string_append_printf(out, "%d", m->label);
    add_name(out, separator, name);
    add_number(out, separator, "%.4f", m->dice);
    add_number(out, separator, "%.3f", m->hd95_mm);
    add_number(out, separator, "%.2f", m->change_percent);
    add_number(out, separator, "%.4f", m->fixed_ml);
    add_number(out, separator, "%.4f", m->moving_ml);
    add_number(out, separator, "%.4f", m->warped_ml);
    g_string_append_c(out, '\n');
}

char *lam_measures_label_table(const LamMeasures *measures, char separator, LamLabelNamer namer,
                               gpointer user)
{
    const LamLabelMeasures *labels = &measures->labels;
    GString *out = g_string_new("lambda,label,name,dice,hd95_mm,volume_change_percent,fixed_ml,"
                                "moving_ml,warped_ml\n");
    g_strdelimit(out->str, ",", separator);
    for (int i = 0; i < labels->count; i++) {
        const char *name = namer != NULL ? namer(labels->label[i].label, user) : NULL;
        add_row(out, separator, measures->lambda, name, &labels->label[i]);
    }
    add_row(out, separator, measures->lambda, "mean", &labels->mean);
    return g_string_free(out, FALSE);
}

char *lam_measures_figure_table(const LamMeasures *m, char separator)
{
    const LamFieldStatistics *s = &m->field;
    const struct {
        const char *name;
        double value;
    } figures[] = {
        {"lambda", m->lambda},
        {"similarity", m->similarity},
        {"fold_percent", s->fold_percent},
        {"digital_fold_percent", s->digital_fold_percent},
        {"ndv_percent", s->ndv_percent},
        {"sd_log_jacobian", s->sd_log_jacobian},
        {"jacobian_min", s->min_jacobian},
        {"jacobian_max", s->max_jacobian},
        {"displacement_mean_mm", s->mean_mm},
        {"displacement_p95_mm", s->p95_mm},
        {"displacement_max_mm", s->max_mm},
        {"roughness", m->roughness},
        {"mean_dice", m->labels.count > 0 ? m->labels.mean.dice : NAN},
        {"mean_hd95_mm", m->labels.count > 0 ? m->labels.mean.hd95_mm : NAN},
    };
    GString *out = g_string_new("measure,value\n");
    g_strdelimit(out->str, ",", separator);
    for (size_t i = 0; i < G_N_ELEMENTS(figures); i++) {
        g_string_append(out, figures[i].name);
        add_number(out, separator, "%.6g", figures[i].value);
        g_string_append_c(out, '\n');
    }
    return g_string_free(out, FALSE);
}
