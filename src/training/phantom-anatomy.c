#include "phantom-anatomy.h"

#include "phantom-shapes.h"
#include "phantom-structures.h"

#include <stddef.h>

#define CSF        0.22f
#define GREY       0.52f
#define WHITE      0.87f
#define DEEPEST_MM 22.0f /* no sulcus reaches further inside */
#define HIGH_MM    18.0f /* above this the lower parts of the brain need no thought */
#define FISSURE_MM 0.4f  /* half of the gap between the hemispheres */

typedef struct {
    const LamAnatomy *anatomy;
    LamPoint p; /* subject's shape removed; p.x >= 0: the left side is mirrored */
    bool right;
    float blur;
    LamTissue tissue;
} Brush;

static const LamPoint everywhere = {1, 1, 1};

void lam_anatomy_init(LamAnatomy *anatomy, uint32_t seed)
{
    uint64_t state = seed;
    for (int i = 0; i < 3; i++) {
        lam_waves_init(&anatomy->shape[i], 8, &state, 60, 120, everywhere);
        lam_waves_init(&anatomy->bend[i], 8, &state, 22, 40, everywhere);
    }
    for (int side = 0; side < 2; side++) {
        lam_waves_init(&anatomy->sulci[side], LAM_WAVES, &state, 18, 29, everywhere);
        lam_waves_init(&anatomy->dimples[side], LAM_WAVES, &state, 19, 30, everywhere);
    }
    lam_waves_init(&anatomy->depth, 8, &state, 24, 50, everywhere);
    lam_waves_init(&anatomy->fissures, LAM_WAVES, &state, 13, 20, (LamPoint){0.15f, 1, 1});
    lam_waves_init(&anatomy->folia, LAM_WAVES, &state, 4.5f, 6, (LamPoint){0.1f, 1, 1});
    lam_waves_init(&anatomy->texture, 8, &state, 3, 9, everywhere);
    anatomy->ventricle_mm = lam_noise_uniform(&state, 0, 1.6f);
}

static LamPoint displaced(LamPoint p, const LamWaves waves[3], float amount_mm)
{
    LamPoint at = p;
    p.x += amount_mm * lam_waves_at(&waves[0], at, NULL);
    p.y += amount_mm * lam_waves_at(&waves[1], at, NULL);
    p.z += amount_mm * lam_waves_at(&waves[2], at, NULL);
    return p;
}

/* ---- outer shapes ---- */

/* Both hemispheres as one body, without sulci or the fissure between them. */
static float cerebrum_hull(LamPoint p)
{
    float back = lam_sd_ellipsoid(p, (LamPoint){0, -29, 21}, (LamPoint){67, 75, 57});
    float front = lam_sd_ellipsoid(p, (LamPoint){0, 18, 19}, (LamPoint){52, 53, 40});
    float hull = lam_sd_join(back, front, 22);
    if (p.z > HIGH_MM)
        return hull;
    float temporal = lam_sd_capsule(p, (LamPoint){44, 6, -22}, (LamPoint){47, -46, -14}, 18, 18);
    hull = lam_sd_join(hull, temporal, 5);
    float below = lam_sd_ellipsoid(p, (LamPoint){0, -4, -40}, (LamPoint){20, 40, 20});
    return lam_sd_meet(hull, -below, 5);
}

static float cerebellum_hull(LamPoint p)
{
    float lobe = lam_sd_ellipsoid(p, (LamPoint){25, -65, -37}, (LamPoint){28, 27, 19});
    float vermis = lam_sd_ellipsoid(p, (LamPoint){0, -62, -33}, (LamPoint){15, 23, 23});
    return lam_sd_join(lobe, vermis, 7);
}

static float brain_stem(LamPoint p)
{
    float midbrain = lam_sd_capsule(p, (LamPoint){6, -20, -8}, (LamPoint){3, -28, -24}, 9, 10);
    float pons = lam_sd_ellipsoid(p, (LamPoint){0, -25, -31}, (LamPoint){17, 12, 13});
    float medulla = lam_sd_capsule(p, (LamPoint){0, -32, -40}, (LamPoint){0, -45, -64}, 9.5f, 6);
    return lam_sd_join(lam_sd_join(midbrain, pons, 4), medulla, 6);
}

