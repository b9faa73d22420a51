#include "recovery/manual/manual.h"

const struct argp *ra_describe(const struct ra_command *c)
{
    const struct argp *own = NULL;
    struct ra_cli cli = {.describe = &own};
    struct ra_err err = {0};
    char name[64], *argv[] = {name, NULL};

    snprintf(name, sizeof name, "reanchor %s", c->name);
    c->run(&cli, 1, argv, &err);
    return own;
}

void ra_each_option(const struct argp *argp, void (*each)(void *ctx, const struct argp_option *o),
                    void *ctx)
{
    for (const struct argp_option *o = argp ? argp->options : NULL; o && (o->name || o->key); o++)
        if (!(o->flags & OPTION_HIDDEN))
            each(ctx, o);
    for (const struct argp_child *c = argp ? argp->children : NULL; c && c->argp; c++)
        ra_each_option(c->argp, each, ctx);
}
