/* The bar that plays: what, where it is, how fast, to and fro. It keeps time and says where to go; what that
 * means for the picture is the window's. */
#pragma once

#include <gtk/gtk.h>
#include <lambdascope/play.h>

G_BEGIN_DECLS

#define LAM_TYPE_PLAY_BAR (lam_play_bar_get_type())
G_DECLARE_FINAL_TYPE(LamPlayBar, lam_play_bar, LAM, PLAY_BAR, GtkWidget)

/* Signals: "moved" (double position): played or dragged there; the bar itself shows it only once it is told
 * to. "changed": another kind, or it plays or has stopped. */

LamPlayKind lam_play_bar_get_kind(LamPlayBar *bar);
void lam_play_bar_set_kind(LamPlayBar *bar, LamPlayKind kind);
/* Which kinds there are; the morph and λ always. number: of LAM_PLAY_ATTRIBUTE, what is played and its ends in
 * words; NULL: there is none. Copied. */
typedef struct {
    const char *title, *first, *last;
} LamPlayNumber;
void lam_play_bar_offer(LamPlayBar *bar, bool slices, const LamPlayNumber *number);

bool lam_play_bar_is_playing(LamPlayBar *bar);
/* From where it is. */
void lam_play_bar_set_playing(LamPlayBar *bar, bool playing);
/* What was chosen. */
LamPlayCourse lam_play_bar_course(LamPlayBar *bar);

/* Where it is, in [0,1] and in words. */
void lam_play_bar_show(LamPlayBar *bar, double position, const char *text);

G_END_DECLS
