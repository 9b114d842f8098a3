#include <lambdascope/error.h>

G_DEFINE_QUARK(lam - error - quark, lam_error)

void lam_error_tidy(GError **error)
{
    if (error == NULL || *error == NULL)
        return;
    for (char *c = (*error)->message; *c != '\0'; c++)
        if (g_ascii_iscntrl(*c))
            *c = '?';
}
