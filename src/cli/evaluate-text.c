/* An evaluation as tables to read. */
#include "evaluate.h"

#include <stdio.h>

static char *lambda_name(const LamEvaluation *e, guint i)
{
    return g_strdup_printf("%g", g_array_index(e->options->lambdas, double, i));
}

static void print_line(const LamEvaluation *e, const char *name, guint row)
{
    printf("%-9s", name);
    for (const LamEvaluateFigure *f = lam_evaluate_figures; f->key != NULL; f++) {
        if (f->of_surface && !e->options->hd95)
            continue;
        putchar(' ');
        if (lam_evaluation_has(e, row, f))
            printf(f->format, lam_evaluation_mean(e, row, f).mean);
        else
            printf("%9s", "-");
    }
    putchar('\n');
}

static void print_headings(const LamEvaluation *e)
{
    printf("%-9s", "lambda");
    for (const LamEvaluateFigure *f = lam_evaluate_figures; f->key != NULL; f++)
        if (!f->of_surface || e->options->hd95)
            printf(" %9s", f->heading);
    putchar('\n');
}

/* ---- structures ---- */

typedef LamEvaluateMean (*Mean)(const LamEvaluation *e, guint row, int label);

/* rows: how many λ there are, none for the affine's own table. */
static void print_structures(const LamEvaluation *e, guint subject, guint rows, const char *title,
                             Mean mean, const char *format)
{
    g_autoptr(GArray) labels = lam_evaluation_structures(e);
    printf("\n%-9s %8s", title, "affine");
    for (guint i = 0; i < rows; i++) {
        g_autofree char *name = lambda_name(e, i);
        printf(" %8s", name);
    }
    for (guint k = 0; k < labels->len; k++) {
        int label = g_array_index(labels, int, k);
        const char *name = lam_label_names_find(e->names, label);
        printf("\n%-9d ", label);
        printf(format, mean(e, 0, label).mean);
        for (guint i = 0; i < rows; i++) {
            putchar(' ');
            printf(format, mean(e, lam_evaluation_row(e, subject, i), label).mean);
        }
        printf("%s%s", name != NULL ? "  " : "", name != NULL ? name : "");
    }
    putchar('\n');
}

static void print_table(const LamEvaluation *e, guint subject, guint rows)
{
    print_headings(e);
    print_line(e, "affine", 0);
    for (guint i = 0; i < rows; i++) {
        g_autofree char *name = lambda_name(e, i);
        print_line(e, name, lam_evaluation_row(e, subject, i));
    }
    if (!e->options->per_structure)
        return;
    print_structures(e, subject, rows, "Dice", lam_evaluation_mean_dice, "%8.4f");
    if (e->options->hd95)
        print_structures(e, subject, rows, "HD95, mm", lam_evaluation_mean_hd95, "%8.3f");
}

void lam_evaluation_print(const LamEvaluation *e)
{
    for (guint i = 0; i < e->subjects->len; i++) {
        const LamEvaluateSubject *s = &g_array_index(e->subjects, LamEvaluateSubject, i);
        if (e->subjects->len > 1)
            printf("%s%s%s%s\n", i > 0 ? "\n" : "", s->name, *s->name != '\0' ? ", " : "",
                   lam_evaluate_method_name(s->method));
        print_table(e, i, e->options->lambdas->len);
    }
    if (e->subjects->len == 0)
        print_table(e, 0, 0);
    printf("\nmeans over %u %s on the %s grid; roughness: %s\n", e->pairs->len,
           e->pairs->len == 1 ? "pair" : "pairs", e->options->fixed_grid ? "fixed" : "model",
           lam_evaluate_roughness_definition);
    puts(lam_evaluate_fold_definitions);
}
