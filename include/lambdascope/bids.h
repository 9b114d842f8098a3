/* File names after the Brain Imaging Data Structure (BIDS, derivatives): what to call a result whose
 * inputs are named so. */
#pragma once

#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

/* Where the results of one pair go, relative to the output folder; free the strings. */
typedef struct {
    char *folder;    /* "sub-01/ses-02/anat", or the pair's own folder */
    char *transform; /* "sub-01_ses-02_from-T1w_to-MNI152_mode-image_xfm", without extension */
    char *warped;    /* "sub-01_ses-02_space-MNI152_T1w", without extension */
} LamResultNames;

/* If the moving scan's file name is one of BIDS ("sub-01_ses-02_T1w.nii.gz"), names after it; `to` and
 * `from` tell the spaces by what differs between both names. Else folder `name` (NULL: MOVING_to_FIXED)
 * with "transform" and "warped". */
LamResultNames lam_result_names(const char *fixed, const char *moving, const char *name);
void lam_result_names_clear(LamResultNames *names);

/* The file's name without folder and without the extensions that scans have. Free with g_free. */
char *lam_scan_stem(const char *path);

G_END_DECLS
