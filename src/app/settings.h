/* What a person prefers, kept from one start to the next (GSettings). */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* NULL where the schema is not there: the viewer then starts as it comes, and nothing can be preferred. It is
 * looked for where GSettings does, then relative to the program as models are, so that a program that is not
 * installed has it, too. The caller owns the reference. */
GSettings *lam_settings_new(void);

/* Makes the preferred number of threads that of this program, unless LAM_THREADS is set. For main, before any
 * thread has been started. */
void lam_settings_apply_threads(void);

G_END_DECLS
