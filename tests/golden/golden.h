/* Fixtures made by an independent implementation (tools/make-golden.py), and the comparison with them. */
#pragma once

#include <lambdascope/ops.h>

/* One case of a fixture of operations: tensors CASE/ARGUMENT, CASE/y, CASE/target, CASE/ARGUMENT.grad. */
typedef struct {
    const LamSafetensors *file;
    const char *name;
    LamGraph *graph;
    GPtrArray *variables; /* LamNode *, and at the same place ... */
    GPtrArray *arguments; /* ... const char *: which argument it is */
} Golden;

/* tests/golden/NAME.safetensors; its origin goes into the test's log. */
LamSafetensors *golden_load(const char *name);
/* GROUP/NAME; fails the test if it is missing. */
const LamNamedTensor *golden_tensor(const LamSafetensors *file, const char *group,
                                    const char *name);

Golden golden_case(const LamSafetensors *file, const char *name);
/* A variable of the argument's shape: [C,D,H,W] as stored, anything else a vector. */
LamNode *golden_variable(Golden *golden, const char *argument);
/* Runs forward and backward and compares y and the gradients of all variables; then clears. */
void golden_check(Golden *golden, LamNode *y, double tolerance);

/* Fails with a message if the largest difference, relative to the root mean square of `expected`, is
 * over the tolerance. */
void golden_compare(const char *group, const char *what, const float *ours, const float *expected,
                    size_t n, double tolerance);
