/* What lam register does with regions. */
#pragma once

#include "register-report.h"

/* Of --regions, then of each --region: LamRegionSpec; to be released also on failure. */
bool lam_register_read_regions(const LamRegisterArguments *arguments, GPtrArray **specs,
                               GError **error);
/* run->regions of run->specs; the scans and label maps are loaded. */
bool lam_register_make_regions(LamRegisterRun *run, GError **error);

/* On standard error: what a person should know of them, folds included. */
void lam_register_print_region_warnings(const LamRegisterRun *run);
/* A line for each on standard output. */
void lam_register_print_regions(const LamRegisterRun *run);
/* The members regions and region_warnings; nothing without regions. */
void lam_register_json_regions(JsonBuilder *json, const LamRegisterRun *run);
