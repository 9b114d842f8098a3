/* Pictures that stand alone: what a λ gave, with a strip at the foot that tells of it. */
#pragma once

#include <lambdascope/scene.h>
#include <lambdascope/session.h>

G_BEGIN_DECLS

/* The snapshot's field into the scene, and λ, figures and notice into its strip. If scene->footer_morphs is
 * set, the strip's track is that of the morph. Errors of lam_texels_new_field, with the scene unchanged. */
bool lam_still_show(LamScene *scene, const LamSnapshot *snapshot, GError **error);

G_END_DECLS
