/* A pair of balls, the one shifted against the other by 3 mm along R, and the field that undoes it. */
#pragma once

#include <lambdascope/report.h>

typedef struct {
    char *folder;
    LamVolume *fixed, *moving, *labels;
    LamSnapshot *snapshot;
} LamReportFixture;

/* flat: a single axial slice. */
LamReportFixture *lam_report_fixture_new(bool flat);
void lam_report_fixture_free(LamReportFixture *fixture); /* removes the folder and its files */
LamReportSource lam_report_fixture_source(const LamReportFixture *fixture);
char *lam_report_fixture_path(const LamReportFixture *fixture, const char *name);
/* False, and the test marked as skipped, where nothing can be drawn. */
bool lam_report_fixture_save(const LamReportSource *source, const char *path);
char *lam_report_fixture_read(const char *path);
