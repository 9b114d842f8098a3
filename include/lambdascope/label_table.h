/* What the values of a label map mean: a CSV with the columns value, structure_value, structure and
 * intensity_class (the last two may be missing). */
#pragma once

#include <lambdascope/volume.h>

G_BEGIN_DECLS

#define LAM_KIN_BETWEEN (-1) /* the first of these numbers, which go down */

typedef struct {
    int value;     /* in the label map */
    int structure; /* what it belongs to; 0: background, anything outside the brain */
    int tissue;    /* labels of one number look alike in a scan */
    char *name;    /* of the structure; NULL if not told */
    int kin; /* those of one number above 0 look nearly alike; below 0: somewhere between families 1 and
                    * 2, in a known contrast those of one number within the same range; 0: like no other */
} LamLabel;

typedef struct {
    int count;
    LamLabel *label; /* by value, ascending */
} LamLabelTable;

/* Errors name the file and the line. Left and right structures of one name get one tissue. */
LamLabelTable *lam_label_table_load(const char *path, GError **error);
void lam_label_table_free(LamLabelTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamLabelTable, lam_label_table_free)

/* The label of a value; NULL if the table does not have it. */
const LamLabel *lam_label_table_find(const LamLabelTable *table, int value);

/* The first label of the structure whose value is the next above this one; NULL if there is none. From 0 on, all of
 * them in the order in which networks number them. */
const LamLabel *lam_label_table_next_structure(const LamLabelTable *table, int value);

/* Values of a label map become those of the structures that they belong to; what is not in the table, 0. */
void lam_label_table_apply(const LamLabelTable *table, LamVolume *map);

/* Position of the value 0, which is what lies outside of maps; 0 if the table does not have it. */
int lam_label_table_zero(const LamLabelTable *table);
/* Position of the label that names the same on the other side ("right thalamus" of "left thalamus"), of several the
 * one in the same place among them, else the first; its own where there is none. */
int lam_label_table_other_side(const LamLabelTable *table, int label);

G_END_DECLS
