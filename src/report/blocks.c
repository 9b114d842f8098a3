#include "blocks.h"

#include <glib/gi18n-lib.h>
#include <lambdascope/lambda_scale.h>
#include <math.h>

/* ---- building ---- */

static void block_free(gpointer data)
{
    LamBlock *block = data;
    g_free(block->text);
    g_clear_pointer(&block->rows, g_ptr_array_unref);
    g_free(block);
}

static LamBlock *add(GPtrArray *blocks, LamBlockKind kind, const char *text)
{
    LamBlock *block = g_new0(LamBlock, 1);
    block->kind = kind;
    block->text = g_strdup(text);
    if (kind == LAM_BLOCK_FACTS || kind == LAM_BLOCK_TABLE)
        block->rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    g_ptr_array_add(blocks, block);
    return block;
}

/* Takes the value; NULL adds nothing. */
static void add_fact(LamBlock *block, const char *name, char *value)
{
    if (!value)
        return;
    char **row = g_new0(char *, 3);
    row[0] = g_strdup(name);
    row[1] = value;
    g_ptr_array_add(block->rows, row);
}

/* "–" where there is no figure; with a true minus sign. */
static char *number(const char *format, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    if (!isfinite(value))
        return g_strdup("–");
    g_ascii_formatd(text, sizeof text, format, value);
    return *text == '-' ? g_strconcat("−", text + 1, NULL) : g_strdup(text);
}

static char *with_unit(const char *format, double value, const char *unit)
{
    g_autofree char *text = number(format, value);
    return isfinite(value) ? g_strdup_printf("%s %s", text, unit) : g_steal_pointer(&text);
}

static char *before_and_after(const char *format, double before, double after)
{
    g_autofree char *then = number(format, before), *now = number(format, after);
    return g_strdup_printf(_("%s before, %s after"), then, now);
}

/* ---- the parts ---- */

static void add_verdict(GPtrArray *blocks, const LamReport *report)
{
    LamBlock *facts = add(blocks, LAM_BLOCK_FACTS, _("Verdict"));
    add_fact(facts, _("Rating"), g_strdup(lam_rating_title(report->rating)));
    if (report->notes)
        add_fact(facts, _("Notes"), g_strdup(report->notes));
}

static void add_figures(GPtrArray *blocks, const LamReport *report)
{
    const LamMeasures *m = &report->measures;
    const LamFieldStatistics *s = &m->field;
    add(blocks, LAM_BLOCK_HEADING, _("Numbers"));
    LamBlock *facts = add(blocks, LAM_BLOCK_FACTS, _("Numbers"));
    add_fact(facts, _("Correlation of the scans"),
             before_and_after("%.3f", report->correlation_before, report->correlation_after));
    if (isfinite(m->similarity))
        add_fact(facts, _("Similarity on the model’s grid"), number("%.3f", m->similarity));
    if (m->labels.count > 0) {
        add_fact(facts, _("Dice of labels, mean"),
                 before_and_after("%.3f", report->aligned.mean.dice, m->labels.mean.dice));
        add_fact(facts, _("HD95 of labels, mean, mm"),
                 before_and_after("%.2f", report->aligned.mean.hd95_mm, m->labels.mean.hd95_mm));
    }
    add_fact(facts, _("Folds (|J| ≤ 0)"), with_unit("%.4f", s->fold_percent, "%"));
    add_fact(facts, _("Folds by tetrahedra"), with_unit("%.4f", s->digital_fold_percent, "%"));
    add_fact(facts, _("SD log|J|"), number("%.3f", s->sd_log_jacobian));
    add_fact(facts, _("Displacement, mean"), with_unit("%.2f", s->mean_mm, "mm"));
    add_fact(facts, _("Displacement, 95th percentile"), with_unit("%.2f", s->p95_mm, "mm"));
    add_fact(facts, _("Displacement, largest"), with_unit("%.2f", s->max_mm, "mm"));
    add_fact(facts, _("Roughness"), number("%.4f", m->roughness));
}

