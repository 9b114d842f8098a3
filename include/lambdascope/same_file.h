/* An export never overwrites an input: what that is asked with. */
#pragma once

#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

/* True if both paths lead to one existing file, whatever names or links they take and whatever part of it
 * they select (PATH#N). Thread-safety: safe. */
bool lam_same_file(const char *a, const char *b);

G_END_DECLS
