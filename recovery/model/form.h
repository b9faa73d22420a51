/*
 * The bytes of a record, between those who write them (record.c) and those who read a part of them
 * (head.c). Internal to model.
 *
 *   AD:    tag, kind, flags, cause, own bits, where in the login its suffix begins (2 bytes, the
 *          lower first; 0 for nowhere), objectGUID (16 bytes); login and dn_key; numbers; the other
 *          strings; lists
 *   cloud: tag, kind, flags (2 bytes, the lower first); strings; lists
 *
 * A number is a varint, a string a varint length and its bytes, a list a varint count and a string.
 */
#ifndef RA_MODEL_FORM_H
#define RA_MODEL_FORM_H

#include "recovery/model/object.h"

#include <stdint.h>

enum {
    RA_FORM_AD = 'a',
    RA_FORM_CLOUD = 'c',
    RA_FORM_AD_HEAD = 23, /* bytes before the login */
    RA_FORM_CLOUD_HEAD = 4,
};

/* Bits of the flags of an AD record. */
enum {
    RA_FORM_DELETED = 1,
    RA_FORM_CRITICAL = 2,
    RA_FORM_HIDDEN = 4,
    RA_FORM_MAILBOX = 8,
    RA_FORM_GUID = 16, /* there is an objectGUID of 16 bytes */
};

/* Where the fields of a cloud record's flags begin; those of enum ra_tri take two bits. */
enum {
    RA_FORM_SYNCED = 1,
    RA_FORM_ENABLED = 3,
    RA_FORM_ROLE = 5,
    RA_FORM_MAIL = 7,
    RA_FORM_SECURITY = 9,
    RA_FORM_GUEST = 11,
    RA_FORM_ANCHORED = 12,
};

/* What the head keeps of the object: RA_OWN_… */
uint8_t ra_form_own(const struct ra_ad_object *o);

bool ra_form_number(struct ra_str *r, uint64_t *out);

/* Most lengths are one byte: everything about a record is decoded a million times over. */
static inline bool ra_form_string(struct ra_str *r, struct ra_str *out)
{
    uint64_t n;

    if (r->n && (unsigned char)*r->p < 0x80) {
        n = (unsigned char)*r->p++;
        r->n--;
    } else if (!ra_form_number(r, &n)) {
        return false;
    }
    if (n > r->n)
        return false;
    *out = n ? (struct ra_str){r->p, (size_t)n} : (struct ra_str){NULL, 0};
    r->p += n;
    r->n -= (size_t)n;
    return true;
}

#endif
