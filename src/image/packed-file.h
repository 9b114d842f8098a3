/* Writing a file, gzip or plain, so that its name shows either the old content or the whole new one. */
#pragma once

#include "atomic-file.h"

#include <zlib.h>

typedef struct {
    LamAtomicFile target;
    const char *what; /* the first part of the messages */
    gzFile gz;
} LamPackedFile;

/* what: for example "cannot write scan". */
bool lam_packed_file_open(LamPackedFile *file, const char *what, const char *path, bool compress,
                          GError **error);
bool lam_packed_file_put(LamPackedFile *file, const void *data, size_t bytes, GError **error);

/* ok: all was put. Renames then, else removes; releases in both cases. */
bool lam_packed_file_close(LamPackedFile *file, bool ok, GError **error);
