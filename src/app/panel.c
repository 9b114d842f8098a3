#include "panel.h"

struct _LamPanel {
    GtkWidget parent;
    GtkWidget *box;
    GtkStack *stack;
};

G_DEFINE_FINAL_TYPE(LamPanel, lam_panel, GTK_TYPE_WIDGET)

void lam_panel_add(LamPanel *panel, const char *name, const char *title, GtkWidget *page)
{
    gtk_stack_add_titled(panel->stack, page, name, title);
}

bool lam_panel_show(LamPanel *panel, const char *name)
{
    if (!gtk_stack_get_child_by_name(panel->stack, name))
        return false;
    gtk_stack_set_visible_child_name(panel->stack, name);
    return true;
}

const char *lam_panel_shown(LamPanel *panel)
{
    return gtk_stack_get_visible_child_name(panel->stack);
}

static void lam_panel_dispose(GObject *object)
{
    g_clear_pointer(&LAM_PANEL(object)->box, gtk_widget_unparent);
    G_OBJECT_CLASS(lam_panel_parent_class)->dispose(object);
}

static void lam_panel_class_init(LamPanelClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = lam_panel_dispose;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/lambdascope/Lambdascope/panel.ui");
    gtk_widget_class_bind_template_child(widget_class, LamPanel, box);
    gtk_widget_class_bind_template_child(widget_class, LamPanel, stack);
    gtk_widget_class_set_layout_manager_type(widget_class, GTK_TYPE_BIN_LAYOUT);
    gtk_widget_class_set_css_name(widget_class, "panel");
}

static void lam_panel_init(LamPanel *panel)
{
    gtk_widget_init_template(GTK_WIDGET(panel));
}