static void add_label_row(LamBlock *table, char *name, const LamLabelMeasure *before,
                          const LamLabelMeasure *after)
{
    char **row = g_new0(char *, 7);
    row[0] = name;
    row[1] = number("%.3f", before->dice);
    row[2] = number("%.3f", after->dice);
    row[3] = number("%.2f", before->hd95_mm);
    row[4] = number("%.2f", after->hd95_mm);
    row[5] = number("%+.1f", round(10 * after->change_percent) / 10 + 0.0);
    g_ptr_array_add(table->rows, row);
}

static char *region_place(const LamReportRegion *region)
{
    static const char *const places[] = {
        [LAM_REGION_OF_NOTHING] = N_("nowhere"),
        [LAM_REGION_OF_LABELS] = N_("labels"),
        [LAM_REGION_OF_FILE] = N_("a mask"),
        [LAM_REGION_OF_ELLIPSOID] = N_("an ellipsoid"),
        [LAM_REGION_OF_BOX] = N_("a box"),
        [LAM_REGION_OF_THRESHOLD] = N_("intensities in a ball"),
        [LAM_REGION_OF_BALLS] = N_("painted"),
        [LAM_REGION_OF_OUTLINES] = N_("outlined"),
    };
    return region->labels ? g_strdup_printf(_("labels %s"), region->labels)
                          : g_strdup(_(places[region->source]));
}

static char *region_treatment(const LamReportRegion *region)
{
    g_autofree char *lambda = number("%.3f", region->lambda);
    g_autofree char *factor = number("%.3g", region->factor);
    switch (region->kind) {
    case LAM_REGION_RIGID:
        return g_strdup_printf(_("rigid, fitted to λ %s"), lambda);
    case LAM_REGION_UNMOVED:
        return g_strdup(_("not moved"));
    case LAM_REGION_UNMATCHED:
        return g_strdup(_("not matched"));
    case LAM_REGION_LAMBDA:
        break;
    }
    return region->follows ? g_strdup_printf(_("λ %s (γ of the rest × %s)"), lambda, factor)
                           : g_strdup_printf("λ %s", lambda);
}

static void add_regions(GPtrArray *blocks, const LamReport *report)
{
    if (report->regions->len == 0)
        return;
    add(blocks, LAM_BLOCK_HEADING, _("Regions"));
    LamBlock *table = add(blocks, LAM_BLOCK_TABLE, _("What is done in each region"));
    const char *const head[] = {_("Region"), _("Place"), _("Treatment"), _("Border, mm"), NULL};
    g_ptr_array_add(table->rows, g_strdupv((char **)head));
    for (guint i = 0; i < report->regions->len; i++) {
        const LamReportRegion *region = report->regions->pdata[i];
        char **row = g_new0(char *, 5);
        row[0] = g_strdup(region->name);
        row[1] = region_place(region);
        row[2] = region_treatment(region);
        row[3] = number("%.3g", region->border_mm);
        g_ptr_array_add(table->rows, row);
    }
}

static char *label_title(const LamReport *report, int i)
{
    const char *name = report->label_names->pdata[i];
    int label = report->measures.labels.label[i].label;
    return name ? g_strdup_printf("%d  %s", label, name) : g_strdup_printf("%d", label);
}

static void add_labels(GPtrArray *blocks, const LamReport *report)
{
    const LamLabelMeasures *labels = &report->measures.labels;
    if (labels->count == 0)
        return;
    add(blocks, LAM_BLOCK_HEADING, _("Labels"));
    LamBlock *table = add(blocks, LAM_BLOCK_TABLE,
                          _("Overlap, distance of surfaces and change of volume of each label, "
                            "before (affine alone) and after"));
    const char *const head[] = {_("Label"),
                                _("Dice before"),
                                _("Dice after"),
                                _("HD95 before, mm"),
                                _("HD95 after, mm"),
                                _("Volume change, %"),
                                NULL};
    g_ptr_array_add(table->rows, g_strdupv((char **)head));
    for (int i = 0; i < labels->count; i++)
        add_label_row(table, label_title(report, i), &report->aligned.label[i], &labels->label[i]);
    add_label_row(table, g_strdup(_("Mean")), &report->aligned.mean, &labels->mean);
}

