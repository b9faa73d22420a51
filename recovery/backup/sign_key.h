/* The bytes of a secret key, for sign.c alone. */
#ifndef RA_BACKUP_SIGN_KEY_H
#define RA_BACKUP_SIGN_KEY_H

#include "recovery/backup/sign.h"

const unsigned char *ra_sign_key_bytes(const struct ra_sign_key *k); /* 64, Ed25519; borrowed */

#endif
