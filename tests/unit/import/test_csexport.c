#include "tests/unit/import/given.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DN     "CN={514635484D4B376E38307176645973555049486139513D3D}"
#define ANCHOR "QF5HMK7n80qvdYsUPIHa9Q=="
#define ID     "5092f54a-7b40-41a1-83b5-4d1773702e3a"
/* 4 bytes of length, "Group_<ID>" in UTF-16LE */
#define BLOB                                                                                       \
    "VAAAAEcAcgBvAHUAcABfADUAMAA5ADIAZgA1ADQAYQAtADcAYgA0ADAALQA0ADEAYQAxAC0AOAAzAGIANQAtADQAZAAx" \
    "ADcANwAz"                                                                                     \
    "ADcAMAAyAGUAMwBhAA=="
#define OBJECT(dn, type, inside)                                                                   \
    "<cs-object cs-dn=\"" dn "\" id=\"{1}\" object-type=\"" type "\">" inside "</cs-object>\n"
#define HOLOGRAM(name, attrs)                                                                      \
    "<" name "><entry dn=\"" DN "\"><primary-objectclass>x</primary-objectclass>" attrs            \
    "</entry></" name ">"
#define ATTR(name, value)                                                                          \
    "<attr name=\"" name "\" type=\"string\" multivalued=\"false\"><value>" value "</value></"     \
    "attr>"
#define BINARY(name, value)                                                                        \
    "<attr name=\"" name                                                                           \
    "\" type=\"binary\" multivalued=\"false\"><value encoding=\"base64\">" value "</value></attr>"
#define ALL(objects) "<?xml version=\"1.0\"?>\n<cs-objects>\n" objects "</cs-objects>\n"

static void read_xml(struct given *g, const char *text)
{
    given_text(g, RA_IMPORT_CSEXPORT, text);
}

static void said(const char *text, const char *want)
{
    struct given g;

    read_xml(&g, text);
    assert_int_equal(g.rc, -(int)RA_EINPUT);
    assert_string_equal(given_said(g.err.msg), want);
    given_free(&g);
}

static void the_name_of_a_group_is_its_anchor(void **state)
{
    struct given g;

    (void)state;
    read_xml(&g, ALL(OBJECT(DN, "group",
                            HOLOGRAM("synchronized-hologram",
                                     "<anchor encoding=\"base64\">\n " BLOB
                                     "\n</anchor>" ATTR("displayName", "All &amp; everyone")
                                         ATTR("sourceAnchor", ANCHOR)
                                             BINARY("onPremiseSecurityIdentifier",
                                                    "AQUAAAAAAAUVAAAA3PTcO4M9K0aCi6YooIYBAA==")
                                                 ATTR("proxyAddresses", "smtp:b@x.y")
                                                     ATTR("proxyAddresses", "SMTP:a@x.y")))));
    assert_int_equal(g.rc, 0);
    assert_int_equal(g.n, 1);
    assert_int_equal(g.e[0].kind, RA_GROUP);
    assert_int_equal(g.e[0].left_out, RA_LEFT_NOTHING);
    assert_int_equal(g.e[0].line, 3);
    assert_str(g.e[0].anchor, ANCHOR);
    assert_str(g.e[0].id, ID);
    assert_str(g.e[0].display_name, "All & everyone");
    assert_str(g.e[0].sid, "S-1-5-21-1004336348-1177238915-682003330-100000");
    assert_str(g.e[0].smtp, "a@x.y");
    given_free(&g);
}

static void the_cloud_anchor_and_the_identifier_lead_to_both_sides(void **state)
{
    struct given g;

    (void)state;
    read_xml(&g, ALL(OBJECT(DN, "user",
                            HOLOGRAM("synchronized-hologram",
                                     ATTR("cloudAnchor", "User_" ID)
                                         BINARY("onPremisesObjectIdentifier", ANCHOR)
                                             ATTR("userPrincipalName", "ada@contoso.com")
                                                 ATTR("ownAttribute", "kept")))));
    assert_int_equal(g.rc, 0);
    assert_int_equal(g.e[0].kind, RA_USER);
    assert_str(g.e[0].id, ID);
    assert_str(g.e[0].identifier, "30475e40-e7ae-4af3-af75-8b143c81daf5");
    assert_str(g.e[0].upn, "ada@contoso.com");
    assert_int_equal(g.e[0].other.count, 2);
    given_free(&g);
}

static void the_synchronised_hologram_counts_before_what_is_pending(void **state)
{
    struct given g;

    (void)state;
    read_xml(&g,
             ALL(OBJECT(DN, "user",
                        HOLOGRAM("pending-import-hologram", ATTR("userPrincipalName", "new@x.y"))
                            HOLOGRAM("synchronized-hologram", ATTR("userPrincipalName", "was@x.y"))
                                HOLOGRAM("unapplied-export-hologram",
                                         ATTR("userPrincipalName", "wanted@x.y")))));
    assert_int_equal(g.rc, 0);
    assert_str(g.e[0].upn, "was@x.y");
    assert_int_equal(g.e[0].left_out, RA_LEFT_NOTHING);
    given_free(&g);
}

