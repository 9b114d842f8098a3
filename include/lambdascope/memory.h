/* Aligned storage for volumes and tensors. Small structs use GLib's allocators. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

G_BEGIN_DECLS

/* Allocates count floats, 64-byte aligned, zeroed. NULL and LAM_ERROR_MEMORY (naming `what`) if the
 * size overflows or memory is short. Free with lam_free. Thread-safety: safe. */
float *lam_alloc_floats(size_t count, const char *what, GError **error);

/* The same with values left as they are, whatever these be: for memory that will be overwritten. */
float *lam_alloc_floats_unset(size_t count, const char *what, GError **error);

/* Frees what these returned; NULL is allowed. */
void lam_free(void *p);

/* a*b into *product; false on overflow. */
bool lam_size_mul(size_t a, size_t b, size_t *product);

G_END_DECLS
