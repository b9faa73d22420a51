/*
 * The identifiers that tie the two sides together, and their spellings: GUIDs in AD's byte order
 * (the first three fields little-endian, as .NET's Guid.ToByteArray), SIDs, Base64 (domain 1.2).
 */
#ifndef RA_BASE_IDENT_H
#define RA_BASE_IDENT_H

#include "src/base/text.h"

#include <stdint.h>

#define RA_GUID_TEXT   37  /* 36 characters and a NUL */
#define RA_SID_TEXT    190 /* S-1- and at most 15 sub-authorities */
#define RA_ANCHOR_TEXT 25  /* Base64 of 16 bytes: 24 characters and a NUL */

struct ra_guid {
    uint8_t b[16]; /* in LDAP's order */
};

bool ra_guid_parse(struct ra_str s, struct ra_guid *out); /* with dashes, or {} around, any case */
void ra_guid_text(const uint8_t bytes[16], char out[RA_GUID_TEXT]); /* lower case with dashes */
bool ra_guid_eq(const struct ra_guid *a, const struct ra_guid *b);
void ra_guid_random(struct ra_guid *out); /* version 4 */

/* A binary SID as its string form; false when its length or revision is wrong. */
bool ra_sid_text(const void *p, size_t n, char out[RA_SID_TEXT]);
bool ra_sid_parse(struct ra_str s, uint8_t out[68], size_t *n); /* its reverse */

/* Base64 with padding. The encoding of n bytes takes ra_base64_size(n) with its NUL. */
size_t ra_base64_size(size_t n);
void ra_base64(const void *p, size_t n, char *out);
/* Strict: canonical padding, no white space. *n is the capacity of out, then the length. */
bool ra_base64_decode(struct ra_str s, void *out, size_t *n);

#endif
