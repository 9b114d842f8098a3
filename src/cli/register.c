/* lam register: two scans in, the warped one and the transform out. */
#include "register.h"

#include "chain.h"

#include <lambdascope/error.h>
#include <lambdascope/nifti.h>
#include <lambdascope/scan.h>
#include <math.h>
#include <string.h>

#include "register-regions.h"

static const char description[] =
    "The transform takes points of the fixed scan to points of the moving one, so that\n"
    "warped(x) = moving(T(x)). --save writes it as a file: .safetensors keeps everything\n"
    "(lam apply, invert, compose and convert take it); other programs' files are written with\n"
    "--to itk, fsl, freesurfer or voxel. --field writes the whole displacement, the linear part\n"
    "included, in mm (RAS) on the fixed scan's grid.\n"
    "\n"
    "A batch is a CSV with the columns fixed and moving (and, if you like, name, fixed_mask,\n"
    "moving_mask). Each pair runs in a process of its own; --resume goes on where an earlier run\n"
    "stopped.\n"
    "\n"
    "A region has a λ of its own: --region 'name=ventricles;labels=51,52;lambda=0.8;border=8' "
    "with\n"
    "--fixed-labels. Instead of labels: mask=FILE; ellipsoid or box=x,y,z,rx,ry,rz (mm);\n"
    "threshold=x,y,z,radius,lowest,highest. Instead of lambda: follow=2 (twice the γ of the rest), "
    "or\n"
    "kind=rigid, unmoved or unmatched. border: width of the passage in mm (default 8). A regions "
    "file\n"
    "is JSON with the same keys (docs/registration.md).";