static void what_was_never_there_or_no_longer_is_is_left_out(void **state)
{
    struct given g;

    (void)state;
    read_xml(
        &g,
        ALL(OBJECT(DN, "user", HOLOGRAM("unapplied-export-hologram", ATTR("mail", "a@x.y"))) OBJECT(
            DN, "user",
            "<pending-import><delta operation=\"delete\" dn=\"" DN "\"/></pending-import>")
                OBJECT(DN, "user", HOLOGRAM("synchronized-hologram", ATTR("sourceAnchor", "other")))
                    OBJECT(DN, "publicFolder", "") OBJECT("OU=x", "organizationalUnit", "")
                        OBJECT(DN, "contact", "")));
    assert_int_equal(g.rc, 0);
    assert_int_equal(g.totals.left_out[RA_LEFT_NEVER_EXPORTED], 1);
    assert_int_equal(g.totals.left_out[RA_LEFT_DELETED], 1);
    assert_int_equal(g.totals.left_out[RA_LEFT_CONTRADICTION], 1);
    assert_int_equal(g.totals.left_out[RA_LEFT_OTHER_KIND], 1);
    assert_int_equal(g.totals.left_out[RA_LEFT_OTHER_DN], 1);
    assert_int_equal(g.totals.anchors[RA_CONTACT], 1);
    given_free(&g);
}

static void wrong_values_are_named_with_their_lines(void **state)
{
    struct given g;

    (void)state;
    read_xml(&g, ALL(OBJECT("CN={5146354Z}", "user", "") OBJECT(
                     DN, "user",
                     HOLOGRAM("synchronized-hologram",
                              "\n" ATTR("cloudAnchor", "User 7") "\n" BINARY(
                                  "onPremiseSecurityIdentifier", "AQUA"))) OBJECT(DN, "user", "")));
    assert_int_equal(g.rc, -(int)RA_EINPUT);
    assert_int_equal(g.wrong_n, 3);
    assert_string_equal(g.wrong[0],
                        "line 3: cs-dn is 'CN={5146354Z}', want CN={ hexadecimal digits "
                        "of an anchor }: it is no hexadecimal number of whole bytes");
    assert_string_equal(g.wrong[1],
                        "line 5: cloudAnchor is 'User 7', want a kind, '_' and an object id");
    assert_string_equal(g.wrong[2], "line 6: onPremiseSecurityIdentifier is 'AQUA', want a SID");
    given_free(&g);
}

static void what_is_no_csexport_of_the_entra_connector_is_refused(void **state)
{
    (void)state;
    said("<html/>", "line 1: the outermost element is 'html', want 'cs-objects' as csexport writes "
                    "it");
    said("<cs-objects>\n<cs-object cs-dn=\"CN={41}\"",
         "line 2: unclosed token, want well-formed XML");
    said("<cs-objects>\n<cs-object cs-dn=\"CN={41}\">\n</cs-objects>",
         "line 3: mismatched tag, want well-formed XML");
    said("", "line 1: no element found, want well-formed XML");
    said("<cs-objects/>", "holds no object, want at least one");
    said(ALL("<cs-object object-type=\"user\"/>"), "line 3: a cs-object without cs-dn");
    said(ALL(OBJECT("CN=Ada,OU=People,DC=contoso,DC=com", "user", "")),
         "line 3: cs-dn is 'CN=Ada,OU=People,DC=contoso,DC=com', and no other one is CN={ "
         "hexadecimal digits } either: this is not the Entra connector");
}

/* A billion laughs needs a document type; so does reading another file. */
static void a_document_type_is_refused_before_anything_in_it(void **state)
{
    static const char want[] = "line 2: a document type, want none: csexport writes none, and it "
                               "could declare entities";

    (void)state;
    said("<?xml version=\"1.0\"?>\n<!DOCTYPE lolz [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;\">]>\n"
         "<cs-objects>&b;</cs-objects>",
         want);
    said("<?xml version=\"1.0\"?>\n<!DOCTYPE x SYSTEM \"file:///etc/passwd\">\n<cs-objects/>",
         want);
}

static void depth_and_sizes_are_capped(void **state)
{
    size_t room = 6u << 20, n;
    char *text = malloc(room);

    (void)state;
    assert_non_null(text);
    n = (size_t)sprintf(text, "<cs-objects><cs-object cs-dn=\"CN={41}\">");
    for (int i = 0; i < 1000; i++)
        n += (size_t)sprintf(text + n, "<a>");
    said(text, "line 1: elements nested deeper than 64, want at most 10");
    n = (size_t)sprintf(text, "<cs-objects>\n<cs-object cs-dn=\"");
    memset(text + n, 'x', (5u << 20));
    text[n + (5u << 20)] = '\0';
    said(text, "line 2: a tag of more than 4194304 bytes");
    n = (size_t)sprintf(text, "<cs-objects>\n<cs-object cs-dn=\"CN={41}\"><hologram><entry>"
                              "<attr name=\"a\"><value>");
    memset(text + n, 'x', (2u << 20));
    strcpy(text + n + (2u << 20), "</value></attr></entry></hologram></cs-object></cs-objects>");
    said(text, "line 2: a value of a of more than 1048576 bytes");
    free(text);
}

int run_csexport(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_name_of_a_group_is_its_anchor),
        cmocka_unit_test(the_cloud_anchor_and_the_identifier_lead_to_both_sides),
        cmocka_unit_test(the_synchronised_hologram_counts_before_what_is_pending),
        cmocka_unit_test(what_was_never_there_or_no_longer_is_is_left_out),
        cmocka_unit_test(wrong_values_are_named_with_their_lines),
        cmocka_unit_test(what_is_no_csexport_of_the_entra_connector_is_refused),
        cmocka_unit_test(a_document_type_is_refused_before_anything_in_it),
        cmocka_unit_test(depth_and_sizes_are_capped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
