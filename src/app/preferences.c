#include "preferences.h"

#include "drop-down.h"

#include <glib/gi18n.h>
#include <lambdascope/model.h>

struct _LamPreferences {
    GtkWindow parent;
    GtkDropDown *convention, *colours, *model;
    GtkSwitch *crosshair, *smooth, *remember;
    GtkSpinButton *grid, *flicker, *threads;
    GPtrArray *names; /* char *: what the settings call the models of the list */
};

G_DEFINE_FINAL_TYPE(LamPreferences, lam_preferences, GTK_TYPE_WINDOW)

/* ---- between lists and settings ---- */

/* The list's first row stands for true. */
static gboolean row_of_flag(GValue *row, GVariant *flag, gpointer user)
{
    g_value_set_uint(row, g_variant_get_boolean(flag) ? 0 : 1);
    return TRUE;
}

static GVariant *flag_of_row(const GValue *row, const GVariantType *type, gpointer user)
{
    return g_variant_new_boolean(g_value_get_uint(row) == 0);
}

static gboolean row_of_name(GValue *row, GVariant *name, gpointer user)
{
    LamPreferences *preferences = user;
    guint found = 0;
    g_ptr_array_find_with_equal_func(preferences->names, g_variant_get_string(name, NULL),
                                     g_str_equal, &found);
    g_value_set_uint(row, found);
    return TRUE;
}

static GVariant *name_of_row(const GValue *row, const GVariantType *type, gpointer user)
{
    LamPreferences *preferences = user;
    guint i = g_value_get_uint(row);
    return i < preferences->names->len ? g_variant_new_string(preferences->names->pdata[i]) : NULL;
}

static void colours_chosen(GtkDropDown *list, GParamSpec *pspec, GSettings *settings)
{
    g_settings_set_enum(settings, "colours", (int)gtk_drop_down_get_selected(list));
}

/* ---- the window ---- */

static void add_model(LamPreferences *preferences, GtkStringList *list, const char *name,
                      const char *title)
{
    g_ptr_array_add(preferences->names, g_strdup(name));
    gtk_string_list_append(list, title);
}

/* One that is preferred stays in the list, though it be gone or lie elsewhere. */
static void fill_models(LamPreferences *preferences, GSettings *settings, const GPtrArray *models)
{
    g_autoptr(GtkStringList) list = gtk_string_list_new(NULL);
    g_autofree char *now = g_settings_get_string(settings, "model");
    add_model(preferences, list, "", _("What suits the scans"));
    for (guint i = 0; models && i < models->len; i++) {
        const LamModelEntry *entry = models->pdata[i];
        add_model(preferences, list, entry->name, entry->title);
    }
    if (!g_ptr_array_find_with_equal_func(preferences->names, now, g_str_equal, NULL))
        add_model(preferences, list, now, now);
    gtk_drop_down_set_model(preferences->model, G_LIST_MODEL(list));
}

static void bind(LamPreferences *preferences, GSettings *settings)
{
    const struct {
        const char *key, *property;
        gpointer widget;
    } plain[] = {
        {"crosshair", "active", preferences->crosshair},
        {"smooth", "active", preferences->smooth},
        {"remember-window", "active", preferences->remember},
        {"grid-mm", "value", preferences->grid},
        {"flicker-hz", "value", preferences->flicker},
        {"threads", "value", preferences->threads},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(plain); i++)
        g_settings_bind(settings, plain[i].key, plain[i].widget, plain[i].property,
                        G_SETTINGS_BIND_DEFAULT);
    g_settings_bind_with_mapping(settings, "radiological", preferences->convention, "selected",
                                 G_SETTINGS_BIND_DEFAULT, row_of_flag, flag_of_row, NULL, NULL);
    g_settings_bind_with_mapping(settings, "model", preferences->model, "selected",
                                 G_SETTINGS_BIND_DEFAULT, row_of_name, name_of_row, preferences,
                                 NULL);
    gtk_drop_down_set_selected(preferences->colours,
                               (guint)g_settings_get_enum(settings, "colours"));
    g_signal_connect_object(preferences->colours, "notify::selected", G_CALLBACK(colours_chosen),
                            settings, 0);
}

GtkWindow *lam_preferences_new(GtkWindow *parent, GSettings *settings, const GPtrArray *models)
{
    LamPreferences *preferences = g_object_new(LAM_TYPE_PREFERENCES, "transient-for", parent, NULL);
    fill_models(preferences, settings, models);
    bind(preferences, settings);
    return GTK_WINDOW(preferences);
}

static void lam_preferences_finalize(GObject *object)
{
    g_ptr_array_unref(LAM_PREFERENCES(object)->names);
    G_OBJECT_CLASS(lam_preferences_parent_class)->finalize(object);
}

static void lam_preferences_class_init(LamPreferencesClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->finalize = lam_preferences_finalize;
    gtk_widget_class_set_template_from_resource(
        widget_class, "/io/github/lambdascope/Lambdascope/preferences.ui");
    gtk_widget_class_bind_template_child(widget_class, LamPreferences, convention);
    gtk_widget_class_bind_template_child(widget_class, LamPreferences, crosshair);
    gtk_widget_class_bind_template_child(widget_class, LamPreferences, smooth);
    gtk_widget_class_bind_template_child(widget_class, LamPreferences, colours);
    gtk_widget_class_bind_template_child(widget_class, LamPreferences, grid);
    gtk_widget_class_bind_template_child(widget_class, LamPreferences, flicker);
    gtk_widget_class_bind_template_child(widget_class, LamPreferences, model);
    gtk_widget_class_bind_template_child(widget_class, LamPreferences, threads);
    gtk_widget_class_bind_template_child(widget_class, LamPreferences, remember);
    gtk_widget_class_add_binding_action(widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void lam_preferences_init(LamPreferences *preferences)
{
    preferences->names = g_ptr_array_new_with_free_func(g_free);
    gtk_widget_init_template(GTK_WIDGET(preferences));
    lam_drop_down_set_name(preferences->convention, _("Sides"));
    lam_drop_down_set_name(preferences->colours, _("Colours"));
    lam_drop_down_set_name(preferences->model, _("Model"));
}
