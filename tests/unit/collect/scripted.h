/* A directory that is a script, for the tests of who reads one: the calls of src/directory end here
 * (--wrap, in CMakeLists.txt). One entry stands for all. */
#ifndef RA_TESTS_COLLECT_SCRIPTED_H
#define RA_TESTS_COLLECT_SCRIPTED_H

#include "recovery/collect/ad.h"

#define DOMAIN "DC=contoso,DC=test"
#define SALES  "OU=Sales," DOMAIN /* the entry */

struct scripted {
    int deleted;        /* what searches for deleted objects end with, an enum ra_code */
    int gone;           /* so many subtrees are not there any more */
    bool entry;         /* each search finds one */
    int children;       /* so many has the base */
    size_t guid;        /* bytes of its objectGUID */
    bool user;          /* else the entry is a container */
    struct ra_str name; /* its displayName */
    int subtrees;       /* read, of scope subtree */
    bool lost;          /* there is no SALES any more */
    int below;          /* searches below it */
    bool another;       /* connections are granted */
    int connections;    /* so many were asked for */
    int closed;         /* and so many closed */
    bool no_threads;    /* the system gives none */
    enum ra_dir_syntax syntax;
    uint64_t usn, busy;    /* it grows by so much with each look */
    enum ra_dir_told told; /* of changes */
    bool changed;          /* the entry */
};
extern struct scripted script;
extern const char scripted_guid[17]; /* the entry's objectGUID */

void scripted_begin(void); /* nothing but the base is there */

#endif
