#include "card-text.h"

#include <string.h>

/* ---- looks ---- */

static void add_tags(GtkTextBuffer *buffer)
{
    if (gtk_text_tag_table_lookup(gtk_text_buffer_get_tag_table(buffer), "title"))
        return;
    gtk_text_buffer_create_tag(buffer, "title", "weight", 700, "scale", 1.3, "pixels-below-lines",
                               6, NULL);
    gtk_text_buffer_create_tag(buffer, "heading", "weight", 700, "scale", 1.1, "pixels-above-lines",
                               8, NULL);
    gtk_text_buffer_create_tag(buffer, "bold", "weight", 700, NULL);
    gtk_text_buffer_create_tag(buffer, "code", "family", "monospace", NULL);
    gtk_text_buffer_create_tag(buffer, "block", "family", "monospace", "scale", 0.9, "left-margin",
                               16, "wrap-mode", GTK_WRAP_CHAR, NULL);
    gtk_text_buffer_create_tag(buffer, "item", "left-margin", 14, "indent", -10, NULL);
}

static void append(GtkTextBuffer *buffer, const char *text, gssize length, const char *tag)
{
    GtkTextIter end;
    gtk_text_buffer_get_end_iter(buffer, &end);
    if (tag)
        gtk_text_buffer_insert_with_tags_by_name(buffer, &end, text, (int)length, tag, NULL);
    else
        gtk_text_buffer_insert(buffer, &end, text, (int)length);
}

/* ---- within a line ---- */

/* "[text](address)" leaves its text; returns what follows, or NULL if it is no link. */
static const char *add_link(GtkTextBuffer *buffer, const char *at)
{
    const char *middle = strstr(at, "]("), *end = middle ? strchr(middle, ')') : NULL;
    if (!end)
        return NULL;
    append(buffer, at + 1, middle - at - 1, NULL);
    return end + 1;
}

/* What stands between two marks; returns what follows, or NULL if there is no second one. */
static const char *add_marked(GtkTextBuffer *buffer, const char *at, const char *mark,
                              const char *tag)
{
    size_t length = strlen(mark);
    const char *end = g_str_has_prefix(at, mark) ? strstr(at + length, mark) : NULL;
    if (!end)
        return NULL;
    append(buffer, at + length, end - at - (gssize)length, tag);
    return end + length;
}

static void add_line(GtkTextBuffer *buffer, const char *line)
{
    const char *at = line;
    while (*at) {
        size_t plain = strcspn(at, "*`[");
        append(buffer, at, (gssize)plain, NULL);
        at += plain;
        if (!*at)
            return;
        const char *next = add_marked(buffer, at, "**", "bold");
        next = next ? next : add_marked(buffer, at, "`", "code");
        next = next || *at != '[' ? next : add_link(buffer, at);
        if (!next)
            append(buffer, at, 1, NULL);
        at = next ? next : at + 1;
    }
}

/* ---- tables ---- */

static bool is_table(const char *line)
{
    return *line == '|';
}

/* The cells of a row without the bars; NULL for the line below a table's head, and for an empty head. */
static char **cells_of(const char *line)
{
    if (strspn(line, "|-: ") == strlen(line))
        return NULL;
    g_auto(GStrv) parts = g_strsplit(line, "|", -1);
    guint n = g_strv_length(parts);
    GPtrArray *cells = g_ptr_array_new();
    for (guint i = 1; i + 1 < n; i++)
        g_ptr_array_add(cells, g_strdup(g_strstrip(parts[i])));
    g_ptr_array_add(cells, NULL);
    return (char **)g_ptr_array_free(cells, FALSE);
}

/* Of two columns: the first in bold, before the second. More: between tabulators. */
static void add_row(GtkTextBuffer *buffer, const char *line)
{
    g_auto(GStrv) cells = cells_of(line);
    if (!cells)
        return;
    bool pair = g_strv_length(cells) == 2;
    for (int i = 0; cells[i]; i++) {
        if (i > 0)
            append(buffer, pair ? "  " : "\t", -1, NULL);
        if (pair && i == 0)
            append(buffer, cells[i], -1, "bold");
        else
            add_line(buffer, cells[i]);
    }
    append(buffer, "\n", 1, NULL);
}

/* ---- lines ---- */

static void add(GtkTextBuffer *buffer, const char *line)
{
    if (g_str_has_prefix(line, "# ")) {
        append(buffer, line + 2, -1, "title");
    } else if (g_str_has_prefix(line, "## ") || g_str_has_prefix(line, "### ")) {
        append(buffer, strchr(line, ' ') + 1, -1, "heading");
    } else if (g_str_has_prefix(line, "    ")) {
        append(buffer, line + 4, -1, "block");
    } else if (is_table(line)) {
        add_row(buffer, line);
        return;
    } else if (g_str_has_prefix(line, "- ") || g_str_has_prefix(line, "* ")) {
        append(buffer, "• ", -1, "item");
        add_line(buffer, line + 2);
    } else {
        add_line(buffer, line);
    }
    append(buffer, "\n", 1, NULL);
}

void lam_card_text_show(GtkTextBuffer *buffer, const char *markdown)
{
    g_autofree char *valid = g_utf8_make_valid(markdown, -1);
    g_auto(GStrv) lines = g_strsplit(valid, "\n", -1);
    GtkTextIter start;
    add_tags(buffer);
    gtk_text_buffer_set_text(buffer, "", 0);
    for (int i = 0; lines[i]; i++)
        add(buffer, lines[i]);
    gtk_text_buffer_get_start_iter(buffer, &start);
    gtk_text_buffer_place_cursor(buffer, &start);
}
