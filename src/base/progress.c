#include <lambdascope/progress.h>

#include <lambdascope/error.h>

static double scaled(const LamProgress *progress, double fraction)
{
    double to = progress->to > progress->from ? progress->to : 1.0;
    return progress->from + (to - progress->from) * CLAMP(fraction, 0.0, 1.0);
}

void lam_progress_report(const LamProgress *progress, double fraction, const char *stage)
{
    if (progress != NULL && progress->report != NULL)
        progress->report(scaled(progress, fraction), stage, progress->user);
}

LamProgress lam_progress_part(const LamProgress *progress, double from, double to)
{
    if (progress == NULL)
        return (LamProgress){.to = 1.0};
    LamProgress part = *progress;
    part.from = scaled(progress, from);
    part.to = scaled(progress, to);
    return part;
}

bool lam_progress_cancelled(const LamProgress *progress, GError **error)
{
    if (progress == NULL || !g_cancellable_is_cancelled(progress->cancellable))
        return false;
    g_set_error_literal(error, LAM_ERROR, LAM_ERROR_CANCELLED, "stopped");
    return true;
}
