#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/base/mem.h"
#include "src/cache/pairs.h"
#include "tests/unit/cache/fixture.h"

#include <stdlib.h>
#include <string.h>

static uint64_t seed = 1;

static uint32_t any(void)
{
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)(seed >> 33);
}

static int order(const struct ra_pairs *p, size_t i, size_t j)
{
    unsigned char a[8], b[8];
    int d = ra_str_cmp(ra_pairs_key(p, i), ra_pairs_key(p, j));

    ra_pairs_value(p, i, a);
    ra_pairs_value(p, j, b);
    return d ? d : memcmp(a, b, 8);
}

/* Sums that any order of the same pairs has in common. */
static uint64_t fingerprint(const struct ra_pairs *p)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < p->n; i++) {
        struct ra_str key = ra_pairs_key(p, i);
        unsigned char value[8];
        uint64_t h = 14695981039346656037ULL;
        ra_pairs_value(p, i, value);
        for (size_t k = 0; k < key.n; k++)
            h = (h ^ (unsigned char)key.p[k]) * 1099511628211ULL;
        for (size_t k = 0; k < 8; k++)
            h = (h ^ value[k]) * 1099511628211ULL;
        sum += h;
    }
    return sum;
}

static void check_sorted(struct ra_pairs *p)
{
    uint64_t before = fingerprint(p);

    ra_pairs_sort(p);
    for (size_t i = 1; i < p->n; i++)
        assert_true(order(p, i - 1, i) <= 0);
    assert_true(fingerprint(p) == before);
}

static void add(struct ra_pairs *p, const void *key, size_t n, uint32_t number)
{
    unsigned char value[8];

    number_value(number, value);
    assert_true(ra_pairs_add(p, (struct ra_str){key, n}, value));
}

static void keys_of_every_length_come_in_the_order_of_memcmp_and_length(void **state)
{
    struct ra_pairs p = {0};
    char key[400];

    (void)state;
    for (int round = 0; round < 20000; round++) {
        size_t n = any() % (round % 2 ? 401 : 20);
        for (size_t i = 0; i < n; i++)
            key[i] = (char)(any() % (round % 3 ? 2 : 256)); /* zeros and long common beginnings */
        add(&p, key, n, any() % 16);
    }
    check_sorted(&p);
    ra_pairs_free(&p);
}

static void keys_that_differ_only_in_trailing_zeros_are_kept_apart(void **state)
{
    static const char zeros[40];
    struct ra_pairs p = {0};

    (void)state;
    for (size_t n = 41; n-- > 1;)
        for (uint32_t k = 0; k < 3; k++)
            add(&p, zeros, n - 1, 2 - k);
    check_sorted(&p);
    assert_int_equal(p.n, 120);
    for (size_t i = 0; i < p.n; i++) /* stored with one zero more, see key.h */
        assert_int_equal(ra_pairs_key(&p, i).n, i / 3 + 1);
    ra_pairs_free(&p);
}

static void a_long_common_beginning_as_of_sids_is_sorted_behind_it(void **state)
{
    struct ra_pairs p = {0};
    char key[64];

    (void)state;
    for (uint32_t i = 0; i < 50000; i++) {
        int n = snprintf(key, sizeof key, "S-1-5-21-1004336348-1177238915-682003330-%u", any());
        add(&p, key, (size_t)n, i);
    }
    check_sorted(&p);
    ra_pairs_free(&p);
}

static void one_key_for_all_is_sorted_by_value(void **state)
{
    struct ra_pairs p = {0};

    (void)state;
    for (uint32_t i = 0; i < 50000; i++)
        add(&p, "the same key for all", 20, i % 2 ? i : 100000 - i);
    check_sorted(&p);
    ra_pairs_free(&p);
}

static void input_that_is_sorted_already_or_backwards_stays_so(void **state)
{
    struct ra_pairs p = {0};
    char key[16];

    (void)state;
    for (int backwards = 0; backwards < 2; backwards++) {
        ra_pairs_clear(&p);
        for (uint32_t i = 0; i < 50000; i++) {
            snprintf(key, sizeof key, "%010u", backwards ? 50000 - i : i);
            add(&p, key, 10, i);
        }
        check_sorted(&p);
    }
    ra_pairs_free(&p);
}

static void a_key_longer_than_lmdb_holds_is_refused(void **state)
{
    struct ra_pairs p = {0};
    unsigned char value[8] = {0};
    char key[RA_CACHE_KEY_MAX + 2];

    (void)state;
    memset(key, 'k', sizeof key);
    assert_true(ra_pairs_add(&p, (struct ra_str){key, RA_CACHE_KEY_MAX}, value));
    assert_false(ra_pairs_add(&p, (struct ra_str){key, RA_CACHE_KEY_MAX + 2}, value));
    memset(key, 0, sizeof key);
    assert_true(ra_pairs_add(&p, (struct ra_str){key, RA_CACHE_KEY_MAX}, value));
    assert_false(ra_pairs_add(&p, (struct ra_str){key, RA_CACHE_KEY_MAX + 1}, value));
    assert_int_equal(p.n, 2);
    ra_pairs_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_of_every_length_come_in_the_order_of_memcmp_and_length),
        cmocka_unit_test(keys_that_differ_only_in_trailing_zeros_are_kept_apart),
        cmocka_unit_test(a_long_common_beginning_as_of_sids_is_sorted_behind_it),
        cmocka_unit_test(one_key_for_all_is_sorted_by_value),
        cmocka_unit_test(input_that_is_sorted_already_or_backwards_stays_so),
        cmocka_unit_test(a_key_longer_than_lmdb_holds_is_refused),
    };
    return cmocka_run_group_tests_name("cache pairs", tests, NULL, NULL);
}
