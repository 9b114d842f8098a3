/* A fuzz target is one file with this function; tests/fuzz/meson.build names it. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads the file and frees what came of it. True if it was read; else the error is set. */
bool fuzz_file(const char *path, GError **error);

/* What libFuzzer calls. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
