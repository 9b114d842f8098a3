#include "scan-warnings.h"

#include <glib/gi18n.h>
#include <lambdascope/model_choice.h>
#include <lambdascope/preparation.h>

#define UNLIKE                                                                                     \
    0.25 /* correlation: pairs of one contrast have more, the least of brains that were seen 0.30 */
#define UNSURE                                                                                     \
    0.3 /* agreement of edges: least of the right fits that were seen 0.27, of wrong ones up to 0.21 */

static void add(GString *text, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void add(GString *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (text->len)
        g_string_append(text, "  ·  ");
    g_string_append_vprintf(text, format, arguments);
    va_end(arguments);
}

/* The flags of a scan from a file; the phantom needs none. */
static guint measure(const LamVolume *scan, const LamModel *model)
{
    LamPreparationTarget target = {.spacing_mm = lam_model_spacing_mm(model),
                                   .expects_brain = lam_model_expects_brain(model)};
    LamPreparation preparation;
    lam_model_size(model, target.size);
    bool measured = scan->path && lam_preparation_measure(scan, &target, &preparation, NULL);
    return measured ? preparation.warnings : 0;
}

static void warn_about(GString *text, const LamVolume *scan, const char *name, guint flags)
{
    if (flags & LAM_WARN_HEAD)
        add(text, _("%s looks like a whole head; the model knows stripped brains only"), name);
    if (flags & LAM_WARN_CONFLICT)
        add(text, _("%s: sform and qform differ by %.0f mm; %s is used"), name,
            scan->space_conflict_mm, scan->space_source == LAM_SPACE_SFORM ? "sform" : "qform");
    if (flags & LAM_WARN_NO_ORIENTATION)
        add(text, _("%s: the file does not say where left and right are"), name);
    if (flags & LAM_WARN_FRAME)
        add(text, _("%s: the first of %d frames is shown"), name, scan->frames);
}

/* What is true of both is said once, for there is little room. Returns the flags of that. */
static guint warn_about_both(GString *text, guint flags)
{
    if (flags & LAM_WARN_HEAD)
        add(text, _("these look like whole heads; the model knows stripped brains only"));
    if (flags & LAM_WARN_NO_ORIENTATION)
        add(text, _("the files do not say where left and right are"));
    return flags & (LAM_WARN_HEAD | LAM_WARN_NO_ORIENTATION);
}

static void warn_about_contrasts(GString *text, const LamScanWarnings *about)
{
    bool any = !lam_model_expects_brain(about->model);
    bool differ = lam_affine_contrasts_differ(about->affine);
    if (any && differ)
        add(text, _("two contrasts: the model is one for any contrast"));
    else if (about->not_t1)
        add(text, _("no T1 scans: the model is one for any contrast"));
    else if (!any && (differ || about->affine->correlation < UNLIKE))
        add(text,
            _("the scans look unlike each other: of two contrasts, the deformation is a guess"));
}

char *lam_scan_warnings(const LamScanWarnings *about)
{
    g_autoptr(GString) text = g_string_new(NULL);
    guint fixed = measure(about->fixed, about->model);
    guint moving = measure(about->moving, about->model);
    guint said = warn_about_both(text, fixed & moving);
    warn_about(text, about->fixed, about->fixed_name, fixed & ~said);
    warn_about(text, about->moving, about->moving_name, moving & ~said);
    /* the grid lies around the fixed scan; of a head it is known that not all fits */
    if ((fixed & LAM_WARN_OUTSIDE) && !(fixed & LAM_WARN_HEAD))
        add(text, _("%s: part of it lies outside the model's grid"), about->fixed_name);
    warn_about_contrasts(text, about);
    if (about->affine->agreement < UNSURE)
        add(text, _("the affine alignment is uncertain"));
    return text->len ? g_string_free(g_steal_pointer(&text), FALSE) : NULL;
}
