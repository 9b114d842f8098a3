/* Names of labels: the columns' names, and mistakes. */
#include <glib/gstdio.h>
#include <lambdascope/error.h>
#include <lambdascope/label_names.h>
#include <string.h>

static LamLabelNames *load(const char *text, gssize n, GError **error)
{
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("names-XXXXXX.csv", &path, NULL);
    g_assert_cmpint(fd, >=, 0);
    g_close(fd, NULL);
    g_assert_true(g_file_set_contents(path, text, n, NULL));
    LamLabelNames *names = lam_label_names_load(path, error);
    g_unlink(path);
    return names;
}

static void test_columns(void)
{
    static const char *const texts[] = {
        "value,name\n44,\"Ventricle, right\"\n-3,odd\n5,\n",
        "# comment\nclass,name,Label\nx,\"Ventricle, right\",44\n\ny,odd,-3\nz,,5\n",
        "Label Number,Label Name,Class\r\n44,\"Ventricle, right\",None\r\n-3,odd,\r\n",
        "value,structure_value,structure,intensity_class\n44,4,\"Ventricle, "
        "right\",1\n-3,0,odd,0\n",
    };
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(LamLabelNames) names = load(texts[i], -1, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(lam_label_names_find(names, 44), ==, "Ventricle, right");
        g_assert_cmpstr(lam_label_names_find(names, -3), ==, "odd");
        g_assert_null(lam_label_names_find(names, 5));
    }
    g_assert_null(lam_label_names_find(NULL, 44));
}

static void test_mistakes(void)
{
    static const char *const wrong[][2] = {
        {"", "it is empty"},
        {"# nothing\n", "it is empty"},
        {"value,colour\n1,red\n", "line 1: the first row must name"},
        {"name\nred\n", "line 1: the first row must name"},
        {"value,name\n1,a\nx,b\n", "line 3: a whole number"},
        {"value,name\n,b\n", "line 2: a whole number"},
        {"value,name\n99999999999,b\n", "line 2: a whole number"},
        {"value,name\n1,a\n\n1,b\n", "line 4: the label has a name already"},
        {"value,name\n1,\xff\xfe\n", "not a text file"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(load(wrong[i][0], -1, &error));
        g_assert_error(error, LAM_ERROR, LAM_ERROR_FORMAT);
        if (strstr(error->message, wrong[i][1]) == NULL)
            g_error("'%s' expected in: %s", wrong[i][1], error->message);
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(lam_label_names_load("/no/such/names.csv", &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_IO);
    g_assert_nonnull(strstr(error->message, "/no/such/names.csv"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/label-names/columns", test_columns);
    g_test_add_func("/label-names/mistakes", test_mistakes);
    return g_test_run();
}