static bool parse_options(LamRegisterArguments *a, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .summary = "Aligns the moving scan with the fixed one: linearly, then by a deformation.",
        .description = description,
    };
    const GOptionEntry entries[] = {
        {"fixed", 'f', 0, G_OPTION_ARG_FILENAME, &a->fixed, "Scan that stays", "FILE"},
        {"moving", 'm', 0, G_OPTION_ARG_FILENAME, &a->moving, "Scan that is deformed", "FILE"},
        {"fixed-mask", 0, 0, G_OPTION_ARG_FILENAME, &a->fixed_mask,
         "What counts of the fixed scan (above 0)", "FILE"},
        {"moving-mask", 0, 0, G_OPTION_ARG_FILENAME, &a->moving_mask,
         "What counts of the moving scan in the linear part", "FILE"},
        {"transform", 't', 0, G_OPTION_ARG_STRING, &a->kind,
         "rigid, similarity, affine or deformable (default)", "KIND"},
        {"method", 0, 0, G_OPTION_ARG_STRING, &a->method,
         "network (default), refine: then improved for this pair, or classical: without network",
         "METHOD"},
        {"seconds", 0, 0, G_OPTION_ARG_DOUBLE, &a->seconds,
         "What refine and classical may take, 0: what they need (default 20)", "S"},
        {"similarity", 0, 0, G_OPTION_ARG_STRING, &a->similarity,
         "What refine and classical compare scans by: ncc, nmi, mse, or auto (default): nmi where "
         "the scans look like two contrasts, else ncc",
         "NAME"},
        {"symmetric", 0, 0, G_OPTION_ARG_NONE, &a->symmetric,
         "Exchanging the scans inverts the result; twice the network's time", NULL},
        {"fixed-labels", 0, 0, G_OPTION_ARG_FILENAME, &a->fixed_labels,
         "Label map that refine and classical align, with --moving-labels", "FILE"},
        {"moving-labels", 0, 0, G_OPTION_ARG_FILENAME, &a->moving_labels, "The same, moving",
         "FILE"},
        {"label-weight", 0, 0, G_OPTION_ARG_DOUBLE, &a->label_weight, "Of their overlap", "W"},
        {"landmarks", 0, 0, G_OPTION_ARG_FILENAME, &a->landmarks,
         "Points that refine and classical align: columns fixed_x, fixed_y, fixed_z, moving_x, "
         "moving_y, moving_z (mm, RAS)",
         "CSV"},
        {"landmark-weight", 0, 0, G_OPTION_ARG_DOUBLE, &a->landmark_weight,
         "Of their squared distance in mm", "W"},
        {"lambda", 'l', 0, G_OPTION_ARG_DOUBLE, &a->lambda,
         "0 (fits the image) to 1 (stays smooth); default 0.3", "L"},
        {"model", 'M', 0, G_OPTION_ARG_FILENAME, &a->model, "Model name or file", "MODEL"},
        {"label-share", 0, 0, G_OPTION_ARG_DOUBLE, &a->label_share,
         "For a model that has it: 0 (the images alone) to 1 (labels alone); default the model's",
         "S"},
        {"measure", 0, 0, G_OPTION_ARG_STRING, &a->measure,
         "Of the linear part: correlation (one contrast), nmi (any two) or auto (default)", "NAME"},
        {"initial", 'i', 0, G_OPTION_ARG_FILENAME, &a->initial,
         "Affine to start from; 'header': as the files tell", "FILE"},
        {"initial-from", 0, 0, G_OPTION_ARG_STRING, &a->initial_from,
         "Its convention: lambdascope, itk, fsl, freesurfer or voxel", "NAME"},
        {"keep-initial", 0, 0, G_OPTION_ARG_NONE, &a->keep_initial,
         "Take the initial affine as it is", NULL},
        {"warped", 'w', 0, G_OPTION_ARG_FILENAME, &a->warped, "Warped image to write", "FILE"},
        {"interpolation", 0, 0, G_OPTION_ARG_STRING, &a->interpolation,
         "Of the warped image: linear (default), nearest or cubic", "NAME"},
        {"save", 's', 0, G_OPTION_ARG_FILENAME, &a->transform, "Transform to write", "FILE"},
        {"save-inverse", 0, 0, G_OPTION_ARG_FILENAME, &a->inverse,
         "The transform back, moving to fixed, to write", "FILE"},
        {"save-affine", 0, 0, G_OPTION_ARG_FILENAME, &a->affine, "Its linear part alone", "FILE"},
        {"to", 0, 0, G_OPTION_ARG_STRING, &a->to, "Convention of what --save writes", "NAME"},
        {"field", 'u', 0, G_OPTION_ARG_FILENAME, &a->field, "Displacement field to write", "FILE"},
        {"uncertainty", 0, 0, G_OPTION_ARG_FILENAME, &a->uncertainty,
         "Standard deviation of the deformation in mm to write, of a probabilistic model", "FILE"},
        {"sensitivity", 0, 0, G_OPTION_ARG_FILENAME, &a->sensitivity,
         "Map to write: how far the deformation moves when γ = λ/(1-λ) grows e-fold, in mm",
         "FILE"},
        {"region", 0, 0, G_OPTION_ARG_STRING_ARRAY, &a->regions,
         "A place with a λ of its own (see below); can be given again", "REGION"},
        {"regions", 0, 0, G_OPTION_ARG_FILENAME, &a->regions_file, "Regions file", "FILE"},
        {"report", 0, 0, G_OPTION_ARG_FILENAME, &a->report, "JSON report to write", "FILE"},
        {"json", 'j', 0, G_OPTION_ARG_NONE, &a->json, "The report on standard output", NULL},
        {"batch", 'b', 0, G_OPTION_ARG_FILENAME, &a->batch, "Pairs to register", "CSV"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &a->output, "Folder of a batch", "FOLDER"},
        {"jobs", 'J', 0, G_OPTION_ARG_INT, &a->jobs, "Pairs of a batch at a time (default 1)", "N"},
        {"resume", 'R', 0, G_OPTION_ARG_NONE, &a->resume, "Go on with a batch", NULL},
        {NULL},
    };
    a->lambda = lam_registration_options_default().lambda;
    a->seconds = a->label_weight = a->landmark_weight = a->label_share = -1;
    a->jobs = 1;
    return lam_cli_parse(&syntax, entries, argc, argv, error);
}

static bool misuse(GError **error, const char *message)
{
    g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, message);
    return false;
}

static bool check_batch_options(const LamRegisterArguments *a, GError **error)
{
    const char *single[] = {a->fixed,
                            a->moving,
                            a->fixed_mask,
                            a->moving_mask,
                            a->warped,
                            a->field,
                            a->transform,
                            a->affine,
                            a->report,
                            a->inverse,
                            a->fixed_labels,
                            a->moving_labels,
                            a->landmarks,
                            a->uncertainty,
                            a->sensitivity,
                            a->regions_file,
                            a->regions != NULL ? a->regions[0] : NULL};
    for (size_t i = 0; i < G_N_ELEMENTS(single); i++)
        if (single[i] != NULL)
            return misuse(error, "--batch: files of a single pair cannot be named beside it");
    if (a->jobs < 1)
        return misuse(error, "--jobs: at least 1");
    return lam_cli_require(a->output, "output", error);
}