static char *lambda_text(const LamReport *report)
{
    static const char *const chosen[LAM_CHOSEN_COUNT] = {
        N_("chosen by eye"), N_("a preset, or the default of the program"),
        N_("chosen by figures (labels, landmarks or curves)"), N_("not known")};
    double lambda = report->measures.lambda;
    if (isnan(lambda))
        return g_strdup(_("not known"));
    g_autofree char *value = number("%.3f", lambda);
    g_autofree char *gamma = lambda < 1 ? number("%.3g", lam_lambda_gamma(lambda)) : g_strdup("∞");
    return g_strdup_printf("%s (γ = %s); %s", value, gamma, _(chosen[report->chosen]));
}

static char *scan_text(const LamReportScan *scan)
{
    LamVec3 mm = lam_grid_spacing_mm(&scan->grid);
    const int *n = scan->grid.size;
    GString *out = g_string_new(scan->name);
    g_string_append_printf(out, "%s%d × %d × %d, %.3g × %.3g × %.3g mm", scan->name ? "\n" : "",
                           n[0], n[1], n[2], mm.v[0], mm.v[1], mm.v[2]);
    if (scan->sha256)
        g_string_append_printf(out, "\nSHA-256 %s", scan->sha256);
    else
        g_string_append_printf(out, "\n%s", scan->origin);
    return g_string_free(out, FALSE);
}

static char *model_text(const LamReport *report)
{
    if (!report->model_title)
        return NULL;
    if (!report->model_hash)
        return g_strdup(report->model_title);
    return g_strdup_printf("%s\nSHA-256 %s…", report->model_title, report->model_hash);
}

static void add_provenance(GPtrArray *blocks, const LamReport *report)
{
    add(blocks, LAM_BLOCK_HEADING, _("How it was made"));
    LamBlock *facts = add(blocks, LAM_BLOCK_FACTS, _("How it was made"));
    add_fact(facts, "λ", lambda_text(report));
    add_fact(facts, _("Deformation"), g_strdup(report->method));
    add_fact(facts, _("Model"), model_text(report));
    add_fact(facts, _("Affine"), g_strdup(report->affine_source));
    add_fact(facts, _("Direction"),
             g_strdup(_("pull-back, in mm, RAS, on the fixed scan: "
                        "warped(x) = moving(A(x + d(x)))")));
    add_fact(facts, _("Fixed scan"), scan_text(&report->fixed));
    add_fact(facts, _("Moving scan"), scan_text(&report->moving));
    add_fact(facts, _("Program"), g_strdup("Lambdascope " LAM_VERSION));
    add_fact(facts, _("Date"), g_strdup(report->date));
}

GPtrArray *lam_report_blocks(const LamReport *report)
{
    GPtrArray *blocks = g_ptr_array_new_with_free_func(block_free);
    add_verdict(blocks, report);
    add(blocks, LAM_BLOCK_HEADING, _("Pictures"));
    add(blocks, LAM_BLOCK_PICTURES, NULL);
    add_figures(blocks, report);
    add_provenance(blocks, report);
    add_regions(blocks, report);
    add_labels(blocks, report); /* last: there may be hundreds */
    return blocks;
}

char *lam_report_title(const LamReport *report)
{
    if (!report->fixed.name || !report->moving.name)
        return g_strdup(_("Registration report"));
    return g_strdup_printf(_("Registration of %s onto %s"), report->moving.name,
                           report->fixed.name);
}
