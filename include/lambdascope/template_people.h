/* Where a template lies among people: each is registered to the template of his own attributes, by the program's
 * affine and then by the model's network. Nothing is drawn by chance.
 *
 * The displacement d leads from the template to a person, without the affine; a template lies in the middle of its
 * people if the mean of d over them is next to nothing. Volumes of a person's own structures are taken in the
 * template's space, which means divided by the affine's determinant, so that the size of a head has no part in
 * them. */
#pragma once

#include <lambdascope/label_table.h>
#include <lambdascope/progress.h>
#include <lambdascope/template.h>

G_BEGIN_DECLS

typedef struct {
    const char *folder; /* of the data */
    const char *scans;  /* a pattern below it, as "train/1*.nii.gz": at least two scans */
    const char *labels; /* of their label maps, as many and in the same order; NULL: no volumes */
    const char
        *subjects; /* table below it (docs/templates.md); NULL for a template without attributes */
    const LamLabelTable
        *structures; /* what the values of label maps mean; NULL: a value is the structure's own */
    double lambda;   /* in [0,1] */
} LamTemplatePeopleOptions;

typedef struct {
    char *scan;   /* path */
    char *person; /* who it is: the same for two scans of one person */
    double values[LAM_TEMPLATE_MAX_ATTRIBUTES];
    double weight;  /* share that makes ages even, as in training; sums to 1 */
    double head;    /* determinant of the affine: the volume of this head over the template's */
    double mean_mm; /* mean of |d| over the template's foreground */
    double *
        ml; /* of each of the template's structures, in the template's space; NULL without label maps */
} LamTemplatePerson;

typedef enum {
    LAM_PEOPLE_ALIKE, /* each scan counts as much */
    LAM_PEOPLE_EVEN,  /* each age does */
    LAM_PEOPLE_MEANS
} LamPeopleMean;

/* Of the length of the mean of d, over the foreground of the template (above a fifth of the 98th percentile of the
 * mean of the people's templates, all alike). */
typedef struct {
    double median_mm, ninetieth_mm; /* what half and nine tenths of the voxels stay below */
} LamPeopleCentre;

typedef struct {
    int n, structures;
    LamTemplatePerson *person; /* [n], by name of the scan */
    /* Means over people, on the template's own grid. Scans are prepared as for the network. */
    LamVolume *displacement[LAM_PEOPLE_MEANS]; /* of d: 3 channels, mm */
    LamVolume *aligned[LAM_PEOPLE_MEANS];      /* of the scans, affinely aligned */
    LamVolume *registered[LAM_PEOPLE_MEANS];   /* of the scans, registered */
    LamVolume *picture[LAM_PEOPLE_MEANS];      /* of the templates of their attributes */
    LamPeopleCentre centre[LAM_PEOPLE_MEANS];
    /* The same without the affine part of the mean that fits it best: of shape alone. What is left of pose and
     * size, deformations take up after the affine. */
    LamPeopleCentre shape[LAM_PEOPLE_MEANS];
} LamTemplatePeople;

/* LAM_ERROR_ARGUMENT for patterns that fewer than two scans match, a table that lacks rows or values
 * (docs/templates.md), attributes that the template says nothing about, a model without a template; errors of files
 * and of registration. Cancelled between people. Uses all threads. */
LamTemplatePeople *lam_template_people_measure(LamModel *model,
                                               const LamTemplatePeopleOptions *options,
                                               const LamProgress *progress, GError **error);
void lam_template_people_free(LamTemplatePeople *people);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamTemplatePeople, lam_template_people_free)

G_END_DECLS
