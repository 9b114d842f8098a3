/* lam template: its parts. argv[0] is the part's name; each returns the exit status. */
#pragma once

#include "cli.h"

#include <lambdascope/template.h>

int lam_cli_template_build(int argc, char **argv);
int lam_cli_template_curve(int argc, char **argv);
int lam_cli_template_export(int argc, char **argv);
int lam_cli_template_figure(int argc, char **argv);
int lam_cli_template_people(int argc, char **argv);
int lam_cli_template_refit(int argc, char **argv);
int lam_cli_template_sharpness(int argc, char **argv);

#define LAM_CLI_TEMPLATE "template-age-sex" /* the model that is used if none is named */

/* "--NAME VALUE" and "--NAME=VALUE" of attributes, whose names only the model knows. */
typedef struct {
    GPtrArray *names, *values; /* char * */
} LamCliAttributes;

/* Takes the options that are none of `own` (long names, NULL-terminated) out of argv. An option without a
 * value is a usage error. */
bool lam_cli_attributes_take(LamCliAttributes *attributes, const char *const *own, int *argc,
                             char ***argv, GError **error);
void lam_cli_attributes_clear(LamCliAttributes *attributes);

/* The values in the model's order; a usage error for what it does not have, does not understand or misses.
 * open: attribute that may be missing, -1: none; its value stays as it is. */
bool lam_cli_attributes_resolve(const LamCliAttributes *attributes, const LamTemplateConfig *config,
                                int open, double *values, GError **error);
