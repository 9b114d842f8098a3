/* IEEE 754 binary16 as a storage format: conversion by bit arithmetic, the same on every machine. */
#pragma once

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

/* Exact; infinities and NaNs are kept. */
float lam_half_to_float(uint16_t half);

/* To nearest, ties to even; too large becomes infinity; NaN stays NaN. */
uint16_t lam_half_from_float(float value);

G_END_DECLS
