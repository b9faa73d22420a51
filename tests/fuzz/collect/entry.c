/* Any LDIF as what a directory says: each entry becomes a record that can be read again, is passed
 * over, or is refused with a message. Here the values of LDAP attributes are judged: objectGUID,
 * objectSid, DNs, proxyAddresses, numbers. */
#include "recovery/collect/internal.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static int each(void *ctx, const struct ra_dir_entry *e, struct ra_err *err)
{
    struct ra_entry_reader *r = ctx;
    struct ra_ad_object o, again;
    struct ra_buf record;
    bool skipped = false;
    int rc = ra_record_from_entry(r, e, &o, &skipped, err);

    if (rc > 0 || (rc < 0 && (err->code != -rc || !err->msg[0])))
        abort();
    if (rc != 0 || skipped)
        return rc;
    ra_buf_init(&record, (size_t)1 << 26);
    ra_ad_encode(&o, &record);
    if (!ra_ad_decode((struct ra_str){record.p, record.n}, &again))
        abort();
    ra_buf_free(&record);
    return 0;
}

static void read_dump(const char *uri)
{
    static const char *const asked[] = {"*", NULL};
    static const struct ra_str custom[] = {{"employeeID", 10}};
    struct ra_ad_read read = {
        .name = "fuzz", .login_attribute = "userPrincipalName", .custom = custom, .customs = 1};
    struct ra_entry_reader r = {.read = &read};
    struct ra_dir_options o = {.name = "fuzz", .uri = uri};
    struct ra_dir_query q = {.attributes = asked};
    struct ra_err err = {0};
    struct ra_dir *d;

    ra_buf_init(&r.proxies, (size_t)1 << 24);
    ra_buf_init(&r.custom, (size_t)1 << 24);
    ra_buf_init(&r.dn_key, (size_t)1 << 16);
    if (ra_dir_open(&o, &d, &err) == 0)
        ra_dir_search(d, &q, each, &r, &err);
    ra_dir_close(&d);
    ra_buf_free(&r.proxies);
    ra_buf_free(&r.custom);
    ra_buf_free(&r.dn_key);
    ra_arena_free(&r.arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    static char uri[64];

    if (fd < 0) {
        fd = memfd_create("dump", MFD_CLOEXEC);
        snprintf(uri, sizeof uri, "ldif:/proc/self/fd/%d", fd);
    }
    if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
        abort();
    read_dump(uri);
    return 0;
}
