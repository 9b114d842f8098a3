/* The one error domain. Functions that can fail return bool or a pointer and take GError **.
 * A message reads "what failed: the subject: why" and is set once, where the cause is known. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LAM_ERROR (lam_error_quark())

typedef enum {
    LAM_ERROR_IO,          /* cannot open, read, write, rename */
    LAM_ERROR_FORMAT,      /* file content is not what it claims to be */
    LAM_ERROR_UNSUPPORTED, /* valid, but we do not handle it */
    LAM_ERROR_MEMORY,      /* volume- or tensor-sized allocation failed */
    LAM_ERROR_ARGUMENT,    /* value given by the user is unusable */
    LAM_ERROR_CANCELLED,   /* stopped on request */
    LAM_ERROR_MODEL,       /* model file does not fit its architecture */
    LAM_ERROR_FAILED,      /* the method did not succeed (for example: affine fit is poor) */
    LAM_ERROR_GL,          /* no context, shader or framebuffer trouble */
} LamError;

GQuark lam_error_quark(void);

/* For a message that quotes a file: control characters in it become '?'. NULL and no error are allowed. */
void lam_error_tidy(GError **error);

G_END_DECLS
