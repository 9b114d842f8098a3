/* Reading and writing a scan, whatever kind of file holds it: NIfTI, FreeSurfer MGH, PNG or JPEG, told apart by
 * content, or a folder of DICOM (converted by dcm2niix, which must be installed). */
#pragma once

#include <gio/gio.h>
#include <lambdascope/nifti.h>
#include <lambdascope/volume.h>

G_BEGIN_DECLS

typedef struct {
    int frame; /* of a 4-D file, counted from 0; -1: the first, and the note says so */
    int series; /* of a folder of DICOM, counted from 0; -1: the only one, or that of the file named */
    GCancellable *cancellable; /* borrowed, may be NULL; ends the conversion of DICOM */
} LamScanOptions;

/* Nothing chosen. */
LamScanOptions lam_scan_defaults(void);

/* Reads one frame of a scan or a label map. "PATH#N" selects frame N, of a folder of DICOM series N
 * (FOLDER#N#M: its frame M), unless a file has that very name; what the path selects outdoes the options.
 * Whatever had to be decided stands in the volume's note. options: NULL for the defaults.
 * Errors name the file and the reason. Thread-safety: safe. */
LamVolume *lam_scan_load_with(const char *path, const LamScanOptions *options, GError **error);

/* The same; frame 0 stands for no choice. */
LamVolume *lam_scan_load(const char *path, int frame, GError **error);

/* Writes an image: .mgh and .mgz as float32, whatever `type`, all others as lam_nifti_save does. */
bool lam_scan_save(const LamVolume *volume, const char *path, LamNiftiType type,
                   const char *description, GError **error);

G_END_DECLS
