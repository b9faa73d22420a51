/* Any bytes as the KEY of `reanchor show`, asked of one user on each side: what is found is one of
 * the two, and a damaged store is not what comes out. */
#include "recovery/cli/lookup.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/mem_side.h"

#include <stdlib.h>

static const struct ra_match_input *organisation(void)
{
    static struct ra_match_input in;
    static struct ra_side ad[1];
    static const struct ra_tenant tenant;
    static const struct ra_policy policy;
    struct mem_side *a, *c;

    if (in.ad)
        return &in;
    a = mem_side_new("contoso", NULL, 0);
    c = mem_side_new("cloud", NULL, 0);
    mem_side_ad(a, &(struct ra_ad_object){.kind = RA_USER,
                                          .guid = {"\x01\x02\x03\x04\x05\x06\x07\x08"
                                                   "\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10",
                                                   16},
                                          .dn = RA_STR("CN=Ann,DC=contoso,DC=test"),
                                          .sam = RA_STR("ann"),
                                          .login = RA_STR("ann@contoso.test"),
                                          .sid = RA_STR("S-1-5-21-1-2-3-1101")});
    mem_side_cloud(c,
                   &(struct ra_cloud_object){.kind = RA_USER,
                                             .id = RA_STR("52a10000-0000-4000-8000-000000000001"),
                                             .upn = RA_STR("ann@contoso.test"),
                                             .immutable_id = RA_STR("AQIDBAUGBwgJCgsMDQ4PEA==")});
    ad[0] = *mem_side_open(a);
    in = (struct ra_match_input){
        .ad = ad, .ad_n = 1, .cloud = mem_side_open(c), .tenant = &tenant, .policy = &policy};
    return &in;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ra_lookup found = {0};
    struct ra_err err = {0};

    if (ra_lookup(organisation(), ra_str_n(data, size), &found, &err) != 0)
        abort();
    if (found.ad_n > 1 || found.cloud_n > 1)
        abort();
    ra_lookup_free(&found);
    return 0;
}
