/* A report's figures as CSV, one per row: measure,label,name,value. */
#include "report-private.h"

#include <math.h>
#include <string.h>

void lam_report_add_csv(GString *out, const char *text)
{
    g_autofree char *line = g_strdelimit(g_strdup(text ? text : ""), "\r\n", ' ');
    g_auto(GStrv) parts = g_strsplit(line, "\"", -1);
    g_autofree char *doubled = g_strjoinv("\"\"", parts);
    bool plain = strpbrk(line, ",\"") == NULL;
    g_string_append_printf(out, plain ? "%s" : "\"%s\"", doubled);
}

static void add_row(GString *out, const char *measure, int label, const char *name,
                    const char *value)
{
    g_string_append_printf(out, "%s,", measure);
    if (label != 0)
        g_string_append_printf(out, "%d", label);
    g_string_append_c(out, ',');
    lam_report_add_csv(out, name);
    g_string_append_c(out, ',');
    lam_report_add_csv(out, value);
    g_string_append_c(out, '\n');
}

/* Empty where there is no figure. */
static void add_number(GString *out, const char *measure, int label, const char *name, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE] = "";
    if (isfinite(value))
        g_ascii_formatd(text, sizeof text, "%.6g", value);
    add_row(out, measure, label, name, text);
}

static void add_label(GString *out, const LamReport *report, int i)
{
    const LamLabelMeasure *before = &report->aligned.label[i],
                          *after = &report->measures.labels.label[i];
    const char *name = report->label_names->pdata[i];
    add_number(out, "dice_before", after->label, name, before->dice);
    add_number(out, "dice", after->label, name, after->dice);
    add_number(out, "hd95_before_mm", after->label, name, before->hd95_mm);
    add_number(out, "hd95_mm", after->label, name, after->hd95_mm);
    add_number(out, "volume_change_percent", after->label, name, after->change_percent);
}

char *lam_report_csv(const LamReport *report)
{
    const LamMeasures *m = &report->measures;
    const struct {
        const char *name;
        double value;
    } figures[] = {
        {"lambda", m->lambda},
        {"correlation_before", report->correlation_before},
        {"correlation_after", report->correlation_after},
        {"similarity", m->similarity},
        {"fold_percent", m->field.fold_percent},
        {"digital_fold_percent", m->field.digital_fold_percent},
        {"sd_log_jacobian", m->field.sd_log_jacobian},
        {"displacement_mean_mm", m->field.mean_mm},
        {"displacement_p95_mm", m->field.p95_mm},
        {"displacement_max_mm", m->field.max_mm},
        {"roughness", m->roughness},
    };
    GString *out = g_string_new("measure,label,name,value\n");
    add_row(out, "rating", 0, NULL, lam_rating_name(report->rating));
    add_row(out, "notes", 0, NULL, report->notes);
    for (size_t i = 0; i < G_N_ELEMENTS(figures); i++)
        add_number(out, figures[i].name, 0, NULL, figures[i].value);
    for (int i = 0; i < m->labels.count; i++)
        add_label(out, report, i);
    return g_string_free(out, FALSE);
}
