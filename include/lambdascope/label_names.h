/* Names of the structures of a label map: a CSV whose first row names the columns value (or label, label
 * number) and name (or label name, structure). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct LamLabelNames LamLabelNames;

LamLabelNames *lam_label_names_new(void);
/* Replaces an earlier name of the label. */
void lam_label_names_add(LamLabelNames *names, int label, const char *name);

/* Errors name the file and the line: LAM_ERROR_IO, LAM_ERROR_FORMAT. */
LamLabelNames *lam_label_names_load(const char *path, GError **error);
void lam_label_names_free(LamLabelNames *names);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamLabelNames, lam_label_names_free)

/* NULL if the label has no name, or if names is NULL. Borrowed. */
const char *lam_label_names_find(const LamLabelNames *names, int label);

G_END_DECLS
