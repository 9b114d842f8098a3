/* What every study has in common: a table that becomes a CSV, a short table to be read, and a figure. A
 * study is one function that gives all three; lam study writes them.
 *
 * Thread-safety: a table or a result belongs to one thread at a time. */
#pragma once

#include <lambdascope/plot.h>
#include <lambdascope/progress.h>

G_BEGIN_DECLS

/* ---- tables ---- */

typedef struct LamStudyTable LamStudyTable;

/* columns: their names, NULL-terminated; copied. */
LamStudyTable *lam_study_table_new(const char *const *columns);
void lam_study_table_free(LamStudyTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamStudyTable, lam_study_table_free)

/* Cells are added from left to right, row by row: a cell beyond the last column begins the next row. */
void lam_study_table_add_text(LamStudyTable *table, const char *text);
/* With that many digits after the point; NaN and infinity leave the cell empty. */
void lam_study_table_add_number(LamStudyTable *table, double value, int digits);

guint lam_study_table_rows(const LamStudyTable *table);
/* The cell as it is written; NULL beyond the table. Borrowed. */
const char *lam_study_table_cell(const LamStudyTable *table, guint row, const char *column);

/* Comma-separated, with a header row; cells are quoted where they must be (RFC 4180). */
bool lam_study_table_save(const LamStudyTable *table, const char *path, GError **error);
/* In columns of one width, for people. Free with g_free. */
char *lam_study_table_format(const LamStudyTable *table);

/* ---- results ---- */

typedef struct {
    LamStudyTable *table;   /* everything that was measured: the CSV */
    LamStudyTable *summary; /* what is printed; NULL: the table itself */
    LamPlot *plot;
} LamStudyResult;

/* Takes all three. */
LamStudyResult *lam_study_result_new(LamStudyTable *table, LamStudyTable *summary, LamPlot *plot);
void lam_study_result_free(LamStudyResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamStudyResult, lam_study_result_free)

/* To be asked before hours are spent: makes the folder if it is not there, and sees whether figures can
 * be drawn (errors as lam_plot_check). */
bool lam_study_check_output(const char *folder, GError **error);
/* Writes folder/name.csv, .svg and .png. */
bool lam_study_result_save(const LamStudyResult *result, const char *folder, const char *name,
                           GError **error);

G_END_DECLS
