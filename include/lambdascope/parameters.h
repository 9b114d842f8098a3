/* The trainable tensors of a network: names, shapes, one arena for values, one for gradients. */
#pragma once

#include <lambdascope/safetensors.h>

#include <gio/gio.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct LamParameters LamParameters;

/* How a parameter starts: normal(value, deviation). */
typedef struct {
    double deviation;  /* 0 = all the same */
    double rate_scale; /* factor on the learning rate; 0 means 1 */
    double value;
} LamInit;

LamParameters *lam_parameters_new(void);
void lam_parameters_free(LamParameters *parameters);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamParameters, lam_parameters_free)

/* Index of the named parameter, declared now if new. A known name must come with the same shape
 * (a programming error otherwise). Not allowed to add after lam_parameters_allocate. */
int lam_parameters_declare(LamParameters *parameters, const char *name, int ndim,
                           const size_t *shape, LamInit init);

/* Storage for all declared parameters; gradients too if asked. */
bool lam_parameters_allocate(LamParameters *parameters, bool with_gradients, GError **error);

/* Starting values, the same for the same seed on every machine. */
void lam_parameters_initialise(LamParameters *parameters, guint32 seed);

/* LAM_ERROR_MODEL unless the file holds every parameter with its shape, with `prefix` (may be NULL)
 * prepended to the names. Nothing needs to be allocated yet. Does not look for tensors beside them (see
 * lam_parameters_reject_others). */
bool lam_parameters_check(const LamParameters *parameters, const LamSafetensors *file,
                          const char *prefix, GError **error);
/* Values from a file that passes the check. */
bool lam_parameters_read(LamParameters *parameters, const LamSafetensors *file, const char *prefix,
                         GError **error);
/* The same into an array as long as the arena, which stays as it is. */
bool lam_parameters_read_into(const LamParameters *parameters, const LamSafetensors *file,
                              const char *prefix, float *values, GError **error);
/* Copies the values of those parameters that both have, with name and shape. Returns how many. */
int lam_parameters_copy(LamParameters *to, const LamParameters *from);
/* Of those that have more outputs or inputs than there, the first are the narrower ones'; later outputs are
 * random, what comes from later inputs has no weight yet, so that the network does as before (Chen et al. 2016,
 * Net2Net). For networks whose inputs are not laid side by side; generated kernels are left out. Returns how many. */
int lam_parameters_widen(LamParameters *to, const LamParameters *from, guint32 seed);
/* LAM_ERROR_MODEL if the file holds a tensor that is none of the parameters. */
bool lam_parameters_reject_others(const LamParameters *parameters, const LamSafetensors *file,
                                  GError **error);
bool lam_parameters_write(const LamParameters *parameters, const float *values,
                          LamSafetensors *file, const char *prefix, GError **error);

int lam_parameters_count(const LamParameters *parameters);     /* tensors */
size_t lam_parameters_floats(const LamParameters *parameters); /* values in all */
const char *lam_parameters_name(const LamParameters *parameters, int index);
/* Values of the tensor of this name, in the arena; NULL: there is none. */
float *lam_parameters_find(const LamParameters *parameters, const char *name);
size_t lam_parameters_offset(const LamParameters *parameters, int index); /* in the arena, floats */
size_t lam_parameters_size(const LamParameters *parameters, int index);   /* floats */
double lam_parameters_rate_scale(const LamParameters *parameters, int index);
float *lam_parameters_values(LamParameters *parameters);    /* the arena */
float *lam_parameters_gradients(LamParameters *parameters); /* NULL without gradients */
void lam_parameters_zero_gradients(LamParameters *parameters);

G_END_DECLS
