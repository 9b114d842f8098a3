/* Rows of comma-separated values (RFC 4180, without line breaks inside fields). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The fields of one line, blanks around them removed; a doubled quote inside quotes is a quote.
 * Owned strings; free with g_ptr_array_unref. */
GPtrArray *lam_csv_split(const char *line);

/* The field of that number; NULL if it is negative, missing or empty. Borrowed. */
const char *lam_csv_field(const GPtrArray *fields, int column);

/* The field as a path from that folder, if it is not a whole one; NULL as above. Free with g_free. */
char *lam_csv_path(const GPtrArray *fields, int column, const char *folder);

/* The number of the field that says `name` (capitals alike), -1 if none does. */
int lam_csv_find(const GPtrArray *header, const char *name);

/* The same of n names, each into its place. */
void lam_csv_find_all(const GPtrArray *header, const char *const *names, int n, int *columns);

/* One row; line: counted from 1. False and an error: nothing more is read. */
typedef gboolean (*LamCsvRow)(gpointer user, const GPtrArray *fields, int line, GError **error);

/* Calls `header` with the first row and `row` with each one after it; blank lines and those that begin with # are
 * passed over. False and the error of what was called. */
gboolean lam_csv_read(const char *text, LamCsvRow header, LamCsvRow row, gpointer user,
                      GError **error);

G_END_DECLS
