/* The curve of a pair over λ, and what can be said of the best. */
#include <lambdascope/curve.h>

#include <lambdascope/lambda_scale.h>
#include <math.h>

#define FIRST_STEP      4 /* every fourth place comes first */
#define STANDARD_ERRORS 2.0
#define LEAST_BLOCKS    8 /* a standard error of fewer is no more than a guess */

struct LamCurve {
    LamCurvePoint *points[LAM_CURVE_POINTS];
};

LamCurvePoint *lam_curve_point_new(double lambda, int n_domains, int n_labels)
{
    LamCurvePoint *point = g_new0(LamCurvePoint, 1);
    size_t blocks = (size_t)n_domains * LAM_CURVE_BLOCKS;
    point->lambda = lambda;
    point->n_domains = n_domains;
    point->n_labels = n_labels;
    point->domain = g_new(LamCurveFigures, (size_t)n_domains);
    point->without = g_new(double, blocks);
    point->label_dice = g_new(double, (size_t)MAX(n_labels, 1));
    for (int d = 0; d < n_domains; d++)
        point->domain[d] = (LamCurveFigures){NAN, NAN, NAN, NAN, NAN};
    for (size_t i = 0; i < blocks; i++)
        point->without[i] = NAN;
    for (int l = 0; l < n_labels; l++)
        point->label_dice[l] = NAN;
    g_atomic_ref_count_init(&point->refs);
    return point;
}

LamCurvePoint *lam_curve_point_ref(LamCurvePoint *point)
{
    g_atomic_ref_count_inc(&point->refs);
    return point;
}

void lam_curve_point_unref(LamCurvePoint *point)
{
    if (point == NULL || !g_atomic_ref_count_dec(&point->refs))
        return;
    g_free(point->domain);
    g_free(point->without);
    g_free(point->label_dice);
    g_free(point);
}

LamCurve *lam_curve_copy(const LamCurve *curve)
{
    LamCurve *copy = lam_curve_new();
    for (int i = 0; i < LAM_CURVE_POINTS; i++)
        if (curve->points[i] != NULL)
            copy->points[i] = lam_curve_point_ref(curve->points[i]);
    return copy;
}

LamCurve *lam_curve_new(void)
{
    return g_new0(LamCurve, 1);
}

void lam_curve_free(LamCurve *curve)
{
    if (curve == NULL)
        return;
    for (int i = 0; i < LAM_CURVE_POINTS; i++)
        lam_curve_point_unref(curve->points[i]);
    g_free(curve);
}

double lam_curve_lambda(int place)
{
    double share = (double)place / (LAM_CURVE_POINTS - 1);
    return lam_lambda_from_position((2 * share - 1) * LAM_POSITION_STOP);
}

const LamCurvePoint *lam_curve_point(const LamCurve *curve, int place)
{
    return curve->points[place];
}

void lam_curve_add(LamCurve *curve, int place, LamCurvePoint *point)
{
    lam_curve_point_unref(curve->points[place]);
    curve->points[place] = point;
}

void lam_curve_update(LamCurve *curve, const LamCurve *newer)
{
    for (int i = 0; i < LAM_CURVE_POINTS; i++)
        if (newer->points[i] != NULL && newer->points[i] != curve->points[i])
            lam_curve_add(curve, i, lam_curve_point_ref(newer->points[i]));
}

/* ---- order ---- */

/* What the eye follows: overlap, or similarity without labels. */
static double height(const LamCurve *curve, int place)
{
    const LamCurveFigures *whole = &curve->points[place]->domain[0];
    return isnan(whole->dice) ? whole->similarity : whole->dice;
}

/* The next point that is there, in steps of +1 or -1; -1: none. */
static int neighbour(const LamCurve *curve, int place, int step)
{
    for (int i = place + step; i >= 0 && i < LAM_CURVE_POINTS; i += step)
        if (curve->points[i] != NULL)
            return i;
    return -1;
}

/* How much the slope changes at a point. */
static double bend(const LamCurve *curve, int place)
{
    int before = neighbour(curve, place, -1), after = neighbour(curve, place, 1);
    if (before < 0 || after < 0)
        return 0;
    double here = height(curve, place);
    return fabs((height(curve, after) - here) / (after - place) -
                (here - height(curve, before)) / (place - before));
}

int lam_curve_next(const LamCurve *curve)
{
    for (int i = 0; i < LAM_CURVE_POINTS; i += FIRST_STEP)
        if (curve->points[i] == NULL)
            return i;
    int best = -1;
    double most = -1;
    for (int left = 0; left < LAM_CURVE_POINTS - 1; left++) {
        int right = curve->points[left] != NULL ? neighbour(curve, left, 1) : -1;
        if (right < left + 2)
            continue;
        double worth = (right - left) * (bend(curve, left) + bend(curve, right));
        if (worth > most) {
            most = worth;
            best = (left + right) / 2;
        }
    }
    return best;
}

bool lam_curve_extend(LamCurve *curve, LamCurveProbe *probe, GError **error)
{
    int place = lam_curve_next(curve);
    if (place < 0)
        return true;
    LamCurvePoint *point = lam_curve_probe_at(probe, lam_curve_lambda(place), error);
    if (point != NULL)
        lam_curve_add(curve, place, point);
    return point != NULL;
}

