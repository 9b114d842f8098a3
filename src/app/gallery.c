#include "gallery.h"

#include <glib/gi18n.h>
#include <lambdascope/demos.h>

#define PICTURES       "/io/github/lambdascope/Lambdascope/demos"
#define CARD_WIDTH     236 /* logical pixels */
#define PICTURE_HEIGHT 148
#define TEXT_CHARS     34

struct _LamGallery {
    GtkWidget parent;
    GtkWidget *cards; /* GtkFlowBox */
};

G_DEFINE_FINAL_TYPE(LamGallery, lam_gallery, GTK_TYPE_WIDGET)

static GtkWidget *new_text(const char *text, const char *class)
{
    GtkWidget *label = gtk_label_new(text);
    gtk_label_set_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_max_width_chars(GTK_LABEL(label), TEXT_CHARS);
    gtk_widget_add_css_class(label, class);
    return label;
}

/* The files have twice as many pixels, for dense displays. */
static GtkWidget *new_picture(const LamDemo *demo)
{
    const graphene_size_t size = {CARD_WIDTH, PICTURE_HEIGHT};
    g_autofree char *path = g_strdup_printf(PICTURES "/%s.png", demo->name);
    g_autoptr(GdkTexture) texture = gdk_texture_new_from_resource(path);
    GtkSnapshot *snapshot = gtk_snapshot_new();
    gtk_snapshot_append_texture(snapshot, texture,
                                &GRAPHENE_RECT_INIT(0, 0, CARD_WIDTH, PICTURE_HEIGHT));
    g_autoptr(GdkPaintable) paintable = gtk_snapshot_free_to_paintable(snapshot, &size);
    GtkWidget *picture = gtk_picture_new_for_paintable(paintable);
    gtk_picture_set_can_shrink(GTK_PICTURE(picture), FALSE);
    return picture;
}

static GtkWidget *new_card(const LamDemo *demo)
{
    GtkWidget *card = gtk_button_new(), *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    gtk_box_append(GTK_BOX(box), new_picture(demo));
    gtk_box_append(GTK_BOX(box), new_text(_(demo->title), "title"));
    gtk_box_append(GTK_BOX(box), new_text(_(demo->look), "look"));
    gtk_button_set_child(GTK_BUTTON(card), box);
    gtk_widget_add_css_class(card, "demo");
    gtk_actionable_set_action_name(GTK_ACTIONABLE(card), "win.demo");
    gtk_actionable_set_action_target(GTK_ACTIONABLE(card), "s", demo->name);
    gtk_accessible_update_property(GTK_ACCESSIBLE(card), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   _(demo->title), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                   _(demo->look), -1);
    return card;
}

static void lam_gallery_dispose(GObject *object)
{
    g_clear_pointer(&LAM_GALLERY(object)->cards, gtk_widget_unparent);
    G_OBJECT_CLASS(lam_gallery_parent_class)->dispose(object);
}

static void lam_gallery_class_init(LamGalleryClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = lam_gallery_dispose;
    gtk_widget_class_set_layout_manager_type(GTK_WIDGET_CLASS(klass), GTK_TYPE_BIN_LAYOUT);
    gtk_widget_class_set_css_name(GTK_WIDGET_CLASS(klass), "gallery");
}

static void lam_gallery_init(LamGallery *gallery)
{
    size_t count;
    const LamDemo *demos = lam_demos(&count);
    gallery->cards = gtk_flow_box_new();
    GtkFlowBox *cards = GTK_FLOW_BOX(gallery->cards);
    gtk_flow_box_set_selection_mode(cards, GTK_SELECTION_NONE);
    gtk_flow_box_set_homogeneous(cards, TRUE);
    gtk_flow_box_set_max_children_per_line(cards, (guint)count);
    gtk_flow_box_set_column_spacing(cards, 8);
    gtk_flow_box_set_row_spacing(cards, 8);
    for (size_t i = 0; i < count; i++) {
        GtkWidget *child = gtk_flow_box_child_new();
        gtk_widget_set_focusable(child, FALSE); /* the card within has the focus */
        gtk_flow_box_child_set_child(GTK_FLOW_BOX_CHILD(child), new_card(&demos[i]));
        gtk_flow_box_insert(cards, child, -1);
    }
    gtk_widget_set_parent(gallery->cards, GTK_WIDGET(gallery));
}
