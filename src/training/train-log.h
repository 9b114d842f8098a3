/* The tables of a run: steps.csv and validation.csv, whose first column is the step. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>

/* To be added to; with the header if there is nothing in it yet. Errors: LAM_ERROR_IO. */
FILE *lam_train_log_open(const char *path, const char *header, GError **error);
/* Drops the rows of `first` and later steps: a run that was killed has logged beyond its checkpoint, or
 * another run left them. With first 0 the header goes too: the columns may have changed. */
bool lam_train_log_trim(const char *path, guint64 first, GError **error);
