/* The line of figures under the slider. Figures that are not those of the picture are dimmed. */
#pragma once

#include <gtk/gtk.h>
#include <lambdascope/session.h>

G_BEGIN_DECLS

#define LAM_TYPE_READOUT (lam_readout_get_type())
G_DECLARE_FINAL_TYPE(LamReadout, lam_readout, LAM, READOUT, GtkWidget)

/* Shows a result; a similarity that is not known yet leaves the last one, dimmed. */
void lam_readout_show(LamReadout *readout, const LamSnapshot *snapshot);
/* All figures belong to an earlier picture. */
void lam_readout_set_stale(LamReadout *readout, bool stale);
/* A word about the pair; NULL removes it. */
void lam_readout_set_message(LamReadout *readout, const char *message);
void lam_readout_clear(LamReadout *readout);

G_END_DECLS
