#include "src/cache/key.h"

#include "src/cache/env.h"

MDB_val ra_key_val(struct ra_str key, unsigned char room[RA_KEY_ROOM])
{
    size_t n = ra_key_size(key);

    if (n == key.n)
        return ra_val(key.p, n > RA_KEY_ROOM ? RA_KEY_ROOM : n);
    if (n > RA_KEY_ROOM)
        key.n = RA_KEY_ROOM - 1;
    ra_key_store(room, key);
    return ra_val(room, ra_key_size(key));
}
