#include "info-preparation.h"

#include "cli.h"

#include <stdio.h>

static const char *const subjects[] = {
    [LAM_SUBJECT_UNKNOWN] = "unknown",
    [LAM_SUBJECT_BRAIN] = "stripped brain",
    [LAM_SUBJECT_HEAD] = "whole head",
};

static const struct {
    LamPreparationWarning flag;
    const char *name, *text;
} warnings[] = {
    {LAM_WARN_CONFLICT, "conflict", "sform and qform place the scan differently"},
    {LAM_WARN_NO_ORIENTATION, "no-orientation", "the file does not say where left and right are"},
    {LAM_WARN_FRAME, "frame", "of several frames the first was taken"},
    {LAM_WARN_HEAD, "head", "this looks like a whole head; the model knows stripped brains only"},
    {LAM_WARN_OUTSIDE, "outside", "part of the foreground lies outside the model's grid"},
};

bool lam_cli_prepare(const LamVolume *scan, LamModel *model, LamCliPreparation *out, GError **error)
{
    LamPreparationTarget target = {.spacing_mm = lam_model_spacing_mm(model),
                                   .expects_brain = lam_model_expects_brain(model)};
    lam_model_size(model, target.size);
    out->model = model;
    return lam_preparation_measure(scan, &target, &out->measured, error);
}

void lam_cli_print_preparation(const LamVolume *scan, const LamCliPreparation *preparation)
{
    const LamPreparation *p = &preparation->measured;
    const double *sigma = p->smoothing_mm, *extent = p->extent_mm;
    double spacing_mm = lam_model_spacing_mm(preparation->model);
    printf("\nfor the model  %s\n", lam_model_title(preparation->model));
    printf("frame          %d of %d, counted from 0%s\n", scan->frame, scan->frames,
           scan->frames > 1 && !scan->frame_chosen ? " (not chosen)" : "");
    printf("stored values  times %g plus %g\n", scan->slope != 0 ? scan->slope : 1,
           scan->intercept);
    printf("intensity      divided by %g (99.5th percentile above zero), cut to 0 … %g: %.2f %% of "
           "voxels\n",
           p->top, p->ceiling, p->clipped_percent);
    printf("smoothing      %.2f×%.2f×%.2f mm (sigma along i, j, k), for sampling at %g mm\n",
           sigma[0], sigma[1], sigma[2], spacing_mm);
    printf("foreground     %.2f litres above %g, %.0f %% of what is above zero; %.0f×%.0f×%.0f mm "
           "(R×A×S)\n",
           p->foreground_litres, p->threshold, 100 * p->foreground_share, extent[0], extent[1],
           extent[2]);
    printf("looks like     %s\n", subjects[p->subject]);
    LamVec3 centre = lam_grid_centre_mm(&p->box);
    printf("model's grid   %d×%d×%d voxels of %g mm around %.1f, %.1f, %.1f mm; %.1f %% of the "
           "foreground outside\n",
           p->box.size[0], p->box.size[1], p->box.size[2], spacing_mm, centre.v[0], centre.v[1],
           centre.v[2], p->outside_percent);
    for (size_t i = 0; i < G_N_ELEMENTS(warnings); i++)
        if (p->warnings & warnings[i].flag)
            printf("warning        %s\n", warnings[i].text);
}

void lam_cli_print_warnings(const char *command, const LamVolume *scan,
                            const LamCliPreparation *preparation)
{
    for (size_t i = 0; i < G_N_ELEMENTS(warnings); i++)
        if (preparation->measured.warnings & warnings[i].flag)
            fprintf(stderr, "lam %s: %s: %s\n", command, scan->path != NULL ? scan->path : "a scan",
                    warnings[i].text);
}

static void add_numbers(JsonBuilder *json, const char *name, const double values[3])
{
    json_builder_set_member_name(json, name);
    json_builder_begin_array(json);
    for (int i = 0; i < 3; i++)
        json_builder_add_double_value(json, values[i]);
    json_builder_end_array(json);
}

static void add_warnings(JsonBuilder *json, guint flags)
{
    json_builder_set_member_name(json, "warnings");
    json_builder_begin_array(json);
    for (size_t i = 0; i < G_N_ELEMENTS(warnings); i++)
        if (flags & warnings[i].flag)
            json_builder_add_string_value(json, warnings[i].name);
    json_builder_end_array(json);
}

void lam_cli_json_preparation(JsonBuilder *json, const LamVolume *scan,
                              const LamCliPreparation *preparation)
{
    const LamPreparation *p = &preparation->measured;
    const int *size = p->box.size;
    const double box_voxels[3] = {size[0], size[1], size[2]};
    LamVec3 centre = lam_grid_centre_mm(&p->box);
    json_builder_set_member_name(json, "preparation");
    json_builder_begin_object(json);
    lam_cli_json_string(json, "model", lam_model_title(preparation->model));
    lam_cli_json_integer(json, "frame", scan->frame);
    lam_cli_json_number(json, "slope", scan->slope != 0 ? scan->slope : 1);
    lam_cli_json_number(json, "intercept", scan->intercept);
    lam_cli_json_number(json, "top", p->top);
    lam_cli_json_number(json, "ceiling", p->ceiling);
    lam_cli_json_number(json, "clipped_percent", p->clipped_percent);
    add_numbers(json, "smoothing_sigma_mm", p->smoothing_mm);
    lam_cli_json_number(json, "threshold", p->threshold);
    lam_cli_json_number(json, "foreground_litres", p->foreground_litres);
    lam_cli_json_number(json, "foreground_share", p->foreground_share);
    add_numbers(json, "extent_ras_mm", p->extent_mm);
    lam_cli_json_string(json, "subject", subjects[p->subject]);
    add_numbers(json, "box_voxels", box_voxels);
    lam_cli_json_number(json, "box_spacing_mm", lam_model_spacing_mm(preparation->model));
    add_numbers(json, "box_centre_mm", centre.v);
    lam_cli_json_number(json, "outside_percent", p->outside_percent);
    add_warnings(json, p->warnings);
    json_builder_end_object(json);
}
