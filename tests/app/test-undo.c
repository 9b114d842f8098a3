/* Steps on an integer. */
#include <lambdascope/undo.h>

typedef struct {
    int *value, *alive;
    int from, to;
} Change;

static void apply(gpointer data)
{
    *((Change *)data)->value = ((Change *)data)->to;
}

static void revert(gpointer data)
{
    *((Change *)data)->value = ((Change *)data)->from;
}

static void destroy(gpointer data)
{
    --*((Change *)data)->alive;
    g_free(data);
}

/* Steps of one join. */
static bool absorb(gpointer data, gconstpointer newer)
{
    Change *change = data;
    const Change *next = newer;
    if (ABS(next->to - next->from) != 1)
        return false;
    change->to = next->to;
    return true;
}

typedef struct {
    LamUndo *undo;
    int value, alive, told;
} Bench;

static void tell(gpointer user)
{
    ((Bench *)user)->told++;
}

static void change(Bench *bench, int to, bool joins)
{
    Change *data = g_new(Change, 1);
    *data = (Change){&bench->value, &bench->alive, bench->value, to};
    bench->alive++;
    bench->value = to;
    g_autofree char *name = g_strdup_printf("to %d", to);
    LamUndoStep step = {name, apply, revert, data, destroy, joins ? absorb : NULL};
    lam_undo_push(bench->undo, &step);
}

static void begin(Bench *bench, guint limit)
{
    *bench = (Bench){0};
    bench->undo = lam_undo_new(limit, tell, bench);
}

static void end(Bench *bench)
{
    lam_undo_free(bench->undo);
    g_assert_cmpint(bench->alive, ==, 0);
}

static void test_there_and_back(void)
{
    Bench bench;
    begin(&bench, 10);
    g_assert_false(lam_undo_undo(bench.undo));
    g_assert_null(lam_undo_undo_name(bench.undo));
    change(&bench, 5, false);
    change(&bench, 9, false);
    g_assert_cmpstr(lam_undo_undo_name(bench.undo), ==, "to 9");
    g_assert_true(lam_undo_undo(bench.undo));
    g_assert_cmpint(bench.value, ==, 5);
    g_assert_cmpstr(lam_undo_undo_name(bench.undo), ==, "to 5");
    g_assert_cmpstr(lam_undo_redo_name(bench.undo), ==, "to 9");
    g_assert_true(lam_undo_undo(bench.undo));
    g_assert_cmpint(bench.value, ==, 0);
    g_assert_true(lam_undo_redo(bench.undo));
    g_assert_true(lam_undo_redo(bench.undo));
    g_assert_false(lam_undo_redo(bench.undo));
    g_assert_cmpint(bench.value, ==, 9);
    g_assert_cmpint(bench.told, ==, 6);
    end(&bench);
}

static void test_new_step_ends_redo(void)
{
    Bench bench;
    begin(&bench, 10);
    change(&bench, 5, false);
    lam_undo_undo(bench.undo);
    change(&bench, 7, false);
    g_assert_null(lam_undo_redo_name(bench.undo));
    g_assert_cmpint(bench.alive, ==, 1);
    lam_undo_undo(bench.undo);
    g_assert_cmpint(bench.value, ==, 0);
    end(&bench);
}

static void test_drag_is_one_step(void)
{
    Bench bench;
    begin(&bench, 10);
    change(&bench, 20, true); /* too far to join */
    for (int i = 21; i <= 60; i++)
        change(&bench, i, true);
    g_assert_cmpint(bench.alive, ==, 1);
    lam_undo_undo(bench.undo);
    g_assert_cmpint(bench.value, ==, 0);
    change(&bench, 1, true); /* after an undo there is nothing to join */
    g_assert_cmpint(bench.alive, ==, 1);
    change(&bench, 30, true);
    g_assert_cmpint(bench.alive, ==, 2);
    lam_undo_undo(bench.undo);
    g_assert_cmpint(bench.value, ==, 1);
    end(&bench);
}

static void test_limit(void)
{
    Bench bench;
    begin(&bench, 8);
    for (int i = 1; i <= 10000; i++)
        change(&bench, i, false);
    g_assert_cmpint(bench.alive, ==, 8);
    int undone = 0;
    while (lam_undo_undo(bench.undo))
        undone++;
    g_assert_cmpint(undone, ==, 8);
    g_assert_cmpint(bench.value, ==, 10000 - 8);
    lam_undo_clear(bench.undo);
    g_assert_null(lam_undo_redo_name(bench.undo));
    g_assert_cmpint(bench.alive, ==, 0);
    end(&bench);
}

/* What a program does when a value changes, whoever changes it. */
static void echo(gpointer data)
{
    Bench *bench = data;
    change(bench, 77, false);
    bench->value = 1;
}

static void test_echo(void)
{
    Bench bench;
    begin(&bench, 8);
    LamUndoStep step = {.name = "echo", .apply = echo, .revert = echo, .data = &bench};
    lam_undo_push(bench.undo, &step);
    g_assert_true(lam_undo_undo(bench.undo));
    g_assert_null(lam_undo_undo_name(bench.undo));
    g_assert_cmpstr(lam_undo_redo_name(bench.undo), ==, "echo");
    g_assert_cmpint(bench.alive, ==, 0);
    end(&bench);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/undo/there-and-back", test_there_and_back);
    g_test_add_func("/undo/new-step-ends-redo", test_new_step_ends_redo);
    g_test_add_func("/undo/drag-is-one-step", test_drag_is_one_step);
    g_test_add_func("/undo/limit", test_limit);
    g_test_add_func("/undo/echo", test_echo);
    return g_test_run();
}
