#include <lambdascope/error.h>

G_DEFINE_QUARK(lam - error - quark, lam_error)
