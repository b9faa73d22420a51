#include "tests/unit/graph/cmocka_all.h"

#include "src/graph/gzip.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define TEXT_N ((size_t)300000)

/* What zlib makes of n bytes of text, appended. */
static void pack(struct ra_buf *out, const char *text, size_t n)
{
    z_stream z = {0};
    size_t room = n + 1024;

    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_true(ra_buf_reserve(out, room));
    z.next_in = (Bytef *)(uintptr_t)text;
    z.avail_in = (uInt)n;
    z.next_out = (Bytef *)(out->p + out->n);
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    out->n += z.total_out;
    deflateEnd(&z);
}

struct bench {
    char *text;
    struct ra_buf packed, out;
};

static int set_up(void **state)
{
    struct bench *b = calloc(1, sizeof *b);

    b->text = malloc(TEXT_N);
    for (size_t i = 0; i < TEXT_N; i++)
        b->text[i] = (char)('a' + i % 23 * i % 7);
    ra_buf_init(&b->packed, (size_t)1 << 20);
    ra_buf_init(&b->out, (size_t)1 << 20);
    pack(&b->packed, b->text, TEXT_N);
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;

    ra_buf_free(&b->packed);
    ra_buf_free(&b->out);
    free(b->text);
    free(b);
    return 0;
}

static bool opened(struct bench *b, size_t n)
{
    ra_buf_clear(&b->out);
    return ra_gzip_open(ra_str_n(b->packed.p, n), &b->out);
}

static void what_was_packed_comes_out(void **state)
{
    struct bench *b = *state;

    assert_true(opened(b, b->packed.n));
    assert_int_equal(b->out.n, TEXT_N);
    assert_memory_equal(b->out.p, b->text, TEXT_N);
}

static void one_behind_the_other_come_out_as_one(void **state)
{
    struct bench *b = *state;

    pack(&b->packed, "and more", 8);
    assert_true(opened(b, b->packed.n));
    assert_int_equal(b->out.n, TEXT_N + 8);
    assert_memory_equal(b->out.p + TEXT_N, "and more", 8);
}

static void none_that_is_cut_short_is_opened(void **state)
{
    struct bench *b = *state;

    for (size_t n = 1; n < b->packed.n; n += n < 64 ? 1 : 97) {
        assert_false(opened(b, n));
        assert_false(b->out.overflow);
    }
    assert_false(opened(b, b->packed.n - 1));
}

static void a_byte_that_is_another_is_seen(void **state)
{
    struct bench *b = *state;

    for (size_t i = 10; i < b->packed.n; i += 131) {
        b->packed.p[i] = (char)(b->packed.p[i] ^ 0x10);
        assert_false(opened(b, b->packed.n));
        b->packed.p[i] = (char)(b->packed.p[i] ^ 0x10);
    }
}

static void more_than_there_may_be_is_an_overflow_whatever_the_end_says(void **state)
{
    struct bench *b = *state;

    b->out.max = TEXT_N - 1;
    assert_false(opened(b, b->packed.n));
    assert_true(b->out.overflow);
    memset(b->packed.p + b->packed.n - 4, 0, 4); /* "of no length" */
    assert_false(opened(b, b->packed.n));
    assert_true(b->out.overflow);
}

static void what_is_no_gzip_is_not_opened(void **state)
{
    struct bench *b = *state;

    ra_buf_clear(&b->packed);
    ra_buf_puts(&b->packed, "{\"value\":[]}");
    assert_false(opened(b, b->packed.n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_packed_comes_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_behind_the_other_come_out_as_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(none_that_is_cut_short_is_opened, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_byte_that_is_another_is_seen, set_up, tear_down),
        cmocka_unit_test_setup_teardown(more_than_there_may_be_is_an_overflow_whatever_the_end_says,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_gzip_is_not_opened, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
