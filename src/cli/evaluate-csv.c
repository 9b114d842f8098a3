/* An evaluation as a table for other programs. */
#include "evaluate.h"

#include <lambdascope/error.h>
#include <math.h>
#include <string.h>

/* What stands in front of each line of one row: model, method and λ. */
typedef struct {
    GString *out;
    const char *model, *method, *lambda;
} Writer;

/* Quoted where it must be (RFC 4180). */
static void append_field(GString *out, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        g_string_append(out, text);
        return;
    }
    g_string_append_c(out, '"');
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '"')
            g_string_append_c(out, '"');
        g_string_append_c(out, *p == '\r' || *p == '\n' ? ' ' : *p);
    }
    g_string_append_c(out, '"');
}

static void append_number(GString *out, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    if (isfinite(value))
        g_string_append(out, g_ascii_formatd(text, sizeof text, "%.6g", value));
    g_string_append_c(out, ',');
}

static void append_line(const Writer *w, const char *figure, LamEvaluateMean mean,
                        const char *structure)
{
    append_field(w->out, w->model);
    g_string_append_printf(w->out, ",%s,%s,%s,", w->method, w->lambda, figure);
    append_number(w->out, mean.mean);
    append_number(w->out, mean.sd);
    g_string_append_printf(w->out, "%d,", mean.n);
    append_field(w->out, structure != NULL ? structure : "");
    g_string_append_c(w->out, '\n');
}

static void append_row(const Writer *w, const LamEvaluation *e, guint row, const GArray *labels)
{
    for (const LamEvaluateFigure *f = lam_evaluate_figures; f->key != NULL; f++)
        if (lam_evaluation_has(e, row, f))
            append_line(w, f->key, lam_evaluation_mean(e, row, f), NULL);
    for (guint i = 0; i < labels->len; i++) {
        int label = g_array_index(labels, int, i);
        const char *name = lam_label_names_find(e->names, label);
        g_autofree char *dice = g_strdup_printf("dice_label_%d", label);
        g_autofree char *hd95 = g_strdup_printf("hd95_mm_label_%d", label);
        append_line(w, dice, lam_evaluation_mean_dice(e, row, label), name);
        if (e->options->hd95)
            append_line(w, hd95, lam_evaluation_mean_hd95(e, row, label), name);
    }
}

static void append_subject(GString *out, const LamEvaluation *e, guint subject,
                           const GArray *labels)
{
    const LamEvaluateSubject *s = &g_array_index(e->subjects, LamEvaluateSubject, subject);
    for (guint i = 0; i < e->options->lambdas->len; i++) {
        g_autofree char *lambda =
            g_strdup_printf("%g", g_array_index(e->options->lambdas, double, i));
        Writer w = {out, s->name, lam_evaluate_method_name(s->method), lambda};
        append_row(&w, e, lam_evaluation_row(e, subject, i), labels);
    }
}

bool lam_evaluation_save_csv(const LamEvaluation *e, const char *path, GError **error)
{
    g_autoptr(GArray) labels = lam_evaluation_structures(e);
    g_autoptr(GString) out = g_string_new("model,method,lambda,figure,mean,sd,pairs,structure\n");
    g_autoptr(GError) cause = NULL;
    Writer affine = {out, "", lam_evaluate_method_name(LAM_EVALUATE_AFFINE), ""};
    append_row(&affine, e, 0, labels);
    for (guint i = 0; i < e->subjects->len; i++)
        append_subject(out, e, i, labels);
    if (g_file_set_contents(path, out->str, (gssize)out->len, &cause))
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot write table: %s: %s", path, cause->message);
    return false;
}
