/*
 * addump STORE NAME [META-KEY]: the records of a directory's current snapshot, one a line: its
 * objectGUID, its DN and all of its bytes; or one value of its meta table.
 */
#include "recovery/collect/collect.h"
#include "recovery/model/head.h"
#include "src/base/ident.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_base64(struct ra_str v)
{
    char *text = malloc(ra_base64_size(v.n));

    ra_base64(v.p, v.n, text);
    printf("%s\n", text);
    free(text);
}

static int print_records(struct ra_snap *s)
{
    for (uint32_t i = 0; i < ra_snap_info(s)->records; i++) {
        struct ra_str record = ra_snap_record(s, i);
        struct ra_ad_object o;
        char guid[40];
        uint8_t bytes[16];

        if (!ra_ad_decode(record, &o) || o.guid.n != sizeof bytes) {
            fprintf(stderr, "record %u cannot be read\n", i);
            return 1;
        }
        memcpy(bytes, o.guid.p, sizeof bytes);
        ra_guid_text(bytes, guid);
        printf("%s " RA_STR_FMT "\t", guid, RA_STR_ARG(o.dn));
        print_base64(record);
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct ra_cache *c = NULL;
    struct ra_snap *s = NULL;
    struct ra_err err = {0};
    char *side;
    int rc;

    if (argc < 3)
        return 1;
    side = ra_side_of_directory(argv[2]);
    if (ra_cache_open(argv[1], false, &c, &err) != 0 || ra_snap_open(c, side, &s, &err) != 0) {
        fprintf(stderr, "%s\n", err.msg);
        return 1;
    }
    if (argc > 3) {
        struct ra_str v = ra_snap_get(s, "meta", ra_str(argv[3]));

        printf(RA_STR_FMT "\n", RA_STR_ARG(v));
        rc = 0;
    } else {
        rc = print_records(s);
    }
    ra_snap_close(&s);
    ra_cache_close(&c);
    free(side);
    return rc;
}
