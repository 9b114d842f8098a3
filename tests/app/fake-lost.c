/* A driver that loses its context as often as the file E2E_LOSE_CONTEXT says. */
#include <lambdascope/renderer.h>

#include <stdlib.h>

bool lam_renderer_is_lost(void)
{
    const char *path = g_getenv("E2E_LOSE_CONTEXT");
    g_autofree char *text = NULL;
    if (!path || !g_file_get_contents(path, &text, NULL, NULL) || atoi(text) < 1)
        return false;
    g_autofree char *rest = g_strdup_printf("%d", atoi(text) - 1);
    return g_file_set_contents(path, rest, -1, NULL);
}
