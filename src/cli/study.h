/* lam study: what the studies' command lines share. */
#pragma once

#include "cli.h"

#include <lambdascope/model.h>
#include <lambdascope/study.h>

/* One study each, in src/cli/study-NAME.c. argv[0] is the study's name; the exit status. */
int lam_cli_study_contrast(int argc, char **argv);
int lam_cli_study_features(int argc, char **argv);
int lam_cli_study_few(int argc, char **argv);
int lam_cli_study_hyper(int argc, char **argv);
int lam_cli_study_tissue(int argc, char **argv);

/* Options, filled by GOption. */
typedef struct {
    char *data;    /* --data: folder that paths in tables are relative to; NULL: the table's own */
    char *output;  /* --output */
    char **models; /* --model, may be given again; NULL-terminated, or NULL */
} LamCliStudy;

#define LAM_CLI_STUDY_OPTIONS(study)                                                               \
    {"data",                                                                                       \
     'd',                                                                                          \
     0,                                                                                            \
     G_OPTION_ARG_FILENAME,                                                                        \
     &(study)->data,                                                                               \
     "Folder that paths in tables are relative to (default: the table's own)",                     \
     "FOLDER"},                                                                                    \
        {"output",                                                                                 \
         'o',                                                                                      \
         0,                                                                                        \
         G_OPTION_ARG_FILENAME,                                                                    \
         &(study)->output,                                                                         \
         "Folder for the table (.csv) and the figure (.svg, .png); made if absent",                \
         "DIR"},                                                                                   \
    {                                                                                              \
        "model", 'M', 0, G_OPTION_ARG_FILENAME_ARRAY, &(study)->models,                            \
            "Model name or file; give it again for another", "MODEL"                               \
    }

void lam_cli_study_clear(LamCliStudy *study);
/* Whether there is an output, and whether it can be written to. */
bool lam_cli_study_check(const LamCliStudy *study, GError **error);
/* The models, in order: an array of LamModel, empty if none was named. */
GPtrArray *lam_cli_study_load_models(const LamCliStudy *study, GError **error);
/* Writes the files of the result and prints its summary. */
bool lam_cli_study_finish(const LamCliStudy *study, const LamStudyResult *result, const char *name,
                          GError **error);
