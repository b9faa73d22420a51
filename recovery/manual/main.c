/* reanchor-manual DATE TEXTS PAGE | reanchor-manual completion SHELL: one page, or the completion
 * of one shell, on stdout. PAGE: reanchor, reanchor-COMMAND, reanchor.conf, reanchor-decisions;
 * "list" names all. For the build. */
#include "recovery/manual/manual.h"

#include <string.h>

static int list(void)
{
    size_t n;
    const struct ra_command *c = ra_commands(&n);

    puts("reanchor.1\nreanchor.conf.5\nreanchor-decisions.7");
    for (size_t i = 0; i < n; i++)
        printf("reanchor-%s.1\n", c[i].name);
    return 0;
}

static int page(const struct ra_manual *m, const char *name)
{
    const struct ra_command *c;
    struct ra_err err;

    if (strcmp(name, "list") == 0)
        return list();
    if (strcmp(name, "reanchor") == 0)
        return ra_manual_program(m);
    if (strcmp(name, "reanchor.conf") == 0)
        return ra_manual_configuration(m);
    if (strcmp(name, "reanchor-decisions") == 0)
        return ra_manual_decisions(m);
    if (strncmp(name, "reanchor-", 9) == 0 && ra_command_find(name + 9, &c, &err) == 0)
        return ra_manual_command(m, c);
    fprintf(stderr, "%s: no such page\n", name);
    return 1;
}

int main(int argc, char **argv)
{
    struct ra_manual m = {.to = stdout};
    int rc = 1;

    if (argc == 3 && strcmp(argv[1], "completion") == 0) {
        rc = ra_completion(stdout, argv[2]);
    } else if (argc == 4) {
        m.date = argv[1];
        m.texts = argv[2];
        rc = page(&m, argv[3]);
    } else {
        fputs("usage: reanchor-manual DATE TEXTS PAGE | reanchor-manual completion SHELL\n",
              stderr);
    }
    return fflush(stdout) == 0 ? rc : 1;
}
