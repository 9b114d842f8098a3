/* Files told apart by what they hold: for reports that say what a result was made from. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* SHA-256 in hexadecimal; free with g_free. NULL and LAM_ERROR_IO if the file cannot be read. */
char *lam_checksum_file(const char *path, GError **error);

G_END_DECLS