/* Labels of the fixed scan alone may be there for regions. */
static bool check_extras(const LamRegisterArguments *a, const LamRegisterChoice *choice,
                         GError **error)
{
    LamMethod method = choice->options.method;
    bool refines = method == LAM_METHOD_REFINE || method == LAM_METHOD_CLASSICAL;
    bool regions = a->regions != NULL || a->regions_file != NULL;
    if (regions && method != LAM_METHOD_NETWORK)
        return misuse(error, "regions: --method network is needed");
    if (regions && a->uncertainty != NULL)
        return misuse(error, "--uncertainty: is that of one λ, without regions");
    if (regions && a->sensitivity != NULL)
        return misuse(error, "--sensitivity: is that of one λ, without regions");
    if (!a->fixed_labels != !a->moving_labels && !(regions && a->fixed_labels != NULL))
        return misuse(error, "--fixed-labels and --moving-labels go together");
    if (((a->fixed_labels != NULL && !regions) || a->landmarks != NULL) && !refines)
        return misuse(error, "labels and landmarks: --method refine or classical is needed");
    return true;
}

static bool parse(LamRegisterArguments *a, LamRegisterChoice *choice, int *argc, char ***argv,
                  GError **error)
{
    if (!parse_options(a, argc, argv, error) || !lam_register_choose(a, choice, error))
        return false;
    if (a->batch != NULL)
        return check_batch_options(a, error);
    if (a->output != NULL || a->resume)
        return misuse(error, "--output and --resume go with --batch (see --help)");
    if (!lam_cli_require(a->fixed, "fixed", error) || !lam_cli_require(a->moving, "moving", error))
        return false;
    if (a->keep_initial && a->initial == NULL)
        return misuse(error, "--keep-initial: goes with --initial");
    if (!check_extras(a, choice, error))
        return false;
    if (a->warped == NULL && a->field == NULL && a->transform == NULL && a->affine == NULL &&
        a->inverse == NULL && a->uncertainty == NULL && a->sensitivity == NULL)
        return misuse(error, "an output is missing: --warped, --save, --save-inverse, "
                             "--save-affine, --field, --uncertainty or --sensitivity");
    return true;
}

/* ---- one pair ---- */

/* --to, but the affine's name may tell another one: --to itk --save-affine a.lta. */
static LamConvention convention_for(const char *path, LamConvention to)
{
    return path == NULL || lam_transform_check_name(path, to, NULL) ? to : LAM_CONVENTION_AUTO;
}

/* to: the convention of the transforms among them. */
static bool check_outputs(const LamRegisterArguments *a, LamConvention to, GError **error)
{
    const char *inputs[] = {a->fixed,         a->moving,    a->fixed_mask,
                            a->moving_mask,   a->initial,   a->fixed_labels,
                            a->moving_labels, a->landmarks, a->regions_file};
    const char *present[G_N_ELEMENTS(inputs) + 1] = {NULL};
    const char *outputs[] = {a->warped, a->field,  a->transform,   a->inverse,
                             a->affine, a->report, a->uncertainty, a->sensitivity};
    for (size_t i = 0, n = 0; i < G_N_ELEMENTS(inputs); i++)
        if (inputs[i] != NULL)
            present[n++] = inputs[i];
    if (!lam_cli_check_image_output(a->warped, present, error) ||
        !lam_cli_check_scan_output(a->field, present, error) ||
        !lam_cli_check_scan_output(a->uncertainty, present, error) ||
        !lam_cli_check_scan_output(a->sensitivity, present, error))
        return false;
    for (size_t i = 2; i < 5; i++)
        if (outputs[i] != NULL &&
            !lam_transform_check_name(
                outputs[i], outputs[i] == a->affine ? convention_for(a->affine, to) : to, error))
            return false;
    for (size_t i = 0; i < G_N_ELEMENTS(outputs); i++) {
        if (!lam_cli_check_output(outputs[i], present, error))
            return false;
        for (size_t j = 0; j < i; j++)
            if (!lam_cli_check_distinct(outputs[j], outputs[i], error))
                return false;
    }
    return true;
}

static bool load_landmarks(const LamRegisterArguments *a, LamRegisterRun *run, GError **error)
{
    return a->landmarks == NULL || lam_register_load_landmarks(a->landmarks, &run->fixed_points,
                                                               &run->moving_points, error);
}

