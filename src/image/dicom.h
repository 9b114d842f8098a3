/* Series of DICOM, converted by dcm2niix. */
#pragma once

#include <gio/gio.h>
#include <lambdascope/volume.h>

/* path: a folder, or a file in it. series: counted from 0; -1: that of the file, or the only one of the
 * folder. Errors name the path; with several series they list them. Thread-safety: safe. */
LamVolume *lam_dicom_load(const char *path, int series, int frame, GCancellable *cancellable,
                          GError **error);
