/* Any bytes as a record of the store, of either side: refused, or an object whose parts all lie in
 * the record, which can be encoded and decoded to the same bytes, and whose addresses and UPN can
 * be told. With the first byte's second bit the rest are changes to a good record: an offset of two
 * bytes, a byte to put there. */
#include "recovery/model/address.h"
#include "recovery/model/tenant.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static void same_twice(const struct ra_buf *first, const struct ra_buf *second)
{
    if (first->n != second->n || memcmp(first->p, second->p, first->n) != 0)
        abort();
}

static const struct ra_tenant *tenant(void)
{
    static struct ra_str domains[] = {{"contoso.onmicrosoft.com", 23}, {"contoso.test", 12}};
    static struct ra_tenant t = {.domains = domains, .domains_n = 2};

    t.initial_domain = domains[0];
    return &t;
}

static void ad(struct ra_str record, struct ra_buf *first, struct ra_buf *second)
{
    struct ra_ad_object o, again;
    struct ra_addresses addresses;
    struct ra_arena a = {0};
    bool replaced;

    if (!ra_ad_decode(record, &o))
        return;
    ra_ad_encode(&o, first);
    if (!ra_ad_decode((struct ra_str){first->p, first->n}, &again))
        abort();
    ra_ad_encode(&again, second);
    same_twice(first, second);
    ra_ad_addresses(&o, &a, &addresses);
    ra_effective_upn(&o, ra_ad_login(&o, &a), tenant(), &a, &replaced);
    if (ra_ad_survey(&o).two_primaries != addresses.two_primaries)
        abort();
    ra_arena_free(&a);
}

static void cloud(struct ra_str record, struct ra_buf *first, struct ra_buf *second)
{
    struct ra_cloud_object o, again;
    struct ra_addresses addresses;
    struct ra_arena a = {0};

    if (!ra_cloud_decode(record, &o))
        return;
    ra_cloud_encode(&o, first);
    if (!ra_cloud_decode((struct ra_str){first->p, first->n}, &again))
        abort();
    ra_cloud_encode(&again, second);
    same_twice(first, second);
    ra_cloud_addresses(&o, &a, &addresses);
    ra_cloud_is_guest(&o);
    ra_upn_is_placeholder(o.upn, tenant());
    ra_arena_free(&a);
}

static void good_record(bool of_ad, struct ra_buf *out)
{
    static const char *const addresses[] = {"SMTP:ann@contoso.test", "smtp:a@contoso.test"};
    struct ra_list proxies = {0};
    struct ra_buf room;

    ra_buf_init(&room, 4096);
    for (size_t i = 0; i < 2; i++)
        ra_list_put(&room, &proxies.count, ra_str(addresses[i]));
    proxies.bytes = ra_str_n(room.p, room.n);
    if (of_ad)
        ra_ad_encode(&(struct ra_ad_object){.kind = RA_USER,
                                            .guid = RA_STR("0123456789abcdef"),
                                            .sid = RA_STR("S-1-5-21-1-2-3-1101"),
                                            .dn = RA_STR("CN=Ann,DC=contoso,DC=test"),
                                            .sam = RA_STR("ann"),
                                            .login = RA_STR("ann@contoso.test"),
                                            .proxies = proxies},
                     out);
    else
        ra_cloud_encode(
            &(struct ra_cloud_object){.kind = RA_USER,
                                      .synced = RA_YES,
                                      .id = RA_STR("52a10000"),
                                      .upn = RA_STR("ann@contoso.test"),
                                      .immutable_id = RA_STR("MDEyMzQ1Njc4OWFiY2RlZg=="),
                                      .proxies = proxies},
            out);
    ra_buf_free(&room);
}

static void change(struct ra_buf *record, struct ra_str changes)
{
    for (size_t i = 0; i + 3 <= changes.n; i += 3) {
        const unsigned char *c = (const unsigned char *)changes.p + i;

        record->p[(size_t)(c[0] << 8 | c[1]) % record->n] = (char)c[2];
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ra_buf first, second, good;
    struct ra_str record = {(const char *)data + 1, size - 1};

    if (size < 1)
        return 0;
    ra_buf_init(&good, (size_t)1 << 20);
    if (data[0] & 2) {
        good_record(data[0] % 2 == 0, &good);
        change(&good, record);
        record = (struct ra_str){good.p, good.n};
    }
    ra_buf_init(&first, (size_t)1 << 26);
    ra_buf_init(&second, (size_t)1 << 26);
    if (data[0] % 2 == 0)
        ad(record, &first, &second);
    else
        cloud(record, &first, &second);
    ra_buf_free(&first);
    ra_buf_free(&second);
    ra_buf_free(&good);
    return 0;
}
