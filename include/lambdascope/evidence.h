/* A λ with its evidence: found on labelled pairs (lam tune), for one model and one task, with intervals, for all
 * structures together and for each. Saved as JSON.
 *
 * Thread-safety: a preset is a plain value; loading and saving are safe from any thread. */
#pragma once

#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct {
    double lambda, from, to; /* in [0,1]; the interval holds 95 % of the bootstrap's draws */
    double dice;             /* mean at that λ */
} LamOptimum;

typedef struct {
    int label;
    char *name; /* owned; NULL: not told */
    LamOptimum optimum;
} LamEvidenceStructure;

typedef struct {
    char *name, *task;  /* owned, as all strings here */
    char *model;        /* name of the model file without its ending */
    char *model_sha256; /* of the file; NULL: not known */
    char *made;         /* version and date; may be NULL */
    int n_pairs, n_subjects;
    LamOptimum all;
    int n_structures;
    LamEvidenceStructure *structures; /* by label; owned */
    int n_points;
    double *lambda, *dice; /* [n_points]: the mean curve; owned */
} LamEvidence;

void lam_evidence_free(LamEvidence *preset);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamEvidence, lam_evidence_free)

/* Errors name the file: LAM_ERROR_IO; LAM_ERROR_FORMAT: not a preset, or damaged; LAM_ERROR_UNSUPPORTED: written
 * by a later version. */
LamEvidence *lam_evidence_load(const char *path, GError **error);
/* Atomic. LAM_ERROR_IO. */
bool lam_evidence_save(const LamEvidence *preset, const char *path, GError **error);

/* LAM_ERROR_ARGUMENT if the preset was made for another model. sha256 NULL: names alone are compared. */
bool lam_evidence_check_model(const LamEvidence *preset, const char *model, const char *sha256,
                              GError **error);

/* NULL if the structure is not in the preset. Borrowed. */
const LamEvidenceStructure *lam_evidence_find(const LamEvidence *preset, int label);

/* One line: "hippocampus: λ 0.31 [0.22, 0.44], from 12 pairs of 4 subjects"; structure NULL: of all together.
 * Free with g_free. */
char *lam_evidence_describe(const LamEvidence *preset, const LamEvidenceStructure *structure);

G_END_DECLS
