/* Reading a scan, whatever kind of file holds it. */
#pragma once

#include <lambdascope/volume.h>

G_BEGIN_DECLS

/* Reads one frame (0-based) of a scan or a label map. Errors name the file and the reason.
 * Thread-safety: safe. */
LamVolume *lam_scan_load(const char *path, int frame, GError **error);

G_END_DECLS
