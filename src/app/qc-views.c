#include "qc-views.h"

#define FIRST_VIEW "edges-after"
#define BLINK_VIEW "before"

struct _LamQcViews {
    GtkWidget parent;
    GtkBox *box, *buttons;
    GtkStack *stack;
    GtkPicture *picture;
    GtkSpinner *spinner;
    GtkLabel *message;

    GPtrArray *loaded; /* LamQcView; or NULL */
    char *chosen;      /* name of a view */
    bool blinking, filling;
};

G_DEFINE_FINAL_TYPE(LamQcViews, lam_qc_views, GTK_TYPE_WIDGET)

/* The first where there is none of that name. */
static guint find(const LamQcViews *views, const char *name)
{
    for (guint i = 0; i < views->loaded->len; i++)
        if (!g_strcmp0(((LamQcView *)views->loaded->pdata[i])->name, name))
            return i;
    return 0;
}

static void show_picture(LamQcViews *views)
{
    const LamQcView *view =
        views->loaded
            ? views->loaded->pdata[find(views, views->blinking ? BLINK_VIEW : views->chosen)]
            : NULL;
    gtk_picture_set_paintable(views->picture, view ? GDK_PAINTABLE(view->texture) : NULL);
    if (view)
        gtk_accessible_update_property(GTK_ACCESSIBLE(views->picture),
                                       GTK_ACCESSIBLE_PROPERTY_LABEL, view->title, -1);
}

static void choose(LamQcViews *views, const char *name)
{
    char *copy = g_strdup(name);
    g_free(views->chosen);
    views->chosen = copy;
}

static void toggled(GtkToggleButton *button, LamQcViews *views)
{
    if (views->filling || !gtk_toggle_button_get_active(button))
        return;
    choose(views, g_object_get_data(G_OBJECT(button), "view"));
    show_picture(views);
}

static GtkToggleButton *add_button(LamQcViews *views, const LamQcView *view, GtkToggleButton *first)
{
    GtkWidget *button = gtk_toggle_button_new_with_label(view->title);
    g_object_set_data_full(G_OBJECT(button), "view", g_strdup(view->name), g_free);
    gtk_toggle_button_set_group(GTK_TOGGLE_BUTTON(button), first);
    gtk_widget_set_focusable(button, FALSE); /* the keys are the window's */
    g_signal_connect(button, "toggled", G_CALLBACK(toggled), views);
    gtk_box_append(views->buttons, button);
    return GTK_TOGGLE_BUTTON(button);
}

static void show_buttons(LamQcViews *views)
{
    GtkToggleButton *first = NULL;
    GtkWidget *child;
    views->filling = true;
    while ((child = gtk_widget_get_first_child(GTK_WIDGET(views->buttons))))
        gtk_box_remove(views->buttons, child);
    guint chosen = find(views, views->chosen);
    for (guint i = 0; i < views->loaded->len; i++) {
        GtkToggleButton *button = add_button(views, views->loaded->pdata[i], first);
        first = first ? first : button;
        if (i == chosen)
            gtk_toggle_button_set_active(button, TRUE);
    }
    views->filling = false;
}

void lam_qc_views_show(LamQcViews *views, GPtrArray *loaded, const char *error)
{
    if (loaded)
        g_ptr_array_ref(loaded);
    g_clear_pointer(&views->loaded, g_ptr_array_unref);
    views->loaded = loaded;
    gtk_label_set_label(views->message, error ? error : "");
    gtk_spinner_set_spinning(views->spinner, !loaded && !error);
    gtk_stack_set_visible_child_name(views->stack, error ? "message" : loaded ? "picture" : "busy");
    if (loaded) /* else the buttons stay: the next result mostly has the same */
        show_buttons(views);
    show_picture(views);
}

void lam_qc_views_step(LamQcViews *views, int by)
{
    if (!views->loaded)
        return;
    int n = (int)views->loaded->len, at = (int)find(views, views->chosen);
    choose(views, ((LamQcView *)views->loaded->pdata[(at + n + by) % n])->name);
    show_buttons(views);
    show_picture(views);
}

void lam_qc_views_blink(LamQcViews *views, bool on)
{
    if (views->blinking == on)
        return;
    views->blinking = on;
    show_picture(views);
}

static void lam_qc_views_dispose(GObject *object)
{
    LamQcViews *views = LAM_QC_VIEWS(object);
    g_clear_pointer(&views->loaded, g_ptr_array_unref);
    g_clear_pointer(&views->chosen, g_free);
    if (views->box)
        gtk_widget_unparent(GTK_WIDGET(views->box));
    views->box = NULL;
    G_OBJECT_CLASS(lam_qc_views_parent_class)->dispose(object);
}

static void lam_qc_views_class_init(LamQcViewsClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = lam_qc_views_dispose;
    gtk_widget_class_set_layout_manager_type(widget_class, GTK_TYPE_BIN_LAYOUT);
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/lambdascope/Lambdascope/qc-views.ui");
    gtk_widget_class_bind_template_child(widget_class, LamQcViews, box);
    gtk_widget_class_bind_template_child(widget_class, LamQcViews, buttons);
    gtk_widget_class_bind_template_child(widget_class, LamQcViews, stack);
    gtk_widget_class_bind_template_child(widget_class, LamQcViews, picture);
    gtk_widget_class_bind_template_child(widget_class, LamQcViews, spinner);
    gtk_widget_class_bind_template_child(widget_class, LamQcViews, message);
}

static void lam_qc_views_init(LamQcViews *views)
{
    gtk_widget_init_template(GTK_WIDGET(views));
    views->chosen = g_strdup(FIRST_VIEW);
}
