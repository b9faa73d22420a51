/* A fuzz target: called with arbitrary bytes, it aborts when a promise is broken; returns 0. */
#ifndef RA_TESTS_FUZZ_FUZZ_H
#define RA_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
