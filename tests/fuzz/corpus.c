/* Runs a fuzz target over every file of a folder; an empty folder is a failure. */
#include "src/base/file.h"
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>

static int run(const char *folder, const char *name)
{
    struct ra_err err;
    struct ra_buf bytes;
    char path[4096];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (ra_file_read(path, (size_t)1 << 24, RA_EINPUT, &bytes, &err) != 0) {
        fprintf(stderr, "%s\n", err.msg);
        return -1;
    }
    LLVMFuzzerTestOneInput((const uint8_t *)bytes.p, bytes.n);
    ra_buf_free(&bytes);
    return 0;
}

int main(int argc, char **argv)
{
    DIR *dir = argc == 2 ? opendir(argv[1]) : NULL;
    const struct dirent *e;
    int n = 0;

    if (!dir) {
        fprintf(stderr, "usage: %s CORPUS\n", argv[0]);
        return 1;
    }
    while ((e = readdir(dir)))
        if (e->d_name[0] != '.') {
            if (run(argv[1], e->d_name) != 0)
                return 1;
            n++;
        }
    closedir(dir);
    printf("%d inputs\n", n);
    return n == 0;
}
