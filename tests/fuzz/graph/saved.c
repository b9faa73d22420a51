/* Any bytes as a saved response, as .json and as .ndjson: cut into elements to its explicit end, or
 * refused with a message; twice with the same result. */
#include "src/graph/jsonarena.h"
#include "src/graph/split.h"
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct sum {
    size_t elements, bytes;
    int rc;
};

static struct sum split(const char *path)
{
    struct ra_err err = {0};
    struct ra_split s;
    struct ra_str element;
    struct sum sum = {0};

    sum.rc = ra_split_open(&s, path, &err);
    while (sum.rc == 0) {
        int rc = ra_split_next(&s, &element, &err);

        if (rc <= 0) {
            sum.rc = rc;
            break;
        }
        sum.elements++;
        for (size_t i = 0; i < element.n; i++)
            sum.bytes += (unsigned char)element.p[i];
    }
    if (sum.rc < 0 && (err.code != -sum.rc || !err.msg[0]))
        abort();
    ra_split_close(&s);
    return sum;
}

static void write_file(const char *path, const uint8_t *data, size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (fd < 0 || write(fd, data, size) != (ssize_t)size || close(fd) != 0)
        abort();
}

static char paths[2][64];

static void clean_up(void)
{
    unlink(paths[0]);
    unlink(paths[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!paths[0][0]) {
        snprintf(paths[0], sizeof paths[0], "/dev/shm/reanchor-fuzz-%d.json", (int)getpid());
        snprintf(paths[1], sizeof paths[1], "/dev/shm/reanchor-fuzz-%d.ndjson", (int)getpid());
        atexit(clean_up);
        ra_json_arena_setup();
    }
    for (int i = 0; i < 2; i++) {
        struct sum first, second;

        write_file(paths[i], data, size);
        first = split(paths[i]);
        second = split(paths[i]);
        if (first.rc != second.rc || first.elements != second.elements ||
            first.bytes != second.bytes)
            abort();
    }
    return 0;
}
