#include "src/cache/cache.h"

#include <lmdb.h>

const char *ra_cache_library(void)
{
    return mdb_version(NULL, NULL, NULL);
}