/* ---- the best ---- */

static double dice_at(const LamCurve *curve, int place, int domain)
{
    const LamCurvePoint *point = curve->points[place];
    return point != NULL && domain < point->n_domains ? point->domain[domain].dice : NAN;
}

/* The difference of Dice between two points without one block; false: the block is no part of the sample, as it
 * leaves nothing of the labels, or holds nothing of them. */
static bool difference_without(const LamCurvePoint *a, const LamCurvePoint *b, int domain,
                               int block, double *difference)
{
    double x = a->without[domain * LAM_CURVE_BLOCKS + block];
    double y = b->without[domain * LAM_CURVE_BLOCKS + block];
    bool empty = x == a->domain[domain].dice && y == b->domain[domain].dice;
    *difference = x - y;
    return !isnan(*difference) && !empty;
}

/* Standard error of the difference of Dice between two points; infinite where too few blocks tell. */
static double difference_error(const LamCurvePoint *a, const LamCurvePoint *b, int domain)
{
    double difference, sum = 0, squares = 0;
    int n = 0;
    for (int i = 0; i < LAM_CURVE_BLOCKS; i++)
        if (difference_without(a, b, domain, i, &difference)) {
            sum += difference;
            n++;
        }
    if (n < LEAST_BLOCKS)
        return INFINITY;
    for (int i = 0; i < LAM_CURVE_BLOCKS; i++)
        if (difference_without(a, b, domain, i, &difference))
            squares += pow(difference - sum / n, 2);
    return sqrt(squares * (n - 1) / n);
}

/* The last point from the best on, in steps, that is not measurably below it. */
static int band_end(const LamCurve *curve, int best, int step, int domain)
{
    int end = best;
    for (int i = neighbour(curve, best, step); i >= 0; i = neighbour(curve, i, step)) {
        double below = dice_at(curve, best, domain) - dice_at(curve, i, domain);
        double error = difference_error(curve->points[best], curve->points[i], domain);
        if (!(below <= STANDARD_ERRORS * error))
            break;
        end = i;
    }
    return end;
}

LamCurveBest lam_curve_best(const LamCurve *curve, int domain)
{
    int best = -1;
    for (int i = 0; i < LAM_CURVE_POINTS; i++) {
        double dice = dice_at(curve, i, domain);
        if (!isnan(dice) && (best < 0 || dice > dice_at(curve, best, domain)))
            best = i;
    }
    if (best < 0 || (neighbour(curve, best, -1) < 0 && neighbour(curve, best, 1) < 0))
        return (LamCurveBest){.lambda = NAN, .dice = NAN, .from = NAN, .to = NAN};
    return (LamCurveBest){.known = true,
                          .lambda = lam_curve_lambda(best),
                          .dice = dice_at(curve, best, domain),
                          .from = lam_curve_lambda(band_end(curve, best, -1, domain)),
                          .to = lam_curve_lambda(band_end(curve, best, 1, domain))};
}

/* ---- without labels ---- */

double lam_curve_within_folds(const LamCurve *curve, int domain, double most_percent)
{
    for (int i = 0; i < LAM_CURVE_POINTS; i++)
        if (curve->points[i] != NULL &&
            curve->points[i]->domain[domain].fold_percent <= most_percent)
            return lam_curve_lambda(i);
    return NAN;
}

double lam_curve_within_strain(const LamCurve *curve, int domain, double most_sd_log_jacobian)
{
    for (int i = 0; i < LAM_CURVE_POINTS; i++)
        if (curve->points[i] != NULL &&
            curve->points[i]->domain[domain].sd_log_jacobian <= most_sd_log_jacobian)
            return lam_curve_lambda(i);
    return NAN;
}

/* Similarity and log roughness, the latter from the smooth end on. */
static bool elbow_point(const LamCurve *curve, int place, int domain, double *x, double *y)
{
    const LamCurvePoint *point = curve->points[place];
    if (point == NULL || !(point->domain[domain].roughness > 0))
        return false;
    *x = log(point->domain[domain].roughness);
    *y = point->domain[domain].similarity;
    return true;
}

double lam_curve_elbow(const LamCurve *curve, int domain)
{
    double x0 = 0, y0 = 0, x1 = 0, y1 = 0, x, y, most = 0, lambda = NAN;
    int n = 0;
    for (int i = 0; i < LAM_CURVE_POINTS; i++)
        if (elbow_point(curve, i, domain, &x, &y)) {
            if (n++ == 0) {
                x1 = x;
                y1 = y;
            }
            x0 = x;
            y0 = y;
        }
    if (n < 3 || x1 == x0)
        return NAN;
    for (int i = 0; i < LAM_CURVE_POINTS; i++)
        if (elbow_point(curve, i, domain, &x, &y)) {
            double above = y - (y0 + (y1 - y0) * (x - x0) / (x1 - x0));
            if (above > most) {
                most = above;
                lambda = lam_curve_lambda(i);
            }
        }
    return lambda;
}
