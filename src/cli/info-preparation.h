/* lam info --prepare: what is done to a scan before the model sees it. */
#pragma once

#include <json-glib/json-glib.h>
#include <lambdascope/model.h>
#include <lambdascope/preparation.h>

typedef struct {
    LamPreparation measured;
    LamModel *model; /* borrowed */
} LamCliPreparation;

bool lam_cli_prepare(const LamVolume *scan, LamModel *model, LamCliPreparation *out,
                     GError **error);
void lam_cli_print_preparation(const LamVolume *scan, const LamCliPreparation *preparation);
/* A line on stderr for each warning. command: whose name it begins with. */
void lam_cli_print_warnings(const char *command, const LamVolume *scan,
                            const LamCliPreparation *preparation);
/* Adds a member "preparation". */
void lam_cli_json_preparation(JsonBuilder *json, const LamVolume *scan,
                              const LamCliPreparation *preparation);
