/* Writing a file so that its name shows either the old content or the whole new one. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
    char *path;      /* the target */
    char *temporary; /* beside it */
    int fd;
} LamAtomicFile;

/* what: the first part of the message, for example "cannot write scan". */
bool lam_atomic_file_open(LamAtomicFile *file, const char *what, const char *path, GError **error);

/* Syncs, renames and releases; on failure nothing is left behind. */
bool lam_atomic_file_commit(LamAtomicFile *file, const char *what, GError **error);

/* Removes the temporary and releases. */
void lam_atomic_file_abort(LamAtomicFile *file);
