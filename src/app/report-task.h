/* Writing a report on a thread of its own. */
#pragma once

#include <gio/gio.h>
#include <lambdascope/report.h>

G_BEGIN_DECLS

typedef struct {
    LamReportSource source; /* label_names is taken over, all else referenced or copied */
    const char *inputs[2];  /* files that must not be written over; may be NULL */
    const char *path;
} LamReportJob;

/* What it gives back is what the callback gets; borrowed, and valid until then. */
GAsyncResult *lam_report_write_async(const LamReportJob *job, GCancellable *cancellable,
                                     GAsyncReadyCallback callback, gpointer user);
bool lam_report_write_finish(GAsyncResult *result, GError **error);
/* How far it is, in [0,1]; the path it is about, borrowed. */
double lam_report_write_fraction(GAsyncResult *result);
const char *lam_report_write_path(GAsyncResult *result);

G_END_DECLS
