/* What comes with the program, found from where the program lies, so that no path has to be compiled in. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The nearest path that ends as given, below the program's folder or one of the three above it; NULL if there is none.
 * Free with g_free. */
char *lam_beside_program(const char *ending);

G_END_DECLS