static bool load_scans(const LamRegisterArguments *a, LamRegisterRun *run, GError **error)
{
    run->fixed = lam_scan_load(a->fixed, 0, error);
    run->moving = run->fixed != NULL ? lam_scan_load(a->moving, 0, error) : NULL;
    return run->moving != NULL && lam_cli_load_optional(a->fixed_mask, &run->fixed_mask, error) &&
           lam_cli_load_optional(a->moving_mask, &run->moving_mask, error) &&
           lam_cli_load_optional(a->fixed_labels, &run->fixed_labels, error) &&
           lam_cli_load_optional(a->moving_labels, &run->moving_labels, error) &&
           load_landmarks(a, run, error);
}

static bool load_model(const LamRegisterArguments *a, LamRegisterRun *run, GError **error)
{
    LamMethod method = run->choice.options.method;
    if (method == LAM_METHOD_LINEAR || method == LAM_METHOD_CLASSICAL)
        return true;
    run->model = lam_cli_load_model(a->model, run->fixed, error);
    return run->model != NULL;
}

static bool load_initial(const LamRegisterArguments *a, LamRegisterRun *run, GError **error)
{
    LamAffineOptions *affine = &run->choice.options.affine;
    if (a->initial == NULL)
        return true;
    affine->start = LAM_AFFINE_INITIAL;
    if (g_str_equal(a->initial, "header"))
        return true;
    LamCliSpace fixed = lam_cli_space_of(run->fixed), moving = lam_cli_space_of(run->moving);
    LamTransformFileOptions options =
        lam_cli_file_options(run->choice.initial_from, &fixed, &moving);
    g_autoptr(LamTransform) initial = lam_transform_load(a->initial, &options, error);
    if (initial == NULL)
        return false;
    if (lam_transform_is_affine(initial, &affine->initial))
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                "cannot start from: %s: it holds a deformation, an affine is needed", a->initial);
    return false;
}

static bool write_transform(const LamRegisterRun *run, const LamTransform *transform,
                            LamConvention to, const char *path, GError **error)
{
    if (path == NULL)
        return true;
    LamCliSpace fixed = lam_cli_space_of(run->fixed), moving = lam_cli_space_of(run->moving);
    LamTransformFileOptions options = lam_cli_file_options(to, &fixed, &moving);
    options.description = "lam register";
    return lam_transform_save(transform, path, &options, error);
}

static bool write_warped(const LamRegisterArguments *a, const LamRegisterRun *run, const char *text,
                         GError **error)
{
    if (a->warped == NULL)
        return true;
    g_autoptr(LamVolume) warped = lam_transform_resample(
        run->result.transform, run->moving, &run->fixed->grid, run->choice.interpolation, 0, error);
    return warped != NULL && lam_scan_save(warped, a->warped, LAM_NIFTI_FLOAT32, text, error);
}

static bool write_field(const LamRegisterArguments *a, const LamRegisterRun *run, const char *text,
                        GError **error)
{
    if (a->field == NULL)
        return true;
    g_autoptr(LamVolume) field =
        lam_transform_to_field(run->result.transform, &run->fixed->grid, error);
    return field != NULL && lam_nifti_save(field, a->field, LAM_NIFTI_FLOAT32, text, error);
}

/* On the fixed scan's grid. */
static bool write_map(const char *path, const LamVolume *map, const LamRegisterRun *run,
                      const char *text, GError **error)
{
    if (path == NULL)
        return true;
    g_autoptr(LamVolume) volume = lam_resample_clamped(map, &run->fixed->grid, error);
    return volume != NULL && lam_nifti_save(volume, path, LAM_NIFTI_FLOAT32, text, error);
}

static bool write_inverse(const LamRegisterArguments *a, LamRegisterRun *run, GError **error)
{
    if (a->inverse == NULL)
        return true;
    g_autoptr(LamTransform) inverse =
        lam_transform_inverse(run->result.transform, &run->inversion, error);
    LamCliSpace fixed = lam_cli_space_of(run->fixed), moving = lam_cli_space_of(run->moving);
    LamTransformFileOptions options = lam_cli_file_options(run->choice.to, &moving, &fixed);
    options.description = "lam register, moving to fixed";
    return inverse != NULL && lam_transform_save(inverse, a->inverse, &options, error);
}

