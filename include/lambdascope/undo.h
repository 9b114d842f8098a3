/* What was done, to be taken back and done again: a stack of steps, the newest last, of which the oldest are
 * forgotten where it is full. Knows nothing of what the steps do.
 *
 * Thread-safety: all on one thread. */
#pragma once

#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct LamUndo LamUndo;

/* Something that has been done already. */
typedef struct {
    const char *name;              /* what it was, translated, for "Undo: NAME"; copied */
    void (*apply)(gpointer data);  /* does it again */
    void (*revert)(gpointer data); /* takes it back */
    gpointer data;                 /* becomes the stack's */
    GDestroyNotify destroy;        /* of data; may be NULL */
    /* Of a drag: takes the newer step's end into this one's data, which then is one step; false: they stay
     * two. Asked only where the newest step has the same function, and nothing was undone since. May be NULL. */
    bool (*absorb)(gpointer data, gconstpointer newer);
} LamUndoStep;

/* Keeps `limit` steps (1 or more). `changed` is called after each change of what can be undone or redone;
 * may be NULL. */
LamUndo *lam_undo_new(guint limit, void (*changed)(gpointer user), gpointer user);
void lam_undo_free(LamUndo *undo);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamUndo, lam_undo_free)

/* What had been undone can no longer be redone. A step that comes while one is being undone or redone is
 * destroyed: it is the echo of that one. */
void lam_undo_push(LamUndo *undo, const LamUndoStep *step);
/* False if there is nothing to undo or redo. */
bool lam_undo_undo(LamUndo *undo);
bool lam_undo_redo(LamUndo *undo);
/* The name of what would be undone or redone; NULL: nothing. Borrowed, until the next change. */
const char *lam_undo_undo_name(const LamUndo *undo);
const char *lam_undo_redo_name(const LamUndo *undo);
/* Forgets everything. */
void lam_undo_clear(LamUndo *undo);

G_END_DECLS
