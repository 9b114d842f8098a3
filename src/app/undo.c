#include <lambdascope/undo.h>

struct LamUndo {
    GPtrArray *steps; /* LamUndoStep, oldest first */
    guint done;       /* how many of them are done; the rest can be redone */
    guint limit;
    bool replaying;
    void (*changed)(gpointer user);
    gpointer user;
};

static void free_step(gpointer data)
{
    LamUndoStep *step = data;
    if (step->destroy)
        step->destroy(step->data);
    g_free((char *)step->name);
    g_free(step);
}

static void tell(LamUndo *undo)
{
    if (undo->changed)
        undo->changed(undo->user);
}

LamUndo *lam_undo_new(guint limit, void (*changed)(gpointer user), gpointer user)
{
    LamUndo *undo = g_new0(LamUndo, 1);
    undo->steps = g_ptr_array_new_with_free_func(free_step);
    undo->limit = MAX(limit, 1);
    undo->changed = changed;
    undo->user = user;
    return undo;
}

void lam_undo_free(LamUndo *undo)
{
    if (!undo)
        return;
    g_ptr_array_unref(undo->steps);
    g_free(undo);
}

static bool absorb(LamUndo *undo, const LamUndoStep *step)
{
    if (!step->absorb || undo->done == 0 || undo->done < undo->steps->len)
        return false;
    LamUndoStep *newest = undo->steps->pdata[undo->done - 1];
    return newest->absorb == step->absorb && newest->absorb(newest->data, step->data);
}

static void append(LamUndo *undo, const LamUndoStep *step)
{
    LamUndoStep *copy = g_memdup2(step, sizeof *step);
    copy->name = g_strdup(step->name);
    g_ptr_array_set_size(undo->steps, (int)undo->done);
    if (undo->steps->len == undo->limit)
        g_ptr_array_remove_index(undo->steps, 0);
    g_ptr_array_add(undo->steps, copy);
    undo->done = undo->steps->len;
    tell(undo);
}

void lam_undo_push(LamUndo *undo, const LamUndoStep *step)
{
    if (!undo->replaying && !absorb(undo, step))
        append(undo, step);
    else if (step->destroy)
        step->destroy(step->data);
}

bool lam_undo_undo(LamUndo *undo)
{
    if (undo->done == 0 || undo->replaying)
        return false;
    const LamUndoStep *step = undo->steps->pdata[--undo->done];
    undo->replaying = true;
    step->revert(step->data);
    undo->replaying = false;
    tell(undo);
    return true;
}

bool lam_undo_redo(LamUndo *undo)
{
    if (undo->done == undo->steps->len || undo->replaying)
        return false;
    const LamUndoStep *step = undo->steps->pdata[undo->done++];
    undo->replaying = true;
    step->apply(step->data);
    undo->replaying = false;
    tell(undo);
    return true;
}

static const char *name_at(const LamUndo *undo, guint at)
{
    return at < undo->steps->len ? ((const LamUndoStep *)undo->steps->pdata[at])->name : NULL;
}

const char *lam_undo_undo_name(const LamUndo *undo)
{
    return undo->done > 0 ? name_at(undo, undo->done - 1) : NULL;
}

const char *lam_undo_redo_name(const LamUndo *undo)
{
    return name_at(undo, undo->done);
}

void lam_undo_clear(LamUndo *undo)
{
    g_ptr_array_set_size(undo->steps, 0);
    undo->done = 0;
    tell(undo);
}
