/* The window of preferences. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LAM_TYPE_PREFERENCES (lam_preferences_get_type())
G_DECLARE_FINAL_TYPE(LamPreferences, lam_preferences, LAM, PREFERENCES, GtkWindow)

/* Each change is kept at once. models: LamModelEntry to choose from; NULL: not known yet. */
GtkWindow *lam_preferences_new(GtkWindow *parent, GSettings *settings, const GPtrArray *models);

G_END_DECLS
