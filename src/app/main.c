#include "application.h"
#include "beside-program.h"
#include "settings.h"

#include <glib/gi18n.h>

#include <locale.h>

/* Those that were built with the program, where it is not installed. */
static void bind_translations(void)
{
    g_autofree char *built = lam_beside_program("po/de/LC_MESSAGES/" GETTEXT_PACKAGE ".mo");
    g_autofree char *folder = built ? lam_beside_program("po") : NULL;
    bindtextdomain(GETTEXT_PACKAGE, folder ? folder : LAM_LOCALE_FOLDER);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    bind_translations();
    bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
    textdomain(GETTEXT_PACKAGE);
    g_set_application_name("Lambdascope");
    lam_settings_apply_threads();
    g_autoptr(LamApplication) application = lam_application_new();
    return g_application_run(G_APPLICATION(application), argc, argv);
}
