/* Tables of numbers: values as they stand, and what is wrong with a damaged one. */
#include <lambdascope/error.h>
#include <lambdascope/number_table.h>

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static LamNumberTable *load(const char *text, gssize n, GError **error)
{
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("lam-table-XXXXXX", &path, NULL);
    g_assert_cmpint(fd, >=, 0);
    g_assert_true(g_close(fd, NULL));
    g_assert_true(g_file_set_contents(path, text, n, NULL));
    LamNumberTable *table = lam_number_table_load(path, error);
    g_unlink(path);
    return table;
}

static void test_values(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LamNumberTable) t =
        load("step, Seconds,loss\n1,2.5,-3e-2\r\n\n2,,nan\n3,4,5.", -1, &error);
    g_assert_no_error(error);
    g_assert_cmpint(t->columns, ==, 3);
    g_assert_cmpint(t->rows, ==, 2); /* the last line has no end yet */
    g_assert_cmpint(lam_number_table_find(t, "seconds"), ==, 1);
    g_assert_cmpint(lam_number_table_find(t, "second"), ==, -1);
    g_assert_cmpfloat(lam_number_table_get(t, 0, 1), ==, 2.5);
    g_assert_cmpfloat(lam_number_table_get(t, 0, 2), ==, -3e-2);
    g_assert_cmpfloat(lam_number_table_get(t, 1, 0), ==, 2);
    g_assert_true(isnan(lam_number_table_get(t, 1, 1)));
    g_assert_true(isnan(lam_number_table_get(t, 1, 2)));
}

static void refuse(const char *text, gssize n, const char *why)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(load(text, n, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_FORMAT);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, why));
}

static void test_damaged(void)
{
    g_autoptr(GError) error = NULL;
    refuse("a,b\n1,2\n3\n4,5\n", -1, "line 3: 1 fields, but the first row names 2");
    refuse("a,b\n1,2,3\n", -1, "line 2: 3 fields");
    refuse("a,b\n1,2\n\n1,two\n", -1, "line 4: 'two' is no number");
    refuse("a,b\n1,2x\n", -1, "line 2: '2x' is no number");
    refuse("", 0, "line 1: it is empty");
    refuse("a,b", -1, "line 1: it is empty");
    refuse("a\n\xff\xfe\n", -1, "not a text file");
    g_assert_null(lam_number_table_load("/no/such/table.csv", &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_IO);
    g_assert_nonnull(strstr(error->message, "/no/such/table.csv"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/number-table/values", test_values);
    g_test_add_func("/number-table/damaged", test_damaged);
    return g_test_run();
}
