/* The template of a model, for use: its picture, its structures and their volumes at chosen attributes.
 *
 * Thread-safety: a template belongs to one thread at a time; what it returns is the caller's. Reads no
 * file. At 2 mm one set of attributes costs tens of milliseconds. */
#pragma once

#include <lambdascope/model.h>
#include <lambdascope/volume.h>

G_BEGIN_DECLS

typedef struct LamTemplate LamTemplate;

/* Holds a reference to the model. LAM_ERROR_ARGUMENT if it has no template. Starts in the middle of all
 * ranges. */
LamTemplate *lam_template_new(LamModel *model, GError **error);
void lam_template_free(LamTemplate *template);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamTemplate, lam_template_free)

/* Borrowed: attributes with their ranges, structures. */
const LamTemplateConfig *lam_template_config(const LamTemplate *template);

/* So many voxels of this spacing around the middle of its box. */
LamGrid lam_template_grid(const LamTemplateConfig *config, const int size[3], double spacing_mm);

/* One value per attribute, in its own unit (of words: 0 or 1). Values outside of the range that was
 * trained on are taken: see lam_template_extrapolation. LAM_ERROR_ARGUMENT if one is not finite. */
bool lam_template_set(LamTemplate *template, const double *values, GError **error);

/* Which values lie outside of what was trained on, in words: "age 90: trained on 18 to 75"; NULL if none
 * does. Free with g_free. */
char *lam_template_extrapolation(const LamTemplateConfig *config, const double *values);

/* False with LAM_ERROR_ARGUMENT if a number lies further outside of what was trained on than that is wide, or a
 * word is neither of its two: the template would say nothing there. */
bool lam_template_check(const LamTemplateConfig *config, const double *values, GError **error);
/* Where one begins: the middle of numbers' ranges (share 0.5), or nearer to an end (0 to 1); first words. */
void lam_template_values_at(const LamTemplateConfig *config, double share, double *values);

/* A number at a share of the range that was trained on, and back; not clamped. */
double lam_template_number_at(const LamAttribute *attribute, double share);
double lam_template_number_share(const LamAttribute *attribute, double value);

/* "age=70 sex=F", as on command lines and in files. Free with g_free. */
char *lam_template_text(const LamTemplateConfig *config, const double *values);
/* The same text back; what it does not name stays as it is in values. LAM_ERROR_ARGUMENT, naming it, if there is no
 * such attribute or it is not understood. */
bool lam_template_parse(const LamTemplateConfig *config, const char *text, double *values,
                        GError **error);
/* "age 70 F", for people; "template" without attributes. Free with g_free. */
char *lam_template_title(const LamTemplateConfig *config, const double *values);
/* What goes into the header of files that are written: the model and what it was asked for, in the 79 bytes that
 * NIfTI has. Free with g_free. */
char *lam_template_provenance(const LamModel *model, const double *values);

/* The picture, intensities about 0 to 1, none negative; over the model's box on an axis-aligned RAS grid
 * of this spacing (0: the model's own, 0.25 to 20 mm): cubic. */
LamVolume *lam_template_image(LamTemplate *template, double spacing_mm, GError **error);
/* The most probable structure of each voxel, by its value in label maps; spacing as above.
 * LAM_ERROR_ARGUMENT if the template has none. */
LamVolume *lam_template_labels(LamTemplate *template, double spacing_mm, GError **error);
/* The probability of a structure, on the scores' grid. index: of the description's structures. */
LamVolume *lam_template_probability(LamTemplate *template, int index, GError **error);
/* Volumes in ml: probabilities summed; as many as the description has structures. False as above. */
bool lam_template_volumes(LamTemplate *template, double *millilitres, GError **error);

/* Mean displacement from the template to those it was learned from, as the last steps of training had it:
 * 3 channels, mm, RAS, on the field's grid. */
LamVolume *lam_template_mean_displacement(LamTemplate *template, GError **error);

G_END_DECLS
