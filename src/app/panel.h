/* The panel at the window's right: pages, one shown at a time, with a switcher above them. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LAM_TYPE_PANEL (lam_panel_get_type())
G_DECLARE_FINAL_TYPE(LamPanel, lam_panel, LAM, PANEL, GtkWidget)

/* name: what lam_panel_show takes; title: translated. A page knows by "map" and "unmap" whether it is seen. */
void lam_panel_add(LamPanel *panel, const char *name, const char *title, GtkWidget *page);
/* Whether the switcher has it; at first, it has. Where it is shown and is no longer offered, another one is. */
void lam_panel_set_offered(LamPanel *panel, const char *name, bool offered);
/* False if there is no page of that name. */
bool lam_panel_show(LamPanel *panel, const char *name);
/* The page that is shown or would be; NULL: there is none. */
const char *lam_panel_shown(LamPanel *panel);

G_END_DECLS
