/* "PATH#N": one frame of a file of many, or one series of a folder. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    char *path;    /* the file or folder itself */
    int number[2]; /* in the order of writing, counted from 0 */
    int count;     /* how many of them there are: 0 to 2 */
} LamSelection;

/* Takes apart PATH, PATH#N or PATH#N#M. A name that exists as it stands selects nothing, nor does one
 * that does not exist without its numbers either. Clear with lam_selection_clear. Thread-safety: safe. */
void lam_selection_parse(const char *text, LamSelection *selection);
void lam_selection_clear(LamSelection *selection);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LamSelection, lam_selection_clear)

G_END_DECLS
