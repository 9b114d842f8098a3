#include <lambdascope/demos.h>

#include <glib/gi18n.h>
#include <lambdascope/error.h>
#include <lambdascope/figures.h>
#include <lambdascope/model_choice.h>
#include <lambdascope/phantom.h>
#include <lambdascope/remap.h>
#include <lambdascope/template_curve.h>
#include <lambdascope/template_pair.h>
#include <string.h>

#define PIXELS 200 /* of single slices, 1 mm */

/* ---- pairs ---- */

void lam_demo_pair_clear(LamDemoPair *pair)
{
    LamVolume **volumes[] = {&pair->fixed, &pair->moving, &pair->fixed_labels,
                             &pair->moving_labels};
    for (size_t i = 0; i < G_N_ELEMENTS(volumes); i++)
        g_clear_pointer(volumes[i], lam_volume_unref);
    g_clear_pointer(&pair->names, lam_label_names_free);
}

/* Single slices of one size about a point. */
static bool new_slices(LamVec3 centre_mm, LamDemoPair *pair, GError **error)
{
    const int size[3] = {PIXELS, PIXELS, 1};
    LamGrid grid = lam_grid_centred(size, 1, centre_mm);
    pair->fixed = lam_volume_new(&grid, 1, error);
    pair->moving = pair->fixed ? lam_volume_new(&grid, 1, error) : NULL;
    return pair->moving != NULL;
}

static void draw_figure(LamFigureKind kind, guint32 seed, LamVolume *image)
{
    GRand *rand = g_rand_new_with_seed(seed);
    lam_figure_draw(kind, &image->grid, rand, image->data, NULL);
    g_rand_free(rand);
}

static bool make_digits(LamDemoPair *pair, GError **error)
{
    if (!new_slices((LamVec3){{0}}, pair, error))
        return false;
    draw_figure((LamFigureKind)(LAM_FIGURE_DIGIT_0 + 3), 3, pair->fixed);
    draw_figure((LamFigureKind)(LAM_FIGURE_DIGIT_0 + 3), 8, pair->moving);
    return true;
}

static bool make_ring(LamDemoPair *pair, GError **error)
{
    if (!new_slices((LamVec3){{0}}, pair, error))
        return false;
    draw_figure(LAM_FIGURE_RING, 3, pair->fixed);
    draw_figure(LAM_FIGURE_C, 3, pair->moving);
    return true;
}

static bool scan_phantom(guint32 seed, LamVolume *image, LamVolume **labels, GError **error)
{
    LamPhantomOptions options = lam_phantom_defaults();
    options.seed = seed;
    *labels = lam_volume_new(&image->grid, 1, error);
    return *labels && lam_phantom_scan(&options, image, *labels, error);
}

/* Through ventricles and deep nuclei of two brains. */
static bool make_slices(LamDemoPair *pair, GError **error)
{
    pair->names = lam_phantom_label_names();
    return new_slices((LamVec3){{0, -17, 8}}, pair, error) &&
           scan_phantom(2, pair->fixed, &pair->fixed_labels, error) &&
           scan_phantom(3, pair->moving, &pair->moving_labels, error);
}

static bool make_brains(LamDemoPair *pair, GError **error)
{
    LamPhantom phantom = {0};
    LamPhantomOptions options = lam_phantom_defaults();
    if (!lam_phantom_make(&options, &phantom, error))
        return false;
    *pair = (LamDemoPair){lam_volume_ref(phantom.fixed), lam_volume_ref(phantom.moving),
                          lam_volume_ref(phantom.fixed_labels),
                          lam_volume_ref(phantom.moving_labels), lam_phantom_label_names()};
    lam_phantom_clear(&phantom);
    return true;
}

/* The same pair, the moving one with dark and bright exchanged. */
static bool make_contrasts(LamDemoPair *pair, GError **error)
{
    if (!make_brains(pair, error))
        return false;
    g_autoptr(LamVolume) bright = pair->moving;
    pair->moving = lam_remap_contrast(bright, 1, error);
    return pair->moving != NULL;
}

/* ---- a template ---- */

#define OLD   80 /* years */
#define YOUNG 25

static bool take_picture(LamTemplate *template, double age, LamVolume **image, LamVolume **labels,
                         GError **error)
{
    double values[LAM_TEMPLATE_MAX_ATTRIBUTES];
    const LamTemplateConfig *config = lam_template_config(template);
    int number = lam_template_find_number(config, NULL, error);
    if (number < 0)
        return false;
    lam_template_values_at(config, 0.5, values);
    values[number] = age;
    g_autoptr(LamTemplatePicture) picture = lam_template_picture_new(template, values, error);
    if (picture == NULL)
        return false;
    *image = lam_volume_ref(picture->image);
    *labels = picture->labels != NULL ? lam_volume_ref(picture->labels->map) : NULL;
    return true;
}

static bool make_template(LamDemoPair *pair, GError **error)
{
    g_autofree char *path = lam_model_find(LAM_TEMPLATE_MODEL, error);
    g_autoptr(LamModel) model = path != NULL ? lam_model_load(path, error) : NULL;
    g_autoptr(LamTemplate) template = model != NULL ? lam_template_new(model, error) : NULL;
    if (template == NULL)
        return false;
    const LamTemplateConfig *config = lam_template_config(template);
    pair->names = lam_label_names_new();
    for (int k = 1; k < config->n_structures; k++)
        lam_label_names_add(pair->names, config->structure[k].value, config->structure[k].name);
    return take_picture(template, OLD, &pair->fixed, &pair->fixed_labels, error) &&
           take_picture(template, YOUNG, &pair->moving, &pair->moving_labels, error);
}

