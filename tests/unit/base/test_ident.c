#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/base/ident.h"

#include <string.h>

/* domain 1.2: the test vectors, and one that has a plus. */
static const struct {
    const char *anchor, *guid;
} vectors[] = {
    {"iGhmiAEBERG7uxI0VniQqw==", "88666888-0101-1111-bbbb-1234567890ab"},
    {"QF5HMK7n80qvdYsUPIHa9Q==", "30475e40-e7ae-4af3-af75-8b143c81daf5"},
    {"kZj7niGua0Gz92mIDCl+Tw==", "9efb9891-ae21-416b-b3f7-69880c297e4f"},
};

static void a_guid_and_its_anchor_are_the_same_sixteen_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        struct ra_guid g;
        char text[RA_GUID_TEXT], anchor[RA_ANCHOR_TEXT];
        unsigned char bytes[16];
        size_t n = sizeof bytes;
        assert_true(ra_guid_parse(ra_str(vectors[i].guid), &g));
        ra_guid_text(g.b, text);
        assert_string_equal(text, vectors[i].guid);
        ra_base64(g.b, 16, anchor);
        assert_string_equal(anchor, vectors[i].anchor);
        assert_true(ra_base64_decode(ra_str(anchor), bytes, &n));
        assert_int_equal(n, 16);
        assert_memory_equal(bytes, g.b, 16);
    }
}

static void a_guid_with_a_wrong_character_is_refused(void **state)
{
    struct ra_guid g;

    (void)state;
    assert_true(ra_guid_parse(ra_str("{88666888-0101-1111-BBBB-1234567890AB}"), &g));
    assert_false(ra_guid_parse(ra_str("88666888-0101-1111-bbbb-1234567890ag"), &g));
    assert_false(ra_guid_parse(ra_str("88666888-0101-1111-bbbb-1234567890a"), &g));
    assert_false(ra_guid_parse(ra_str("886668880101-1111-bbbb-1234567890abc"), &g));
}

static void base64_that_is_not_canonical_is_refused(void **state)
{
    unsigned char bytes[32];
    size_t n = sizeof bytes;

    (void)state;
    assert_false(ra_base64_decode(ra_str("iGhmiAEBERG7uxI0VniQqx=="), bytes, &n));
    n = sizeof bytes;
    assert_false(ra_base64_decode(ra_str("iGhmiAEBERG7uxI0VniQqw="), bytes, &n));
    n = sizeof bytes;
    assert_false(ra_base64_decode(ra_str("iGhm iAEB"), bytes, &n));
    n = sizeof bytes;
    assert_false(ra_base64_decode(ra_str("164\xc9\xff""215"), bytes, &n));
}

static void a_sid_goes_to_text_and_back(void **state)
{
    static const unsigned char sid[] = {1,    5,    0,    0,    0,    0,    0,    5,    21,   0,
                                        0,    0,    0xBC, 0x4C, 0xDC, 0x3B, 0x43, 0x17, 0x2C, 0x46,
                                        0xC2, 0x8B, 0xA6, 0x28, 0x51, 0x04, 0,    0};
    unsigned char back[68];
    char text[RA_SID_TEXT];
    size_t n;

    (void)state;
    assert_true(ra_sid_text(sid, sizeof sid, text));
    assert_string_equal(text, "S-1-5-21-1004293308-1177294659-682003394-1105");
    assert_true(ra_sid_parse(ra_str(text), back, &n));
    assert_int_equal(n, sizeof sid);
    assert_memory_equal(back, sid, n);
    assert_false(ra_sid_text(sid, sizeof sid - 1, text));
    assert_false(ra_sid_parse(ra_str("S-1-5-21-"), back, &n));
    assert_false(ra_sid_parse(ra_str("S-1-5-4294967296"), back, &n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_guid_and_its_anchor_are_the_same_sixteen_bytes),
        cmocka_unit_test(a_guid_with_a_wrong_character_is_refused),
        cmocka_unit_test(base64_that_is_not_canonical_is_refused),
        cmocka_unit_test(a_sid_goes_to_text_and_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
