/* Source -> report: measured, drawn, and nothing kept that could tell who was scanned. */
#include "report-private.h"

#include <lambdascope/checksum.h>
#include <lambdascope/metrics.h>
#include <lambdascope/resample.h>
#include <lambdascope/selection.h>

#include <glib/gi18n-lib.h>
#include <math.h>

static const char *const chosen_names[LAM_CHOSEN_COUNT] = {"manual", "preset", "evidence",
                                                           "unknown"};

const char *lam_lambda_chosen_name(LamLambdaChosen chosen)
{
    return chosen_names[chosen];
}

bool lam_lambda_chosen_parse(const char *name, LamLambdaChosen *out)
{
    for (int i = 0; i < LAM_CHOSEN_COUNT; i++) {
        if (g_str_equal(name, chosen_names[i])) {
            *out = (LamLambdaChosen)i;
            return true;
        }
    }
    return false;
}

/* ---- provenance ---- */

static void tell_scan(LamReportScan *out, const LamVolume *scan, bool with_names)
{
    out->grid = scan->grid;
    if (!scan->path) {
        out->origin = g_strdup(_("made by the program"));
        return;
    }
    g_auto(LamSelection) selection;
    lam_selection_parse(scan->path, &selection);
    out->sha256 = lam_checksum_file(selection.path, NULL);
    if (!out->sha256)
        out->origin = g_strdup(_("a folder, or no longer there"));
    if (with_names) {
        g_autofree char *name = g_path_get_basename(scan->path);
        out->name = g_utf8_make_valid(name, -1);
    }
}

static char *tell_affine(const LamAffine *fit)
{
    if (!fit || isnan(fit->agreement))
        return g_strdup(_("given"));
    const char *measure =
        fit->measure == LAM_AFFINE_NMI ? _("mutual information") : _("correlation");
    return g_strdup_printf(_("found by %s; edges agree %.2f (chance 0, all 1)"), measure,
                           fit->agreement);
}

static char *tell_method(const LamReportSource *source)
{
    if (source->method)
        return g_strdup(source->method);
    return g_strdup(source->model ? _("network, λ as an input") : _("a given transform"));
}

static GPtrArray *tell_labels(const LamLabelMeasures *labels, const LamLabelNames *names)
{
    GPtrArray *out = g_ptr_array_new_with_free_func(g_free);
    for (int i = 0; i < labels->count; i++)
        g_ptr_array_add(out, g_strdup(lam_label_names_find(names, labels->label[i].label)));
    return out;
}

/* What may stand in XML and HTML: valid UTF-8, of control characters only line breaks. */
static char *tidy(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    for (char *p = valid; *p; p++)
        if ((guchar)*p < 0x20 ? *p != '\n' : *p == 0x7f)
            *p = ' ';
    char *out = g_strdup(g_strstrip(valid));
    return out;
}

static void region_free(gpointer data)
{
    LamReportRegion *region = data;
    g_free(region->name);
    g_free(region->labels);
    g_free(region);
}

static char *join_labels(const GArray *labels)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < labels->len; i++)
        g_string_append_printf(out, "%s%d", i > 0 ? ", " : "", g_array_index(labels, int, i));
    return g_string_free(out, FALSE);
}

/* Files of masks are not named. */
static GPtrArray *tell_regions(const GPtrArray *specs, double rest)
{
    GPtrArray *out = g_ptr_array_new_with_free_func(region_free);
    for (guint i = 0; specs && i < specs->len; i++) {
        const LamRegionSpec *spec = specs->pdata[i];
        const LamRegion *settings = spec->settings;
        LamReportRegion *region = g_new0(LamReportRegion, 1);
        region->name = tidy(settings->name);
        region->labels =
            spec->source == LAM_REGION_OF_LABELS && spec->labels ? join_labels(spec->labels) : NULL;
        region->source = spec->source;
        region->kind = settings->kind;
        region->lambda = lam_region_lambda(settings, rest);
        region->follows = settings->follows;
        region->factor = settings->factor;
        region->border_mm = settings->border_mm;
        g_ptr_array_add(out, region);
    }
    return out;
}