/* The middle of the brain, where the hemispheres are one and no sulcus goes. */
static float core(LamPoint p)
{
    float middle = lam_sd_ellipsoid(p, (LamPoint){0, -7, 4}, (LamPoint){20, 34, 20});
    float nuclei = lam_sd_ellipsoid(p, (LamPoint){20, -2, 4}, (LamPoint){13, 24, 15});
    float atria = lam_sd_capsule(p, (LamPoint){15, -26, 21}, (LamPoint){26, -48, 11}, 7, 8);
    return fminf(fminf(middle, nuclei), atria);
}

/* The bow of the corpus callosum, thicker at both ends. */
static float callosum(LamPoint p)
{
    float y = (p.y + 6) / 35, z = (p.z - 3) / 23;
    float radius = sqrtf(y * y + z * z);
    float ring = fabsf(radius - 1) * 27;
    float thickness =
        2.3f + 2.2f * lam_smooth_step(-24, -38, p.y) + 1.8f * lam_smooth_step(14, 28, p.y);
    return fmaxf(fmaxf(ring - thickness, p.x - 26), -1 - p.z);
}

/* One hemisphere: what the cortex covers. */
static float hemisphere(LamPoint p)
{
    float sd = lam_sd_meet(cerebrum_hull(p), FISSURE_MM - p.x, 7);
    if (p.z > HIGH_MM)
        return sd;
    float cistern = lam_sd_ellipsoid(p, (LamPoint){0, -6, -33}, (LamPoint){18, 36, 21});
    sd = lam_sd_meet(sd, -cistern, 5);
    sd = lam_sd_meet(sd, 1.6f - cerebellum_hull(p), 3);
    return lam_sd_meet(sd, 1.2f - brain_stem(p), 2);
}

/* ---- cortex ---- */

/* The fissure between the temporal lobe and the rest, and at its bottom the one over the insula. */
static float sylvian_sheet(LamPoint p)
{
    float across = fabsf(p.z - (-5 - 0.32f * p.y));
    float along = fmaxf(fmaxf(p.y - 22, -42 - p.y), 0);
    float outer = fmaxf(39 - p.x, 0), beyond = fmaxf(across - 9, 0);
    float fissure2 = across * across + outer * outer;
    float insula2 = (p.x - 39) * (p.x - 39) + beyond * beyond;
    return sqrtf(fminf(fissure2, insula2) + along * along);
}

/* Distance to the zero set of the waves, as sheets that go inwards from the surface point q as far as
 * reach_mm. Near the waves' own extrema there is no sheet and the estimate is merely large. */
static float sulcal_sheet(const LamWaves *waves, LamPoint q, LamPoint normal, float depth,
                          float reach_mm)
{
    LamPoint g;
    float value = lam_waves_at(waves, q, &g);
    float radial = g.x * normal.x + g.y * normal.y + g.z * normal.z;
    float slope2 = g.x * g.x + g.y * g.y + g.z * g.z - radial * radial;
    float narrowing = 1 - 0.3f * lam_unit_clamp(depth / 30); /* sheets close up inwards */
    float across = narrowing * fabsf(value) / sqrtf(fmaxf(slope2, 0) + 0.004f);
    float below = fmaxf(depth - reach_mm, 0);
    return sqrtf(across * across + below * below);
}

static LamPoint hemisphere_normal(LamPoint p, float here)
{
    const float h = 0.5f;
    LamPoint n = {hemisphere((LamPoint){p.x + h, p.y, p.z}) - here,
                  hemisphere((LamPoint){p.x, p.y + h, p.z}) - here,
                  hemisphere((LamPoint){p.x, p.y, p.z + h}) - here};
    float length = lam_point_length(n) + 1e-6f;
    return (LamPoint){n.x / length, n.y / length, n.z / length};
}

