/* Cards of the built-in demos: a picture, what it is, and what to look at. A card opens its demo. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LAM_TYPE_GALLERY (lam_gallery_get_type())
G_DECLARE_FINAL_TYPE(LamGallery, lam_gallery, LAM, GALLERY, GtkWidget)

G_END_DECLS
