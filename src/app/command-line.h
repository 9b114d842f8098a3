/* What the viewer may be started with. */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct {
    char *model_name;                   /* NULL: what suits the scans */
    char *fixed_labels, *moving_labels; /* label maps; NULL: none */
    char *label_names;                  /* NULL: none */
    char *qc;                           /* folder of results to be rated; NULL: a pair is shown */
    double lambda;                      /* NaN: none was given */
    char *demo;                         /* name; NULL: none */
} LamCommandLine;

void lam_command_line_clear(LamCommandLine *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LamCommandLine, lam_command_line_clear)

/* Adds options and texts of --help. */
void lam_command_line_describe(GApplication *application);

/* A handler of handle-local-options, which runs in the program that was started even where another will
 * do the work: exit status of what is wrong or needs no window; -1: go on. */
int lam_command_line_check(GApplication *application, GVariantDict *options);

/* Options that have been checked; NULL: none. Free with lam_command_line_clear. */
LamCommandLine lam_command_line_parse(GVariantDict *options);

/* GFile of what is no option, relative to where the program was started. */
GPtrArray *lam_command_line_files(GApplicationCommandLine *line);

G_END_DECLS
