#include "drop-down.h"

void lam_drop_down_set_name(GtkDropDown *list, const char *name)
{
    GtkWidget *const parts[] = {GTK_WIDGET(list), gtk_widget_get_first_child(GTK_WIDGET(list))};
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        gtk_accessible_update_property(GTK_ACCESSIBLE(parts[i]), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       name, -1);
}
