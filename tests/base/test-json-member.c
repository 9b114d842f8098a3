/* Members of JSON that may be missing, or of another kind. */
#include <json-glib/json-glib.h>
#include <lambdascope/error.h>
#include <lambdascope/json_member.h>

#include <math.h>
#include <string.h>

static const char text[] =
    "{\"whole\": 3, \"real\": -2.5, \"text\": \"λ\", \"yes\": true, \"nothing\": null,"
    " \"list\": [1, \"a\"], \"object\": {\"inner\": 7}}";

static JsonObject *parsed(JsonParser *parser)
{
    GError *error = NULL;
    g_assert_true(lam_json_parse(parser, text, strlen(text), &error));
    g_assert_no_error(error);
    return lam_json_object(json_parser_get_root(parser));
}

static void test_kinds(void)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    JsonObject *o = parsed(parser);
    g_assert_nonnull(o);
    g_assert_cmpfloat(lam_json_number_of(o, "whole"), ==, 3);
    g_assert_cmpfloat(lam_json_number_of(o, "real"), ==, -2.5);
    g_assert_cmpstr(lam_json_text_of(o, "text"), ==, "λ");
    g_assert_cmpuint(json_array_get_length(lam_json_array_of(o, "list")), ==, 2);
    g_assert_cmpfloat(lam_json_number_of(lam_json_object_of(o, "object"), "inner"), ==, 7);
}

/* Nothing is taken for what it is not, true for 1 say. */
static void test_other_kinds(void)
{
    static const char *const names[] = {"whole",   "real", "text",   "yes",
                                        "nothing", "list", "object", "absent"};
    g_autoptr(JsonParser) parser = json_parser_new();
    JsonObject *o = parsed(parser);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_assert_cmpint(isnan(lam_json_number_of(o, names[i])), ==, i > 1);
        g_assert_cmpint(lam_json_text_of(o, names[i]) != NULL, ==, i == 2);
        g_assert_cmpint(lam_json_array_of(o, names[i]) != NULL, ==, i == 5);
        g_assert_cmpint(lam_json_object_of(o, names[i]) != NULL, ==, i == 6);
        g_assert_cmpint(lam_json_member(o, names[i]) != NULL, ==, i != 7);
    }
}

static void test_nothing(void)
{
    g_assert_null(lam_json_object(NULL));
    g_assert_null(lam_json_array(NULL));
    g_assert_null(lam_json_text(NULL));
    g_assert_true(isnan(lam_json_number(NULL)));
    g_assert_null(lam_json_object_of(NULL, "a"));
    g_assert_true(isnan(lam_json_number_of(NULL, "a")));
}

static void refuse(const char *bad, size_t length)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonParser) parser = json_parser_new();
    g_assert_false(lam_json_parse(parser, bad, length, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_FORMAT);
}

static void test_bad(void)
{
    g_autofree char *deep = g_strnfill(100000, '[');
    refuse(deep, 100000);
    refuse("{\"a\": \"\xff\"}", 9);
    refuse("{\"a\": ", 6);
    refuse("{\"a\": 1", 7);
    /* brackets in texts nest nothing */
    static const char quoted[] = "[\"[[[[[[[[[[[[[[[[[[[[\\\"[[[[\"]";
    g_autoptr(JsonParser) parser = json_parser_new();
    g_assert_true(lam_json_parse(parser, quoted, strlen(quoted), NULL));
    g_assert_nonnull(lam_json_array(json_parser_get_root(parser)));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/json-member/kinds", test_kinds);
    g_test_add_func("/json-member/other-kinds", test_other_kinds);
    g_test_add_func("/json-member/nothing", test_nothing);
    g_test_add_func("/json-member/bad", test_bad);
    return g_test_run();
}
