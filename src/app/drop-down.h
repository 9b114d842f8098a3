/* Drop-down lists. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* For screen readers: names the list and the button in it, which has the focus and would be read out by the name of
 * its type. */
void lam_drop_down_set_name(GtkDropDown *list, const char *name);

G_END_DECLS
