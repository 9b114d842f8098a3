#include "panel.h"

struct _LamPanel {
    GtkWidget parent;
    GtkWidget *box;
    GtkFlowBox *tabs;
    GtkToggleButton *group; /* the first tab */
    GtkStack *stack;
};

G_DEFINE_FINAL_TYPE(LamPanel, lam_panel, GTK_TYPE_WIDGET)

/* ---- tabs: in rows, for a GtkStackSwitcher would be as wide as all of them ---- */

static void tab_toggled(GtkToggleButton *tab, LamPanel *panel)
{
    if (gtk_toggle_button_get_active(tab))
        gtk_stack_set_visible_child(panel->stack, g_object_get_data(G_OBJECT(tab), "page"));
}

static void page_shown(GtkStack *stack, GParamSpec *pspec, LamPanel *panel)
{
    GtkWidget *page = gtk_stack_get_visible_child(stack);
    GtkWidget *tab = page ? g_object_get_data(G_OBJECT(page), "tab") : NULL;
    if (tab)
        gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(tab), TRUE);
}

static void add_tab(LamPanel *panel, const char *title, GtkWidget *page)
{
    GtkWidget *tab = gtk_toggle_button_new_with_label(title), *child = gtk_flow_box_child_new();
    gtk_toggle_button_set_group(GTK_TOGGLE_BUTTON(tab), panel->group);
    if (!panel->group)
        panel->group = GTK_TOGGLE_BUTTON(tab);
    g_object_set_data(G_OBJECT(tab), "page", page);
    g_object_set_data(G_OBJECT(page), "tab", tab);
    gtk_widget_set_focusable(child, FALSE); /* the tab within has the focus */
    gtk_flow_box_child_set_child(GTK_FLOW_BOX_CHILD(child), tab);
    gtk_flow_box_insert(panel->tabs, child, -1);
    g_signal_connect(tab, "toggled", G_CALLBACK(tab_toggled), panel);
}

void lam_panel_add(LamPanel *panel, const char *name, const char *title, GtkWidget *page)
{
    add_tab(panel, title, page);
    gtk_stack_add_titled(panel->stack, page, name, title);
}

bool lam_panel_show(LamPanel *panel, const char *name)
{
    if (!gtk_stack_get_child_by_name(panel->stack, name))
        return false;
    gtk_stack_set_visible_child_name(panel->stack, name);
    return true;
}

void lam_panel_set_offered(LamPanel *panel, const char *name, bool offered)
{
    GtkWidget *page = gtk_stack_get_child_by_name(panel->stack, name);
    GtkWidget *tab = g_object_get_data(G_OBJECT(page), "tab");
    gtk_widget_set_visible(page, offered); /* where it was shown, the stack shows another */
    gtk_widget_set_visible(gtk_widget_get_parent(tab), offered);
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
    gtk_widget_class_bind_template_child(widget_class, LamPanel, tabs);
    gtk_widget_class_bind_template_child(widget_class, LamPanel, stack);
    gtk_widget_class_bind_template_callback(widget_class, page_shown);
    gtk_widget_class_set_layout_manager_type(widget_class, GTK_TYPE_BIN_LAYOUT);
    gtk_widget_class_set_css_name(widget_class, "panel");
}

static void lam_panel_init(LamPanel *panel)
{
    gtk_widget_init_template(GTK_WIDGET(panel));
}
