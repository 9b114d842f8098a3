/* What a report holds: made once, then written in several forms. */
#pragma once

#include <lambdascope/report.h>

/* One view of all slices. */
typedef struct {
    const char *name;    /* in files; static */
    const char *title;   /* translated; static */
    const char *caption; /* what one sees; translated; static */
    char *alt;           /* for those who do not see it */
    GBytes *png;
    int width, height;
} LamReportPicture;

/* What is told of a scan. */
typedef struct {
    char *name;   /* NULL: not to be told */
    char *sha256; /* NULL: not one file */
    char *origin; /* NULL: of a file; else where it comes from */
    LamGrid grid;
} LamReportScan;

/* What is told of a region. */
typedef struct {
    char *name;
    char *labels; /* "51, 52"; NULL: not of labels */
    LamRegionSource source;
    LamRegionKind kind;
    double lambda; /* with the λ that the rest had */
    bool follows;
    double factor, border_mm;
} LamReportRegion;

struct LamReport {
    LamReportScan fixed, moving;
    LamMeasures measures;     /* of the deformation */
    LamLabelMeasures aligned; /* of the affine alone; empty without label maps */
    double correlation_before, correlation_after; /* on the fixed scan's grid */
    GPtrArray *label_names; /* char *, one per label of `measures`; NULL elements: no name */
    LamMat4 affine;
    char *affine_source;                     /* translated */
    char *method, *model_title, *model_hash; /* the last two NULL without a model */
    LamLambdaChosen chosen;
    GPtrArray *regions; /* LamReportRegion */
    LamRating rating;
    char *notes;         /* or NULL */
    char *date;          /* ISO 8601, UTC */
    GPtrArray *pictures; /* LamReportPicture */
};

#define LAM_REPORT_FORMAT "lambdascope-report"

/* pictures.c: NULL and an error. */
GPtrArray *lam_report_draw(const LamReportSource *source, const LamProgress *progress,
                           GError **error);

/* Translated; the name itself if there is no such view. */
const char *lam_report_view_title(const char *name);

/* The time, UTC, ISO 8601. */
char *lam_report_now(void);
/* A field of CSV: quoted where it would part the row, line breaks as blanks. NULL: empty. */
void lam_report_add_csv(GString *out, const char *text);
/* Beside the target, synced, renamed. what: the beginning of the message. */
bool lam_report_write(const char *what, const char *path, const char *data, gssize size,
                      GError **error);

/* The whole files. */
char *lam_report_html(const LamReport *report);
GBytes *lam_report_pdf(const LamReport *report, GError **error);
char *lam_report_csv(const LamReport *report);
char *lam_report_json(const LamReport *report, const char *file_name);
