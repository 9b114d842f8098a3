/* One pair of a batch: what its files are called, whether they are there, how they land. */
#pragma once

#include "register.h"

#include <lambdascope/bids.h>
#include <lambdascope/pairs.h>

typedef enum {
    LAM_JOB_WAITING,
    LAM_JOB_RUNNING,
    LAM_JOB_DONE,
    LAM_JOB_KEPT, /* an earlier run did it, from the same files with the same options */
    LAM_JOB_FAILED,
} LamJobState;

typedef struct {
    const LamPair *pair;      /* borrowed */
    char *folder, *partial;   /* where results go, and where they are made */
    char *transform, *warped; /* names within */
    char *report;             /* likewise; lands last: with it the pair is done */
    char *fingerprint;        /* of the input files, the options and the program */
    char *error;              /* if it failed */
    JsonNode *result;         /* the report, once there is one */
    LamJobState state;
    double seconds;
} LamRegisterJob;

/* extension: of the transform. */
LamRegisterJob *lam_register_job_new(const LamPair *pair, const char *output, const char *extension,
                                     const LamRegisterArguments *arguments,
                                     const LamRegisterChoice *choice);
void lam_register_job_free(LamRegisterJob *job);

/* Tells two jobs apart that would write the same files. */
void lam_register_job_rename(LamRegisterJob *job, int number);
bool lam_register_job_collides(const LamRegisterJob *a, const LamRegisterJob *b);

/* True, with the report loaded, if the results are there and up to date. */
bool lam_register_job_is_done(LamRegisterJob *job);

/* The command line after "lam". Free with g_strfreev. */
char **lam_register_job_command(const LamRegisterJob *job, const char *program,
                                const LamRegisterArguments *arguments);

/* Makes the folder where the job works. */
bool lam_register_job_prepare(const LamRegisterJob *job, GError **error);
/* Moves what the job made to where it belongs, the report last. */
bool lam_register_job_land(LamRegisterJob *job, GError **error);
/* Removes what a job left that did not land. */
void lam_register_job_discard(const LamRegisterJob *job);

/* A folder and what it holds; no error if it is not there. */
void lam_remove_tree(const char *path);
