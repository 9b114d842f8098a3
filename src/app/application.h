/* The program: one for all its windows, however often it is started; style, About. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LAM_TYPE_APPLICATION (lam_application_get_type())
G_DECLARE_FINAL_TYPE(LamApplication, lam_application, LAM, APPLICATION, GtkApplication)

LamApplication *lam_application_new(void);

G_END_DECLS
