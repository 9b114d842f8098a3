/* Label maps: scans whose values are whole numbers, each the name of a structure; zero and less is
 * background. Thread-safety: safe. */
#pragma once

#include <lambdascope/volume.h>

G_BEGIN_DECLS

/* Labels are rounded; what no int holds is background. */
int lam_label_of(float voxel);

/* All labels above zero in either map (b may be NULL), ascending; free with g_free. LAM_ERROR_ARGUMENT if
 * there are over 5000: a scan given for a label map would keep us busy for hours. The names are for the
 * message; may be NULL. */
int *lam_label_set(const LamVolume *a, const LamVolume *b, const char *const names[2], int *n,
                   GError **error);

/* The label map of a scan. Immutable, reference counted. */
typedef struct {
    LamVolume *map;   /* 1 channel, whole numbers; owned */
    LamMat4 to_voxel; /* RAS mm -> voxel of the map */
    int count;
    int *label; /* those above zero in the map, ascending; owned */
    gatomicrefcount refs;
} LamLabels;

/* Takes a reference to the map. It may have a grid of its own, but must lie in the scan's space (scan NULL:
 * not asked). LAM_ERROR_ARGUMENT if it holds other than whole numbers, no label or over 5000, or looks like a scan, or if it lies
 * elsewhere: voxels as the scan's but at another place, or more than a fiftieth of what is labelled
 * beyond the scan. */
LamLabels *lam_labels_new(LamVolume *map, const LamVolume *scan, GError **error);
/* From a file of any kind that lam_scan_load reads; errors as of both. */
LamLabels *lam_labels_load(const char *path, const LamVolume *scan, GError **error);
/* From a map that is known to hold these and nothing else above zero: count >= 1, ascending, copied; some may be
 * missing. So the numbers of one picture mean the same in the next. LAM_ERROR_ARGUMENT if the matrix of its
 * grid is singular. */
LamLabels *lam_labels_new_known(LamVolume *map, const int *label, int count, GError **error);
LamLabels *lam_labels_ref(LamLabels *labels);
void lam_labels_unref(LamLabels *labels);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamLabels, lam_labels_unref)

/* The label of the voxel nearest to a point; 0: background, or beyond the map. */
int lam_labels_at(const LamLabels *labels, LamVec3 world_mm);
/* Where a label stands in labels->label; -1 if the map does not have it. */
int lam_labels_find(const LamLabels *labels, int label);

/* A colour for a label, sRGB, 0 to 255: the same for a number everywhere. From the eight that Okabe and Ito
 * chose to be told apart with every kind of colour vision, without black and in three shades, so that
 * neighbouring numbers differ in hue; 21 in all. */
void lam_label_colour(int label, guint8 rgb[3]);

/* Colours of a map's labels, 4 bytes each: R, G, B and 255 where chosen(label, user) is true (chosen NULL:
 * everywhere), else 0. The first is that of no label, the others follow labels->label. */
GBytes *lam_labels_palette(const LamLabels *labels, bool (*chosen)(int label, gpointer user),
                           gpointer user);

G_END_DECLS