static bool write_files(const LamRegisterArguments *a, LamRegisterRun *run, GError **error)
{
    bool linear = run->choice.options.method == LAM_METHOD_LINEAR;
    g_autofree char *text = linear ? g_strdup("lam register, linear")
                                   : g_strdup_printf("lam register --lambda %g", a->lambda);
    g_autoptr(LamTransform) affine = lam_transform_new_affine(&run->result.linear.matrix);
    return write_warped(a, run, text, error) && write_field(a, run, text, error) &&
           write_map(a->uncertainty, run->result.uncertainty, run, text, error) &&
           write_map(a->sensitivity, run->result.sensitivity, run, text, error) &&
           write_transform(run, run->result.transform, run->choice.to, a->transform, error) &&
           write_transform(run, affine, convention_for(a->affine, run->choice.to), a->affine,
                           error) &&
           write_inverse(a, run, error);
}

static double seconds_since(gint64 start)
{
    return (double)(g_get_monotonic_time() - start) / 1e6;
}

static void set_terms(LamRegisterRun *run)
{
    LamRefineOptions *terms = &run->choice.options.terms;
    terms->fixed_mask = run->fixed_mask;
    terms->fixed_labels = run->fixed_labels;
    terms->moving_labels = run->moving_labels;
    if (run->fixed_points == NULL)
        return;
    terms->n_points = (int)run->fixed_points->len;
    terms->fixed_points = &g_array_index(run->fixed_points, LamVec3, 0);
    terms->moving_points = &g_array_index(run->moving_points, LamVec3, 0);
}

static bool run_pair(const LamRegisterArguments *a, LamRegisterRun *run, GError **error)
{
    gint64 start = g_get_monotonic_time();
    LamProgress progress = lam_cli_progress();
    LamRegistrationOptions *options = &run->choice.options;
    if (!check_outputs(a, run->choice.to, error) ||
        !lam_register_read_regions(a, &run->specs, error) || !load_scans(a, run, error) ||
        !lam_register_make_regions(run, error) || !load_model(a, run, error) ||
        !load_initial(a, run, error))
        return false;
    options->model = run->model;
    options->affine.fixed_mask = run->fixed_mask;
    options->affine.moving_mask = run->moving_mask;
    set_terms(run);
    run->load_s = seconds_since(start);
    bool ok =
        lam_registration_run(run->fixed, run->moving, options, &progress, &run->result, error);
    lam_cli_progress_done();
    start = g_get_monotonic_time();
    if (!ok || !write_files(a, run, error))
        return false;
    run->write_s = seconds_since(start);
    return lam_register_report(a, run, error);
}

static void run_clear(LamRegisterRun *run)
{
    lam_registration_result_clear(&run->result);
    LamVolume *volumes[] = {run->fixed,       run->moving,       run->fixed_mask,
                            run->moving_mask, run->fixed_labels, run->moving_labels};
    g_clear_pointer(&run->fixed_points, g_array_unref);
    g_clear_pointer(&run->moving_points, g_array_unref);
    for (size_t i = 0; i < G_N_ELEMENTS(volumes); i++)
        g_clear_pointer(&volumes[i], lam_volume_unref);
    g_clear_pointer(&run->specs, g_ptr_array_unref);
    g_clear_pointer(&run->regions, g_ptr_array_unref);
    g_clear_pointer(&run->model, lam_model_unref);
}

static void arguments_clear(LamRegisterArguments *a)
{
    char *strings[] = {a->fixed,       a->moving,       a->fixed_mask,    a->moving_mask,
                       a->kind,        a->method,       a->similarity,    a->measure,
                       a->model,       a->initial,      a->initial_from,  a->warped,
                       a->field,       a->transform,    a->inverse,       a->affine,
                       a->to,          a->report,       a->interpolation, a->batch,
                       a->output,      a->fixed_labels, a->moving_labels, a->landmarks,
                       a->uncertainty, a->sensitivity,  a->regions_file};
    g_strfreev(a->regions);
    for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(strings[i]);
}

int lam_cli_register(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    LamRegisterArguments arguments = {0};
    LamRegisterRun run = {0};
    if (parse(&arguments, &run.choice, &argc, &argv, &error)) {
        if (arguments.batch != NULL)
            lam_register_batch(&arguments, &run.choice, &error);
        else
            run_pair(&arguments, &run, &error);
    }
    run_clear(&run);
    arguments_clear(&arguments);
    return lam_cli_finish("register", error);
}