/* ---- the table ---- */

static const LamDemo demos[] = {
    {
        .name = "template",
        .title = N_("Fifty-five years of a brain"),
        .look = N_(
            "A brain of 25 years is carried onto one of 80: nobody’s, both made by a template that "
            "was learned from many people. What is magenta was smaller at 25, as the ventricles, "
            "what is green larger. Move λ, or the sliders of age and sex; play the age."),
        .fixed_name = N_("80 years"),
        .moving_name = N_("25 years"),
        .model = LAM_TEMPLATE_MODEL,
        .of_template = true,
        .old = OLD,
        .young = YOUNG,
        .lambda = 0.1,
        .play = LAM_PLAY_ATTRIBUTE,
        .overlay = LAM_OVERLAY_VOLUME_CHANGE,
        .make = make_template,
    },
    {
        .name = "digits",
        .title = N_("Two hands, one digit"),
        .look =
            N_("One 3 is bent into the other. Move λ to the left: the outlines agree ever better, "
               "and the grid shows what that costs. Move it to the right: the plane stays smooth, "
               "and the outlines part."),
        .fixed_name = N_("one hand’s 3"),
        .moving_name = N_("another hand’s 3"),
        .model = LAM_SLICES_MODEL,
        .lambda = 0.1,
        .compare = LAM_COMPARE_EDGES,
        .grid_mm = 8,
        .make = make_digits,
    },
    {
        .name = "ring",
        .title = N_("What no λ can do"),
        .look =
            N_("A C is to become a ring. A smooth map keeps what hangs together and what does not, "
               "so the gap narrows and never closes, whatever λ is. Where two scans differ in what "
               "they hold, as after surgery, the same happens."),
        .fixed_name = N_("a ring"),
        .moving_name = N_("a C"),
        .model = LAM_SLICES_MODEL,
        .lambda = 0.05,
        .compare = LAM_COMPARE_COMPOSITE,
        .grid_mm = 8,
        .make = make_ring,
    },
    {
        .name = "too-small",
        .title = N_("When λ is too small"),
        .look =
            N_("At λ = 0 the pictures agree best, and tissue is squeezed (magenta) and blown up "
               "(green) "
               "from one place to the next as no brain is. Play λ and find where the colours calm "
               "down while the edges still fit."),
        .fixed_name = N_("slice of brain A"),
        .moving_name = N_("slice of brain B"),
        .model = LAM_SLICES_MODEL,
        .lambda = 0,
        .play = LAM_PLAY_LAMBDA,
        .overlay = LAM_OVERLAY_VOLUME_CHANGE,
        .make = make_slices,
    },
    {
        .name = "brains",
        .title = N_("Two brains"),
        .look = N_(
            "Brain B is carried onto brain A, in three dimensions. Play the morph and watch the "
            "ventricles; hold the space bar to see A itself. Keys 1, 2 and 3 change the plane, L "
            "shows them all."),
        .fixed_name = N_("phantom A"),
        .moving_name = N_("phantom B"),
        .lambda = 0.3,
        .grid_mm = 8,
        .make = make_brains,
    },
    {
        .name = "contrasts",
        .title = N_("Bright onto dark"),
        .look = N_(
            "The moving brain has its contrast turned round: what is white there is dark here. A "
            "model trained on scans of every contrast aligns them all the same. The amber edges "
            "are the fixed brain’s; see the ventricles slip into them as λ falls."),
        .fixed_name = N_("phantom A"),
        .moving_name = N_("phantom B, inverted"),
        .model = "brain-any-contrast",
        .lambda = 0.3,
        .compare = LAM_COMPARE_EDGES,
        .make = make_contrasts,
    },
};

/* It needs a model that not everybody has. */
const LamDemo *lam_demos(size_t *count)
{
    g_autofree char *template = lam_model_find(LAM_TEMPLATE_MODEL, NULL);
    size_t first = template != NULL ? 0 : 1;
    *count = G_N_ELEMENTS(demos) - first;
    return demos + first;
}

const LamDemo *lam_demo_find(const char *name, GError **error)
{
    g_autoptr(GString) known = g_string_new(NULL);
    size_t count;
    const LamDemo *all = lam_demos(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(all[i].name, name) == 0)
            return &all[i];
        g_string_append_printf(known, "%s%s", i ? ", " : "", all[i].name);
    }
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot open demo: %s: it is not one of %s",
                name, known->str);
    return NULL;
}

void lam_demo_set_up(const LamDemo *demo, LamScene *scene)
{
    LamPlane plane = LAM_PLANE_AXIAL;
    lam_scene_slice_plane(scene, &plane);
    scene->arrangement = LAM_ARRANGED_PANES;
    scene->plane = plane;
    scene->maximised = -1;
    scene->compare = demo->compare;
    scene->overlay = demo->overlay;
    scene->grid = demo->grid_mm > 0;
    if (scene->grid)
        scene->grid_mm = demo->grid_mm;
    scene->grid_colour = LAM_GRID_BY_VOLUME;
    scene->direction = LAM_DIRECTION_FORWARD;
    scene->arrows = false;
}