typedef struct {
    float pial;    /* distance inside the folded surface */
    float opening; /* distance to the nearest sulcus, for the dents it leaves in the outline */
} Folds;

static Folds cortical_folds(const Brush *b, float hemisphere_sd)
{
    const LamAnatomy *a = b->anatomy;
    LamPoint p = b->p, n = hemisphere_normal(p, hemisphere_sd);
    float depth = -hemisphere_sd;
    LamPoint q = {p.x + depth * n.x, p.y + depth * n.y, p.z + depth * n.z};
    float vary = fminf(lam_waves_at(&a->depth, q, NULL), 1);
    LamPoint bent = displaced(p, a->bend, 2.6f); /* bends along the way in, too */
    q = (LamPoint){q.x + bent.x - p.x, q.y + bent.y - p.y, q.z + bent.z - p.z};
    float room = 0.5f + 0.5f * lam_smooth_step(-12, 4, p.z); /* the temporal lobe is thin */
    float main_sheet = sulcal_sheet(&a->sulci[b->right], q, n, depth, room * (15 + 4 * vary));
    float small_sheet = sulcal_sheet(&a->dimples[b->right], q, n, depth, room * (6 - 2.5f * vary));
    float sheet = fminf(fminf(main_sheet, small_sheet), sylvian_sheet(bent));
    sheet = fmaxf(sheet, 8 - fmaxf(core(p), 0) * 2.5f);
    float half_gap = 0.25f + 0.6f * lam_unit_clamp(1 - depth / 9);
    return (Folds){lam_sd_join(depth, sheet - half_gap, 2), sheet};
}

/* ---- painting ---- */

/* Lays a body over what is there: sd < 0 is inside. */
static void paint(Brush *b, float sd, float intensity, int label)
{
    float cover = lam_unit_clamp(0.5f - sd / b->blur);
    b->tissue.intensity += cover * (intensity - b->tissue.intensity);
    if (sd < 0)
        b->tissue.label = label;
}

/* Returns how far the skull-stripping dents the outline here. */
static float paint_cerebrum(Brush *b, float hull_sd)
{
    float own = hemisphere(b->p), middle = core(b->p);
    float depth = -lam_sd_join(own, middle, 5);
    Folds folds = {depth, 100};
    if (hull_sd > 3 || depth < -3)
        return 0;
    if (-own < DEEPEST_MM || own > 0)
        folds = cortical_folds(b, own);
    folds.pial = fmaxf(folds.pial, fminf(-middle, depth));
    float vary = lam_waves_at(&b->anatomy->depth, b->p, NULL);
    float thickness = 2.9f + 0.4f * vary;
    float cortex_sd = -folds.pial, white_sd = thickness - folds.pial;
    int region = cortex_sd < 0 && white_sd >= 0 ? lam_cortex_region(b->p, b->right) : 0;
    paint(b, cortex_sd, GREY, region);
    paint(b, fminf(white_sd, middle + 1), WHITE, b->right ? 44 : 45);
    return 1.4f * (1 - lam_smooth_step(0.5f, 3, folds.opening));
}

static void paint_cerebellum(Brush *b, float sd)
{
    if (sd > 2)
        return;
    const LamAnatomy *a = b->anatomy;
    LamPoint centre = {fmaxf(b->p.x - 14, 0), b->p.y + 52, b->p.z + 33};
    float from_centre = lam_point_length(centre) + 1e-3f;
    LamPoint n = {centre.x / from_centre, centre.y / from_centre, centre.z / from_centre};
    LamPoint q = {n.x * 25 + b->p.x * 0.3f, n.y * 25, n.z * 25};
    float depth = -sd;
    float fissure = sulcal_sheet(&a->fissures, q, n, depth, 12);
    fissure = fmaxf(fissure, 15 - from_centre); /* the core stays white */
    float pial = fminf(depth, fissure - 0.2f);
    float folia = lam_waves_at(&a->folia, (LamPoint){q.x, q.y * 1.3f, q.z * 1.3f}, NULL);
    float thickness = 3.6f + 0.7f * folia - 1.5f * lam_smooth_step(8, 16, depth);
    float stripes = 0.05f * folia * lam_smooth_step(9, 2, depth);
    paint(b, -pial, 0.57f + stripes, b->right ? 38 : 39);
    paint(b, thickness - pial, 0.86f, b->right ? 40 : 41);
}

