/* FreeSurfer's volumes: .mgh, and .mgz or .mgh.gz, its gzip. Layout: the FreeSurfer wiki's "MghFormat". */
#pragma once

#include <lambdascope/volume.h>

G_BEGIN_DECLS

/* Whether the name is one of theirs: .mgh, .mgz, .mgh.gz. */
bool lam_is_mgh_name(const char *path);

/* Reads one frame (0-based; must be 0 for 3-D files) as a volume of one channel. Types uchar, short,
 * ushort, int and float; compressed or not by content, whatever the name. The space is vox2ras (mm, RAS);
 * a file without one gets FreeSurfer's default: 1 mm, LIA, centred. Voxels that are not finite become 0
 * and are counted. Errors name the file and the reason. Thread-safety: safe. */
LamVolume *lam_mgh_load(const char *path, int frame, GError **error);

/* The same of a file of exactly 3 frames, which become the 3 channels. */
LamVolume *lam_mgh_load_vectors(const char *path, GError **error);

/* Writes float32, each channel a frame; compressed if the name ends in .mgz or .gz. The name must end in
 * .mgh, .mgz or .mgh.gz. Never leaves a half-written file; the parent folder must exist. */
bool lam_mgh_save(const LamVolume *volume, const char *path, GError **error);

G_END_DECLS
