/* The built-in demonstrations: pairs of our own making, how each is shown, and what there is to see. They need
 * no files; the table is in src/teaching/demos.c. */
#pragma once

#include <lambdascope/label_names.h>
#include <lambdascope/play.h>
#include <lambdascope/scene.h>

G_BEGIN_DECLS

/* What a demo is made of; the maps may be NULL. */
typedef struct {
    LamVolume *fixed, *moving, *fixed_labels, *moving_labels;
    LamLabelNames *names; /* of the labels; NULL: there are none */
} LamDemoPair;

void lam_demo_pair_clear(LamDemoPair *pair);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LamDemoPair, lam_demo_pair_clear)

typedef struct {
    const char *name;         /* on command lines: "digits" */
    const char *title, *look; /* what it is, and what to look at; English, marked for gettext */
    const char *fixed_name, *moving_name; /* likewise; shown with the pictures */
    const char *model;                    /* its name; NULL: what suits the scans */
    bool of_template;  /* the pair is that model's template, whose attributes may then be changed */
    double old, young; /* its first number on the fixed and on the moving side */
    double lambda;     /* to begin with */
    LamPlayKind play;  /* what to play */

    /* how it is shown (scene.h) */
    LamCompare compare;
    LamOverlay overlay;
    double grid_mm; /* 0: no grid */

    /* Makes the pair; deterministic. Takes up to a second. On failure, what there is of it is cleared by the
     * caller. */
    bool (*make)(LamDemoPair *pair, GError **error);
} LamDemo;

/* The model of the demo "template". */
#define LAM_TEMPLATE_MODEL "template-age-sex"

/* All, in the order in which they teach; "template" is the first if its model is there. */
const LamDemo *lam_demos(size_t *count);
/* LAM_ERROR_ARGUMENT, with the names that there are, for others. */
const LamDemo *lam_demo_find(const char *name, GError **error);

/* The view that it is shown in; scans and field are not touched. */
void lam_demo_set_up(const LamDemo *demo, LamScene *scene);

G_END_DECLS
