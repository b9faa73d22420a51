#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/base/mem.h"

#include <stdlib.h>
#include <string.h>

static void growing_doubles_and_keeps_what_is_there(void **state)
{
    size_t cap = 0;
    int *p = NULL;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        p = ra_grow(p, &cap, (size_t)i + 1, sizeof *p);
        p[i] = i;
    }
    assert_int_equal(cap, 1024);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(p[i], i);
    assert_ptr_equal(ra_grow(p, &cap, 1024, sizeof *p), p);
    free(p);
}

static void nothing_asked_for_is_still_a_pointer(void **state)
{
    void *a = ra_malloc(0), *b = ra_calloc(0, 0);

    (void)state;
    assert_non_null(a);
    assert_non_null(b);
    free(a);
    free(b);
}

static void copies_end_with_a_nul(void **state)
{
    char *a = ra_strdup("abc"), *b = ra_strndup("abcdef", 2);

    (void)state;
    assert_string_equal(a, "abc");
    assert_string_equal(b, "ab");
    free(a);
    free(b);
}

static void an_arena_gives_aligned_memory_that_does_not_overlap(void **state)
{
    struct ra_arena a = {0};
    unsigned char *p[200];

    (void)state;
    for (size_t i = 0; i < 200; i++) {
        p[i] = ra_arena_alloc(&a, i * 7);
        assert_int_equal((uintptr_t)p[i] % 16, 0);
        memset(p[i], (int)i, i * 7);
    }
    for (size_t i = 0; i < 200; i++)
        for (size_t k = 0; k < i * 7; k++)
            assert_int_equal(p[i][k], i);
    ra_arena_free(&a);
    assert_null(a.chunk);
}

static void an_arena_holds_what_is_larger_than_a_chunk(void **state)
{
    struct ra_arena a = {0};
    unsigned char *big;

    (void)state;
    ra_arena_copy(&a, "x", 1);
    big = ra_arena_alloc(&a, 5 << 20);
    memset(big, 1, 5 << 20);
    assert_string_equal(ra_arena_copy(&a, "after\0", 5), "after");
    ra_arena_free(&a);
}

static void an_arena_that_is_reset_uses_its_largest_chunk_again(void **state)
{
    struct ra_arena a = {0};
    void *big;

    (void)state;
    ra_arena_alloc(&a, 10);
    big = ra_arena_alloc(&a, 100000);
    ra_arena_reset(&a);
    assert_ptr_equal(ra_arena_alloc(&a, 100000), big);
    ra_arena_free(&a);
    ra_arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(growing_doubles_and_keeps_what_is_there),
        cmocka_unit_test(nothing_asked_for_is_still_a_pointer),
        cmocka_unit_test(copies_end_with_a_nul),
        cmocka_unit_test(an_arena_gives_aligned_memory_that_does_not_overlap),
        cmocka_unit_test(an_arena_holds_what_is_larger_than_a_chunk),
        cmocka_unit_test(an_arena_that_is_reset_uses_its_largest_chunk_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
