#include "measure-table.h"

#include <glib/gi18n.h>
#include <lambdascope/labels.h>
#include <math.h>

/* ---- a row ---- */

#define LAM_TYPE_MEASURE_ROW (lam_measure_row_get_type())
G_DECLARE_FINAL_TYPE(LamMeasureRow, lam_measure_row, LAM, MEASURE_ROW, GObject)

struct _LamMeasureRow {
    GObject parent;
    LamLabelMeasure measure;
    char *name;
};

G_DEFINE_FINAL_TYPE(LamMeasureRow, lam_measure_row, G_TYPE_OBJECT)

static void lam_measure_row_finalize(GObject *object)
{
    g_free(LAM_MEASURE_ROW(object)->name);
    G_OBJECT_CLASS(lam_measure_row_parent_class)->finalize(object);
}

static void lam_measure_row_class_init(LamMeasureRowClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = lam_measure_row_finalize;
}

static void lam_measure_row_init(LamMeasureRow *row)
{
}

static LamMeasureRow *row_new(const LamLabelMeasure *measure, const char *name)
{
    LamMeasureRow *row = g_object_new(LAM_TYPE_MEASURE_ROW, NULL);
    row->measure = *measure;
    row->name = name ? g_strdup(name) : g_strdup_printf("%d", measure->label);
    return row;
}

/* ---- columns ---- */

typedef struct {
    const char *title, *format;
    size_t member;
} Column;

/* clang-format off */
static const Column columns[] = {
    {N_("Dice"),      "%.3f",   G_STRUCT_OFFSET(LamLabelMeasure, dice)},
    {N_("HD95"),   "%.1f",   G_STRUCT_OFFSET(LamLabelMeasure, hd95_mm)},
    {N_("Vol. %"),  "%+.1f",  G_STRUCT_OFFSET(LamLabelMeasure, change_percent)},
    {N_("Fixed ml"),  "%.2f",   G_STRUCT_OFFSET(LamLabelMeasure, fixed_ml)},
    {N_("Moving ml"), "%.2f",   G_STRUCT_OFFSET(LamLabelMeasure, moving_ml)},
    {N_("Warped ml"), "%.2f",   G_STRUCT_OFFSET(LamLabelMeasure, warped_ml)},
};
/* clang-format on */

static double value_of(LamMeasureRow *row, const Column *column)
{
    return G_STRUCT_MEMBER(double, &row->measure, column->member);
}

/* What has no figure is smaller than all. */
static int compare_figures(gconstpointer a, gconstpointer b, gpointer user)
{
    double x = value_of((LamMeasureRow *)a, user), y = value_of((LamMeasureRow *)b, user);
    if (isnan(x) || isnan(y))
        return isnan(y) - isnan(x);
    return (x > y) - (x < y);
}

static int compare_names(gconstpointer a, gconstpointer b, gpointer user)
{
    const LamMeasureRow *x = a, *y = b;
    return g_utf8_collate(x->name, y->name);
}

static int compare_labels(gconstpointer a, gconstpointer b, gpointer user)
{
    const LamMeasureRow *x = a, *y = b;
    return x->measure.label - y->measure.label;
}

static void setup_text(GtkListItemFactory *factory, GtkListItem *item, gpointer user)
{
    GtkLabel *label = GTK_LABEL(gtk_label_new(NULL));
    gtk_label_set_xalign(label, 0);
    gtk_label_set_ellipsize(label, PANGO_ELLIPSIZE_END);
    gtk_list_item_set_child(item, GTK_WIDGET(label));
}

static void setup_figure(GtkListItemFactory *factory, GtkListItem *item, gpointer user)
{
    GtkLabel *label = GTK_LABEL(gtk_label_new(NULL));
    gtk_label_set_xalign(label, 1);
    gtk_widget_add_css_class(GTK_WIDGET(label), "figures");
    gtk_list_item_set_child(item, GTK_WIDGET(label));
}

static void bind_label(GtkListItemFactory *factory, GtkListItem *item, gpointer user)
{
    LamMeasureRow *row = gtk_list_item_get_item(item);
    guint8 c[3];
    lam_label_colour(row->measure.label, c);
    g_autofree char *text = g_strdup_printf("<span foreground=\"#%02x%02x%02x\">■</span> %d", c[0],
                                            c[1], c[2], row->measure.label);
    gtk_label_set_markup(GTK_LABEL(gtk_list_item_get_child(item)), text);
}

static void bind_name(GtkListItemFactory *factory, GtkListItem *item, gpointer user)
{
    LamMeasureRow *row = gtk_list_item_get_item(item);
    GtkWidget *label = gtk_list_item_get_child(item);
    gtk_label_set_label(GTK_LABEL(label), row->name);
    gtk_widget_set_tooltip_text(label, row->name);
}

static void bind_figure(GtkListItemFactory *factory, GtkListItem *item, gpointer user)
{
    const Column *column = user;
    double value = value_of(gtk_list_item_get_item(item), column);
    g_autofree char *text = isnan(value) ? g_strdup("–") : g_strdup_printf(column->format, value);
    gtk_label_set_label(GTK_LABEL(gtk_list_item_get_child(item)), text);
}

/* ---- the table ---- */

struct _LamMeasureTable {
    GtkWidget parent;
    GtkWidget *scroller;
    GtkColumnView *view;
    GListStore *rows;
    GtkSelectionModel *selection; /* the view has it */
    GHashTable *selected;         /* labels */
    bool filling;
};

static guint selection_changed_signal;

G_DEFINE_FINAL_TYPE(LamMeasureTable, lam_measure_table, GTK_TYPE_WIDGET)