char *lam_report_now(void)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    return g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ");
}

static void tell(LamReport *report, const LamReportSource *source)
{
    tell_scan(&report->fixed, source->fixed, source->with_names);
    tell_scan(&report->moving, source->moving, source->with_names);
    report->affine = source->snapshot->affine;
    report->affine_source = tell_affine(source->fit);
    report->method = tell_method(source);
    if (source->model) {
        report->model_title = g_strdup(lam_model_title(source->model));
        report->model_hash = g_strdup(lam_model_hash(source->model));
    }
    report->chosen = isnan(source->snapshot->lambda) ? LAM_CHOSEN_UNKNOWN : source->chosen;
    report->regions = tell_regions(source->regions, source->snapshot->lambda);
    report->rating = source->rating;
    report->notes = source->notes ? tidy(source->notes) : NULL;
    if (report->notes && !*report->notes)
        g_clear_pointer(&report->notes, g_free);
    report->date = lam_report_now();
}

/* ---- figures ---- */

/* Of the fixed scan and the moving one brought to it by d (NULL: the affine alone). */
static bool correlate(const LamReportSource *source, const LamVolume *d, double *out,
                      GError **error)
{
    const LamGrid *grid = &source->fixed->grid;
    g_autoptr(LamVolume) total =
        lam_field_compose_affine(d, &source->snapshot->affine, grid, error);
    g_autoptr(LamVolume) warped =
        total ? lam_resample_field(source->moving, grid, total, LAM_LINEAR, 0, error) : NULL;
    if (!warped)
        return false;
    *out = lam_correlation(source->fixed->data, warped->data, lam_grid_voxels(grid));
    return true;
}

static bool measure(LamReport *report, const LamReportSource *source, const LamProgress *progress,
                    GError **error)
{
    LamSnapshot *snapshot = source->snapshot;
    lam_progress_report(progress, 0, _("Measuring"));
    if (!lam_measure(snapshot, source->fixed_labels, source->moving_labels, progress,
                     &report->measures, error))
        return false;
    lam_progress_report(progress, 0.4, _("Measuring"));
    if (source->fixed_labels &&
        !lam_measure_labels(source->fixed_labels, source->moving_labels, NULL, &snapshot->affine,
                            progress, &report->aligned, error))
        return false;
    report->label_names = tell_labels(&report->measures.labels, source->label_names);
    return !lam_progress_cancelled(progress, error) &&
           correlate(source, NULL, &report->correlation_before, error) &&
           !lam_progress_cancelled(progress, error) &&
           correlate(source, snapshot->field, &report->correlation_after, error);
}

/* ---- the report ---- */

LamReport *lam_report_new(const LamReportSource *source, const LamProgress *progress,
                          GError **error)
{
    LamProgress measures = lam_progress_part(progress, 0, 0.4);
    LamProgress draws = lam_progress_part(progress, 0.4, 1);
    g_autoptr(LamReport) report = g_new0(LamReport, 1);
    tell(report, source);
    if (!measure(report, source, &measures, error))
        return NULL;
    report->pictures = lam_report_draw(source, &draws, error);
    return report->pictures ? g_steal_pointer(&report) : NULL;
}

static void scan_clear(LamReportScan *scan)
{
    g_free(scan->name);
    g_free(scan->sha256);
    g_free(scan->origin);
}

void lam_report_free(LamReport *report)
{
    if (!report)
        return;
    scan_clear(&report->fixed);
    scan_clear(&report->moving);
    lam_measures_clear(&report->measures);
    lam_label_measures_clear(&report->aligned);
    g_clear_pointer(&report->label_names, g_ptr_array_unref);
    g_clear_pointer(&report->regions, g_ptr_array_unref);
    g_clear_pointer(&report->pictures, g_ptr_array_unref);
    g_free(report->affine_source);
    g_free(report->method);
    g_free(report->model_title);
    g_free(report->model_hash);
    g_free(report->notes);
    g_free(report->date);
    g_free(report);
}
