/* A report of the quality of one registration: pictures before and after, figures, how it was made, what a
 * person thinks of it. One file (HTML with its pictures inside, or PDF), and beside it its figures as CSV and
 * JSON. Without leave it names no file: nothing in it tells who was scanned.
 *
 * Spaces and units are those of LamSnapshot and LamMeasures. */
#pragma once

#include <lambdascope/label_names.h>
#include <lambdascope/measure.h>
#include <lambdascope/rating.h>
#include <lambdascope/region_spec.h>

G_BEGIN_DECLS

/* How λ was arrived at. */
typedef enum {
    LAM_CHOSEN_MANUALLY, /* by eye */
    LAM_CHOSEN_PRESET,   /* a preset, or the default of the program */
    LAM_CHOSEN_EVIDENCE, /* by figures: overlap of labels, landmarks, curves over λ */
    LAM_CHOSEN_UNKNOWN,  /* no λ is known of the result */
    LAM_CHOSEN_COUNT
} LamLambdaChosen;

/* "manual", "preset", "evidence", "unknown"; the parser gives false for others. */
const char *lam_lambda_chosen_name(LamLambdaChosen chosen);
bool lam_lambda_chosen_parse(const char *name, LamLambdaChosen *out);

/* What a report is made of. Everything is borrowed; what may be NULL says so. */
typedef struct {
    LamVolume *fixed, *moving;               /* as loaded */
    LamVolume *fixed_labels, *moving_labels; /* both, or NULL */
    const LamLabelNames *label_names;        /* or NULL */
    LamSnapshot *snapshot; /* the deformation; its λ is NaN if that is not known */
    const LamAffine
        *fit;           /* how its affine was found; NULL or with NaN as agreement: it was given */
    LamModel *model;    /* NULL: no network */
    const char *method; /* in a few words; NULL: what the above tell */
    LamLambdaChosen chosen;
    GPtrArray *regions; /* LamRegionSpec: what the deformation has of its own where; or NULL */
    LamRating rating;
    const char *notes; /* or NULL; lines may be broken */
    bool with_names;   /* the names of the files may stand in it; never their folders */
    bool neurological; /* patient's left on the left; else on the right */
} LamReportSource;

typedef struct LamReport LamReport;

/* Measures, and draws on a GL context of its own: takes seconds, not for a UI thread; one report at a time in
 * a process. Reads the scans' files again, for their checksums. LAM_ERROR_GL where nothing can be drawn;
 * LAM_ERROR_CANCELLED; errors of lam_measure. */
LamReport *lam_report_new(const LamReportSource *source, const LamProgress *progress,
                          GError **error);
void lam_report_free(LamReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamReport, lam_report_free)

/* LAM_ERROR_ARGUMENT unless the name ends in .html, .htm or .pdf. */
bool lam_report_check_name(const char *path, GError **error);
/* The names of the files that are written for `path`: itself, then those of CSV and JSON. Free with
 * g_strfreev. */
char **lam_report_files(const char *path);
/* Writes all three, each beside its target and renamed, the one asked for first. LAM_ERROR_IO names the file
 * and the reason. Safe on any thread. */
bool lam_report_save(const LamReport *report, const char *path, GError **error);

G_END_DECLS