static GtkColumnViewColumn *add_column(LamMeasureTable *table, const char *title, GCallback setup,
                                       GCallback bind, GCompareDataFunc compare, gpointer user)
{
    GtkListItemFactory *factory = gtk_signal_list_item_factory_new();
    g_signal_connect(factory, "setup", setup, NULL);
    g_signal_connect(factory, "bind", bind, user);
    GtkColumnViewColumn *column = gtk_column_view_column_new(title, factory);
    g_autoptr(GtkSorter) sorter = GTK_SORTER(gtk_custom_sorter_new(compare, user, NULL));
    gtk_column_view_column_set_sorter(column, sorter);
    gtk_column_view_column_set_resizable(column, TRUE);
    gtk_column_view_append_column(table->view, column);
    g_object_unref(column); /* the view has it */
    return column;
}

static void add_columns(LamMeasureTable *table)
{
    GtkColumnViewColumn *first = add_column(table, _("No."), G_CALLBACK(setup_figure),
                                            G_CALLBACK(bind_label), compare_labels, NULL);
    GtkColumnViewColumn *name = add_column(table, _("Structure"), G_CALLBACK(setup_text),
                                           G_CALLBACK(bind_name), compare_names, NULL);
    gtk_column_view_column_set_expand(name, TRUE);
    gtk_column_view_column_set_fixed_width(name, 108);
    for (size_t i = 0; i < G_N_ELEMENTS(columns); i++)
        add_column(table, _(columns[i].title), G_CALLBACK(setup_figure), G_CALLBACK(bind_figure),
                   compare_figures, (gpointer)&columns[i]);
    gtk_column_view_sort_by_column(table->view, first, GTK_SORT_ASCENDING);
}

/* The rows are new ones. */
static void select_again(LamMeasureTable *table)
{
    GListModel *model = G_LIST_MODEL(table->selection);
    for (guint i = 0; i < g_list_model_get_n_items(model); i++) {
        g_autoptr(LamMeasureRow) row = g_list_model_get_item(model, i);
        if (g_hash_table_contains(table->selected, GINT_TO_POINTER(row->measure.label)))
            gtk_selection_model_select_item(table->selection, i, FALSE);
    }
}

void lam_measure_table_show(LamMeasureTable *table, const LamLabelMeasures *measures,
                            LamLabelNamer namer, gpointer user)
{
    int n = measures ? measures->count : 0;
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_object_unref);
    for (int i = 0; i < n; i++) {
        const LamLabelMeasure *measure = &measures->label[i];
        g_ptr_array_add(rows, row_new(measure, namer ? namer(measure->label, user) : NULL));
    }
    table->filling = true;
    g_list_store_splice(table->rows, 0, g_list_model_get_n_items(G_LIST_MODEL(table->rows)),
                        rows->pdata, rows->len);
    select_again(table);
    table->filling = false;
}

bool lam_measure_table_is_selected(LamMeasureTable *table, int label)
{
    return g_hash_table_contains(table->selected, GINT_TO_POINTER(label));
}

bool lam_measure_table_selects_any(LamMeasureTable *table)
{
    return g_hash_table_size(table->selected) > 0;
}

static void selection_changed(GtkSelectionModel *selection, guint position, guint count,
                              LamMeasureTable *table)
{
    if (table->filling)
        return;
    g_hash_table_remove_all(table->selected);
    for (guint i = 0; i < g_list_model_get_n_items(G_LIST_MODEL(selection)); i++) {
        g_autoptr(LamMeasureRow) row = g_list_model_get_item(G_LIST_MODEL(selection), i);
        if (gtk_selection_model_is_selected(selection, i))
            g_hash_table_add(table->selected, GINT_TO_POINTER(row->measure.label));
    }
    g_signal_emit(table, selection_changed_signal, 0);
}

static void lam_measure_table_dispose(GObject *object)
{
    LamMeasureTable *table = LAM_MEASURE_TABLE(object);
    g_clear_pointer(&table->scroller, gtk_widget_unparent);
    g_clear_object(&table->rows);
    g_clear_pointer(&table->selected, g_hash_table_unref);
    G_OBJECT_CLASS(lam_measure_table_parent_class)->dispose(object);
}

static void lam_measure_table_class_init(LamMeasureTableClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = lam_measure_table_dispose;
    selection_changed_signal = g_signal_new("selection-changed", G_TYPE_FROM_CLASS(klass),
                                            G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    gtk_widget_class_set_layout_manager_type(widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void lam_measure_table_init(LamMeasureTable *table)
{
    table->rows = g_list_store_new(LAM_TYPE_MEASURE_ROW);
    table->view = GTK_COLUMN_VIEW(gtk_column_view_new(NULL));
    table->scroller = gtk_scrolled_window_new();
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(table->scroller), GTK_WIDGET(table->view));
    gtk_widget_set_parent(table->scroller, GTK_WIDGET(table));
    add_columns(table);
    GListModel *sorted = G_LIST_MODEL(
        gtk_sort_list_model_new(g_object_ref(G_LIST_MODEL(table->rows)),
                                g_object_ref(gtk_column_view_get_sorter(table->view))));
    table->selected = g_hash_table_new(NULL, NULL);
    table->selection = GTK_SELECTION_MODEL(gtk_multi_selection_new(sorted));
    gtk_column_view_set_model(table->view, table->selection);
    g_object_unref(table->selection); /* the view has it */
    g_signal_connect_object(table->selection, "selection-changed", G_CALLBACK(selection_changed),
                            table, 0);
    gtk_widget_add_css_class(GTK_WIDGET(table->view), "data-table");
    gtk_accessible_update_property(GTK_ACCESSIBLE(table->view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   _("Figures of each label"), -1);
}
