/* A CSV of numbers, as training logs are: the first row names the columns. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    int columns, rows;
    char **names;   /* NULL-terminated */
    double *values; /* [rows,columns]; NaN where the field is empty */
} LamNumberTable;

/* A last line without a line break is left out: whoever writes it is not done with it. Errors name the
 * file and the line: LAM_ERROR_IO, LAM_ERROR_FORMAT. */
LamNumberTable *lam_number_table_load(const char *path, GError **error);
void lam_number_table_free(LamNumberTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamNumberTable, lam_number_table_free)

/* The number of a column; -1 if none has the name. */
int lam_number_table_find(const LamNumberTable *table, const char *name);

static inline double lam_number_table_get(const LamNumberTable *table, int row, int column)
{
    return table->values[(size_t)row * (size_t)table->columns + (size_t)column];
}

G_END_DECLS
