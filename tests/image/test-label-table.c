/* Label tables: columns, sides, mistakes. */
#include <glib/gstdio.h>
#include <lambdascope/label_table.h>
#include <string.h>

static LamLabelTable *load(const char *text, GError **error)
{
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("labels-XXXXXX.csv", &path, NULL);
    g_assert_cmpint(fd, >=, 0);
    g_close(fd, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    LamLabelTable *table = lam_label_table_load(path, error);
    g_unlink(path);
    return table;
}

static void test_sides(void)
{
    g_autoptr(LamLabelTable) t = load(
        "# comment\nintensity_class,value,structure,structure_value\n"
        "7,43,\"right lateral ventricle\",43\n8,163,right lateral ventricle,43\n"
        "1,4,left lateral ventricle,4\n2,136,Left lateral ventricle,4\n9,15,4th ventricle,15\n",
        NULL);
    g_assert_cmpint(t->count, ==, 5);
    g_assert_cmpint(t->label[0].value, ==, 4); /* sorted */
    g_assert_cmpint(lam_label_table_find(t, 43)->tissue, ==, 1);
    g_assert_cmpint(lam_label_table_find(t, 163)->tissue, ==, 2);
    g_assert_cmpint(lam_label_table_find(t, 15)->tissue, ==, 9);
    g_assert_cmpstr(lam_label_table_find(t, 43)->name, ==, "right lateral ventricle");
    g_assert_null(lam_label_table_find(t, 5));
}

/* Rows by value: 4, 12, 43, 100, 136: the second on the left has no second on the right. */
static void test_other_side(void)
{
    g_autoptr(LamLabelTable) t =
        load("value,structure,structure_value\n4,left lateral ventricle,4\n12,3rd ventricle,12\n"
             "43,right lateral ventricle,43\n100,right vessel,100\n136,left lateral ventricle,4\n",
             NULL);
    static const int other[] = {2, 1, 0, 3, 2};
    for (int i = 0; i < 5; i++)
        g_assert_cmpint(lam_label_table_other_side(t, i), ==, other[i]);
    g_assert_cmpint(lam_label_table_zero(t), ==, 0); /* it has none */
    g_autoptr(LamLabelTable) zero = load("value,structure_value\n-3,1\n0,0\n7,2\n", NULL);
    g_assert_cmpint(lam_label_table_zero(zero), ==, 1);
}

static void test_mistakes(void)
{
    static const char *const wrong[][2] = {
        {"", "no labels"},
        {"value,structure_value\n", "no labels"},
        {"value,name\n1,x\n", "line 1"},
        {"value,structure_value\n1,2\nx,3\n", "line 3"},
        {"value,structure_value\n1,2\n1,3\n", "twice"},
        {"value,structure_value\n1\n", "line 2"},
        {"value,structure_value\n99999999999,1\n", "line 2"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(load(wrong[i][0], &error));
        g_assert_nonnull(strstr(error->message, wrong[i][1]));
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(lam_label_table_load("/nowhere/labels.csv", &error));
    g_assert_nonnull(strstr(error->message, "/nowhere/labels.csv"));
}

/* In the order of their values, whatever those of the labels are; of several labels the first. */
static void test_structures(void)
{
    static LamLabel labels[] = {
        {.value = 0}, {.value = 3, .structure = 40}, {.value = 7, .structure = 2},
        {.value = 9}, {.value = 11, .structure = 2}, {.value = 12, .structure = 9}};
    static const int wanted[][2] = {{7, 2}, {12, 9}, {3, 40}};
    const LamLabelTable t = {G_N_ELEMENTS(labels), labels};
    int value = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
        const LamLabel *label = lam_label_table_next_structure(&t, value);
        g_assert_cmpint(label->value, ==, wanted[i][0]);
        g_assert_cmpint(label->structure, ==, wanted[i][1]);
        value = label->structure;
    }
    g_assert_null(lam_label_table_next_structure(&t, value));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/label-table/sides", test_sides);
    g_test_add_func("/label-table/other-side", test_other_side);
    g_test_add_func("/label-table/structures", test_structures);
    g_test_add_func("/label-table/mistakes", test_mistakes);
    return g_test_run();
}
