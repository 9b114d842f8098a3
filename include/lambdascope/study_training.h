/* Studies that train: what they have in common. Each of their runs is a recipe of its own, written as
 * OUTPUT/RUN.ini from a base recipe, and a folder OUTPUT/RUN that lam train could have made. A run that is
 * finished is not repeated, one that was interrupted goes on. */
#pragma once

#include <lambdascope/progress.h>

G_BEGIN_DECLS

typedef struct {
    const char
        *recipe; /* path of the base recipe, whose [data] validation names the labelled pairs */
    const char *data;   /* folder that its scans and those of the pairs are relative to */
    const char *output; /* folder, made if needed */
    int steps;          /* in place of the recipe's; 0: the recipe's */
    /* one line of text for people, when something happened; may be NULL */
    void (*say)(const char *line, void *user);
    void *user;
} LamStudyTraining;

G_END_DECLS
