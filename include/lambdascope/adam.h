/* Adam (Kingma and Ba 2015) over all parameters, each with its factor on the rate. */
#pragma once

#include <lambdascope/parameters.h>

G_BEGIN_DECLS

typedef struct LamAdam LamAdam;

/* Borrows parameters, which must have gradients. beta 0.9, 0.999, epsilon 1e-8. */
LamAdam *lam_adam_new(LamParameters *parameters, GError **error);
void lam_adam_free(LamAdam *adam);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamAdam, lam_adam_free)

/* One update from the gradients as they are, times gradient_scale. Then touch the graph's parameters. */
void lam_adam_step(LamAdam *adam, double rate, double gradient_scale);
guint64 lam_adam_steps(const LamAdam *adam);

/* Both moments and the step count, in checkpoints: "adam.m/NAME", "adam.v/NAME", metadata "adam.step". */
bool lam_adam_write(const LamAdam *adam, LamSafetensors *file, GError **error);
bool lam_adam_read(LamAdam *adam, const LamSafetensors *file, GError **error);

G_END_DECLS
