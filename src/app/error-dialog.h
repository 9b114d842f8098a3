/* A message about what went wrong. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Modal; goes when it is answered, or with its parent. Both texts are for people. */
void lam_error_dialog_show(GtkWindow *parent, const char *headline, const char *message);

G_END_DECLS
