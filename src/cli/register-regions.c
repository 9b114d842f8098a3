/* Regions with a λ of their own: from --region and --regions. */
#include "register-regions.h"

#include <lambdascope/error.h>
#include <stdio.h>

bool lam_register_read_regions(const LamRegisterArguments *a, GPtrArray **specs, GError **error)
{
    if (a->regions_file != NULL)
        *specs = lam_region_specs_load(a->regions_file, error);
    else
        *specs = g_ptr_array_new_with_free_func((GDestroyNotify)lam_region_spec_free);
    for (int i = 0; *specs != NULL && a->regions != NULL && a->regions[i] != NULL; i++) {
        LamRegionSpec *spec = lam_region_spec_parse(a->regions[i], error);
        if (spec == NULL)
            return false;
        g_ptr_array_add(*specs, spec);
    }
    return *specs != NULL;
}

bool lam_register_make_regions(LamRegisterRun *run, GError **error)
{
    run->regions = g_ptr_array_new_with_free_func((GDestroyNotify)lam_region_free);
    for (guint i = 0; i < run->specs->len; i++) {
        LamRegion *region = lam_region_spec_make(g_ptr_array_index(run->specs, i), run->fixed,
                                                 run->fixed_labels, error);
        if (region == NULL)
            return false;
        g_ptr_array_add(run->regions, region);
    }
    run->choice.options.regions = (const LamRegion *const *)run->regions->pdata;
    run->choice.options.n_regions = (int)run->regions->len;
    return true;
}

void lam_register_print_region_warnings(const LamRegisterRun *run)
{
    for (int i = 0; run->result.warnings != NULL && run->result.warnings[i] != NULL; i++)
        fprintf(stderr, "lam register: region %s\n", run->result.warnings[i]);
    if (run->choice.options.n_regions > 0 && !(run->result.statistics.min_jacobian > 0))
        fprintf(stderr,
                "lam register: the regions' λs differ too much for their borders: the least |J| is "
                "%.3f\n",
                run->result.statistics.min_jacobian);
}

static void print_region(const LamRegion *region, double rest)
{
    bool own = region->kind == LAM_REGION_LAMBDA || region->kind == LAM_REGION_RIGID;
    printf("region       %s: %s", region->name, lam_region_kind_name(region->kind));
    if (own)
        printf("%s%.3g", region->kind == LAM_REGION_LAMBDA ? " " : ", of λ ",
               lam_region_lambda(region, rest));
    printf(", border %g mm\n", region->border_mm);
}

void lam_register_print_regions(const LamRegisterRun *run)
{
    for (int i = 0; i < run->choice.options.n_regions; i++)
        print_region(run->choice.options.regions[i], run->choice.options.lambda);
}

void lam_register_json_regions(JsonBuilder *json, const LamRegisterRun *run)
{
    if (run->choice.options.n_regions == 0)
        return;
    json_builder_set_member_name(json, "regions");
    json_builder_begin_array(json);
    for (int i = 0; i < run->choice.options.n_regions; i++) {
        const LamRegion *region = run->choice.options.regions[i];
        json_builder_begin_object(json);
        lam_cli_json_string(json, "name", region->name);
        lam_cli_json_string(json, "kind", lam_region_kind_name(region->kind));
        lam_cli_json_number(json, "lambda", lam_region_lambda(region, run->choice.options.lambda));
        lam_cli_json_number(json, "border_mm", region->border_mm);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
    json_builder_set_member_name(json, "region_warnings");
    json_builder_begin_array(json);
    for (int i = 0; run->result.warnings[i] != NULL; i++)
        json_builder_add_string_value(json, run->result.warnings[i]);
    json_builder_end_array(json);
}