static void paint_stem(Brush *b, float sd)
{
    paint(b, sd, 0.80f, 35);
    float fourth = lam_sd_ellipsoid(b->p, (LamPoint){0, -43, -33}, (LamPoint){6, 6, 9});
    float aqueduct =
        lam_sd_capsule(b->p, (LamPoint){0, -31, -10}, (LamPoint){0, -40, -28}, 1, 1.4f);
    float grow = 0.5f * b->anatomy->ventricle_mm;
    paint(b, lam_sd_join(fourth - grow, aqueduct - 0.2f * grow, 2), CSF, 11);
}

static float structure_sd(const LamStructure *s, LamPoint p)
{
    float sd = 1e3f;
    for (int i = 0; i < s->pieces; i++) {
        float piece = s->piece[i].ra > 0 ? lam_sd_capsule(p, s->piece[i].a, s->piece[i].b,
                                                          s->piece[i].ra, s->piece[i].rb)
                                         : lam_sd_ellipsoid(p, s->piece[i].a, s->piece[i].b);
        sd = i == 0 ? piece : lam_sd_join(sd, piece, s->join_mm);
    }
    return sd;
}

static void paint_deep(Brush *b)
{
    LamPoint p = b->p;
    if (p.x > 48 || p.y > 42 || p.y < -75 || p.z > 38 || p.z < -34)
        return;
    paint(b, callosum(p), 0.89f, b->right ? 44 : 45);
    for (int i = 0; i < lam_deep_structure_count; i++) {
        const LamStructure *s = &lam_deep_structures[i];
        float sd = structure_sd(s, p);
        if (s->fluid)
            sd -= b->anatomy->ventricle_mm * (s->label_right == s->label_left ? 0.4f : 1);
        if (s->label_right != s->label_left)
            sd = fmaxf(sd, 0.25f - p.x); /* a septum stays between the sides */
        paint(b, sd, s->intensity, b->right ? s->label_right : s->label_left);
    }
}

LamTissue lam_anatomy_at(const LamAnatomy *anatomy, LamPoint p, float blur_mm)
{
    Brush b = {.anatomy = anatomy, .blur = blur_mm};
    LamPoint rough = {fabsf(p.x), p.y, p.z};
    if (fminf(cerebrum_hull(rough), fminf(cerebellum_hull(rough), brain_stem(rough))) > 12)
        return b.tissue;
    float texture = 0.012f * lam_waves_at(&anatomy->texture, p, NULL);
    LamPoint q = displaced(p, anatomy->shape, 1.6f);
    q.x = p.x + (q.x - p.x) * lam_smooth_step(0, 15, fabsf(p.x)); /* the midline is nearly plane */
    b.right = q.x >= 0;
    b.p = (LamPoint){fabsf(q.x), q.y, q.z};
    float hull = cerebrum_hull(b.p), cerebellum = cerebellum_hull(b.p), stem = brain_stem(b.p);
    float inside = fminf(hull, fminf(cerebellum, stem));
    if (inside > blur_mm)
        return b.tissue;
    b.tissue.intensity = CSF;
    float dent = paint_cerebrum(&b, hull);
    paint_cerebellum(&b, cerebellum);
    paint_stem(&b, stem);
    paint_deep(&b);
    float mask = fminf(fminf(hull + dent, cerebellum), stem);
    b.tissue.intensity *= (1 + texture) * lam_unit_clamp(0.5f - mask / blur_mm);
    if (mask >= 0)
        b.tissue.label = 0;
    return b.tissue;
}
