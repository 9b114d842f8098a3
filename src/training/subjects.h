/* What is known of the people whose scans a template is learned from. */
#pragma once

#include <lambdascope/template_net.h>

/* Reads the attributes of `config` from a CSV whose first row names the columns. values: n times
 * LAM_TEMPLATE_MAX_ATTRIBUTES, by scan.
 * A row belongs to the scan that its column `scan` names (a path below `folder`; it must exist), or, in a
 * table without that column, to the scan whose file's name begins with its column `id`.
 * people: n owned strings: who it is, by the column `subject` where there is one (one person may have been scanned
 * more than once), else by `id` or the scan; NULL: not asked.
 * Errors name the table and, where there is one, the line: a column or a row that is missing, a value that is no
 * number or word of the attribute. */
bool lam_subjects_read(const char *table, const char *folder, char *const *scans, int n,
                       const LamTemplateConfig *config, double *values, char **people,
                       GError **error);

/* The same of people whom a learned template is registered to: values must be ones that it takes, and weights become
 * those of lam_subjects_even. table: below `folder`, unless it is absolute or folder is NULL; may be NULL without
 * attributes. task: what errors say cannot be done, "measure people". */
bool lam_subjects_load(const char *task, const LamTemplateConfig *config, const char *folder,
                       const char *table, char *const *scans, int n, double *values, char **people,
                       double *weights, GError **error);

/* Completes the ranges of the config's attributes; table is for the message. An error if one is the same for all. */
bool lam_subjects_set_ranges(const char *table, const double *values, int n,
                             LamTemplateConfig *config, GError **error);

/* How often each scan is to be drawn (sums to 1) so that the first attribute that is a number is met about
 * as often in each tenth of its range: by the inverse of its density there. All alike without such an
 * attribute. values as above. */
void lam_subjects_even(const LamTemplateConfig *config, const double *values, int n,
                       double *weights);
