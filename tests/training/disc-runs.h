/* A folder of drawn discs with label maps, and runs of the trainer in it. */
#pragma once

#include "discs.h"

#define DISC_NETWORK                                                                               \
    "[network]\nsize=48,48,1\nspacing_mm=1\nencoder=16,16,16\ndecoder=16,16\nfinal=16\n"           \
    "hidden=16,16\ngenerated=decoder\nskip=add\nintegration_steps=5\n"

typedef struct {
    char *folder; /* disc-N.nii; labels-N.nii: background 0, body 1, hole 2; table.csv names them */
} DiscRuns;

void disc_runs_up(DiscRuns *f, gconstpointer data);
void disc_runs_down(DiscRuns *f, gconstpointer data);

/* A run of this recipe into FOLDER/OUTPUT that must succeed; steps: after which it stops, 0: to the end. */
void disc_runs_go(const DiscRuns *f, const char *text, const char *output, bool resume,
                  guint64 steps);

/* A column of steps.csv, averaged over rows [from, to). */
double disc_runs_column(const DiscRuns *f, const char *output, const char *name, int from, int to);

/* Their checkpoints are the same, bit for bit. */
void disc_runs_same(const DiscRuns *f, const char *a_run, const char *b_run);

typedef struct {
    const char *name;
    void (*run)(DiscRuns *f, gconstpointer data);
} DiscTest;

/* Runs them as the program's tests. */
int disc_runs_main(int argc, char **argv, const DiscTest *tests, size_t n);
