/* lam: one file per subcommand, and what they share. */
#pragma once

#include <json-glib/json-glib.h>
#include <lambdascope/field.h>
#include <lambdascope/model.h>
#include <lambdascope/progress.h>
#include <lambdascope/volume.h>

/* Exit status of every subcommand. */
enum {
    LAM_EXIT_OK = 0,
    LAM_EXIT_FAILED = 1, /* one line on stderr says what failed */
    LAM_EXIT_USAGE = 2,
};

#define LAM_CLI_NOTICE "For research and education; not a medical device."

/* The subcommands. argv[0] is the subcommand's name; each returns the exit status. */
int lam_cli_apply(int argc, char **argv);
int lam_cli_bench(int argc, char **argv);
int lam_cli_compose(int argc, char **argv);
int lam_cli_convert(int argc, char **argv);
int lam_cli_curve(int argc, char **argv);
int lam_cli_evaluate(int argc, char **argv);
int lam_cli_info(int argc, char **argv);
int lam_cli_invert(int argc, char **argv);
int lam_cli_jacobian(int argc, char **argv);
int lam_cli_movie(int argc, char **argv);
int lam_cli_points(int argc, char **argv);
int lam_cli_qc(int argc, char **argv);
int lam_cli_register(int argc, char **argv);
int lam_cli_render(int argc, char **argv);
int lam_cli_report(int argc, char **argv);
int lam_cli_segment(int argc, char **argv);
int lam_cli_study(int argc, char **argv);
int lam_cli_synth(int argc, char **argv);
int lam_cli_template(int argc, char **argv);
int lam_cli_train(int argc, char **argv);
int lam_cli_tune(int argc, char **argv);

typedef struct {
    const char *arguments;   /* shown after the options, for example "PAIRS.csv" */
    const char *summary;     /* what the subcommand does */
    const char *description; /* below the options; may be NULL */
    int positional;          /* how many arguments there must be beside the options */
    int optional;            /* how many of these may be missing */
} LamCliSyntax;

/* Parses the options (--help prints and exits, as GOption does); the positional arguments then stand
 * in argv[1] onwards. Errors are of the domain G_OPTION_ERROR. */
bool lam_cli_parse(const LamCliSyntax *syntax, const GOptionEntry *entries, int *argc, char ***argv,
                   GError **error);

/* False and a usage error if value is NULL. option: its name without dashes. */
bool lam_cli_require(const char *value, const char *option, GError **error);

/* The model for scans like this one (model_choice.h); name NULL: the default. */
LamModel *lam_cli_load_model(const char *name, const LamVolume *scan, GError **error);

/* Prints the error, if there is one, as one line "lam NAME: ..." and returns the exit status. */
int lam_cli_finish(const char *name, const GError *error);

/* Progress as a line on stderr if that is a terminal, else silent; done clears the line. */
LamProgress lam_cli_progress(void);
void lam_cli_progress_done(void);

/* From now on the first interrupt (SIGINT, SIGTERM) cancels this, the second ends the program. To be called
 * once, before any other thread is started; belongs to the program until it ends. */
GCancellable *lam_cli_catch_interrupts(void);

/* Refuses to write over one of the inputs (NULL-terminated; under whatever name) and into folders
 * that do not exist, before hours are spent. output may be NULL: nothing to check. */
bool lam_cli_check_output(const char *output, const char *const *inputs, GError **error);

/* The same for an output that will be a scan or a field: its name must be one of NIfTI. */
bool lam_cli_check_scan_output(const char *output, const char *const *inputs, GError **error);
/* The same for an image, which may be one of FreeSurfer's, too. */
bool lam_cli_check_image_output(const char *output, const char *const *inputs, GError **error);
/* Refuses one file for two outputs; each may be NULL. */
bool lam_cli_check_distinct(const char *a, const char *b, GError **error);

/* λ values "0.05,0.1,..."; each must lie in [0,1]. double elements; NULL and a usage error. */
GArray *lam_cli_parse_lambdas(const char *text, GError **error);

/* JSON members; a number that is not finite becomes null, as does a NULL string. */
void lam_cli_json_number(JsonBuilder *json, const char *name, double value);
void lam_cli_json_integer(JsonBuilder *json, const char *name, gint64 value);
void lam_cli_json_string(JsonBuilder *json, const char *name, const char *value);

/* A 4 × 4 matrix, row by row. */
void lam_cli_json_matrix(JsonBuilder *json, const char *name, const LamMat4 *matrix);
/* The members of a field's statistics: displacement, |J|, folds. */
void lam_cli_json_statistics(JsonBuilder *json, const LamFieldStatistics *s);

/* Prints the finished root object on stdout. */
void lam_cli_json_print(JsonBuilder *json);
