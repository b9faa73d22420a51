#include "recovery/model/repair.h"

#include <string.h>

bool ra_anchor_bytes(struct ra_str anchor, unsigned char out[16])
{
    unsigned char room[64];
    size_t n = sizeof room;

    if (anchor.n > RA_ANCHOR_TEXT || !ra_base64_decode(anchor, room, &n) || n != 16)
        return false;
    memcpy(out, room, 16);
    return true;
}

enum ra_fix ra_fix_rule(const struct ra_fix_facts *f, unsigned char guid[16])
{
    if (f->code != RA_ANCHOR_DRIFT && f->code != RA_ANCHOR_CONFLICT)
        return RA_FIX_NONE;
    if (f->ad != RA_USER || f->cloud != RA_USER || ra_str_absent(f->immutable_id))
        return RA_FIX_UNSEEN;
    if (f->anchor != RA_ANCHOR_CONSISTENCY_GUID)
        return RA_FIX_MODE;
    if (!ra_anchor_bytes(f->immutable_id, guid))
        return RA_FIX_VALUE;
    if (f->contended) /* two AD objects with one anchor: a finding would become a worse one */
        return RA_FIX_CONTENDED;
    return f->code == RA_ANCHOR_DRIFT ? RA_FIX_WRITE : RA_FIX_CONFIRM;
}

unsigned char *ra_named_by(const struct ra_result *r, uint32_t cloud_n)
{
    unsigned char *named = ra_calloc((size_t)cloud_n + 1, 1);

    for (size_t i = 0; i < r->verdicts_n; i++) {
        const struct ra_verdict *v = &r->verdicts[i];
        if (v->ad != RA_NONE && v->cloud < cloud_n && named[v->cloud] < 2)
            named[v->cloud]++;
    }
    return named;
}
