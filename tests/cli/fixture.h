/* A folder with a small phantom pair and a small untrained model, and lam run as a program. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
    char *folder; /* everything of the test */
    char *pair;   /* fixed, moving, ..., pairs.csv of lam synth phantom */
    char *fixed, *moving, *model;
} LamCliFixture;

/* What a run of lam gave. */
typedef struct {
    int status;
    char *out, *err;
} LamCliRun;

LamCliFixture *lam_cli_fixture_new(void);
void lam_cli_fixture_free(LamCliFixture *fixture); /* removes the folder */

/* Runs lam (the program named by LAM_PROGRAM) with these arguments, up to a NULL. */
LamCliRun lam_cli_run(const char *first, ...) G_GNUC_NULL_TERMINATED;
LamCliRun lam_cli_run_array(const char *const *arguments);
void lam_cli_run_clear(LamCliRun *run);

/* The run failed with this status and told so in one line on stderr that holds the word. */
void lam_cli_assert_failed(const LamCliRun *run, int status, const char *word);

/* Number of entries of a folder. */
guint lam_cli_count_files(const char *folder);

/* The film was written into its folder as 6 pictures of 320×160, or the test is skipped where nothing can draw. */
void lam_cli_assert_filmed(const LamCliRun *run, const char *folder);

/* Writes a model of random weights: 40×48×40 voxels of 4 mm. */
bool lam_cli_write_model(const char *path, GError **error);
/* The same with other modes: steps, uncertain and hyper_labels of LamUnetConfig. */
bool lam_cli_write_model_of_mode(const char *path, int steps, bool uncertain, bool hyper_labels,
                                 GError **error);
/* For single slices: 64×64 pixels of 4 mm. */
bool lam_cli_write_slice_model(const char *path, GError **error);
void lam_cli_remove_folder(const char *folder);
