/* cmocka and the headers that it wants before it. */
#ifndef RA_TEST_CMOCKA_ALL_H
#define RA_TEST_CMOCKA_ALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#endif
