/* What the keys of the window of results do. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The name of the window's action, and its parameter (floating, or NULL); NULL: the key does nothing. */
const char *lam_qc_key_action(guint key, GVariant **value);

G_END_DECLS
