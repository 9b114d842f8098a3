/* One build for every processor: a function marked LAM_CLONES is compiled for several instruction sets, the
 * best of which is taken at run time. For leaf functions whose loops the compiler makes vectors of. */
#pragma once

/* Sanitizers run before the choice can be made. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) &&                             \
    !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
#define LAM_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define LAM_CLONES
#endif
