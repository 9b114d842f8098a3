/* Page Up and Page Down step through the slices, wherever the focus is. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* For a slider, which would move by a page itself. */
void lam_slice_keys_add(GtkWidget *slider);

G_END_DECLS
