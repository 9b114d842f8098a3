/* A model's card (Markdown) made readable: headings, emphasis, code, lists, tables and links as a text view
 * shows them. Not a whole Markdown reader: what it does not know stays as it is written. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Replaces what the buffer holds. */
void lam_card_text_show(GtkTextBuffer *buffer, const char *markdown);

G_END_DECLS
