/*
 * makeplan: puts steps into a plan. Usage: makeplan PLAN.json OUT.json < STEPS, one step a line,
 * nine fields separated by '|': id, op, directory, target id, dn, have, want, why, undo ("-": there
 * is no way back). An empty field is absent. Values of tenant.set_features are NAME=on or NAME=off,
 * joined by commas. A tenth field, if any, is ignored.
 */
#include "recovery/plan/plan.h"
#include "src/base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS = 9 };

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "makeplan: %s\n", what);
    exit(1);
}

static struct ra_plan_value value(struct ra_arena *a, char *text, enum ra_plan_op op)
{
    struct ra_plan_value v = {0};
    char *rest = text, *one;

    if (op != RA_OP_SET_FEATURES) {
        v.text = ra_str(*text ? text : NULL);
        return v;
    }
    v.features = ra_arena_alloc(a, 20 * sizeof *v.features);
    while ((one = strsep(&rest, ",")) && *one && v.features_n < 20) {
        char *on = strchr(one, '=');
        if (!on)
            die("a feature without =");
        *on++ = '\0';
        v.features[v.features_n++] = (struct ra_plan_feature){ra_str(one), strcmp(on, "on") == 0};
    }
    return v;
}

static enum ra_plan_op op_of(const char *name)
{
    for (int i = 0; i < RA_PLAN_OPS; i++)
        if (strcmp(name, ra_plan_op_name((enum ra_plan_op)i)) == 0)
            return (enum ra_plan_op)i;
    die(name);
}

static enum ra_verdict_code code_of(const char *name)
{
    for (int i = 0; i < RA_VERDICT_CODES; i++)
        if (strcmp(name, ra_code_info((enum ra_verdict_code)i)->name) == 0)
            return (enum ra_verdict_code)i;
    die(name);
}

static struct ra_plan_step step(struct ra_arena *a, char *line)
{
    struct ra_plan_step s = {0};
    char *f[FIELDS], *rest = line;

    line[strcspn(line, "\n")] = '\0';
    for (int i = 0; i < FIELDS; i++)
        if (!(f[i] = strsep(&rest, "|")))
            die("a line with too few fields");
    s.id = ra_str(f[0]);
    s.op = op_of(f[1]);
    s.target = (struct ra_plan_target){ra_str(*f[2] ? f[2] : NULL), ra_str(f[3]),
                                       ra_str(*f[4] ? f[4] : NULL)};
    s.have = value(a, f[5], s.op);
    s.want = value(a, f[6], s.op);
    s.why = code_of(f[7]);
    s.undoable = strcmp(f[8], "-") != 0;
    if (s.undoable)
        s.undo = value(a, f[8], s.op);
    return s;
}

int main(int argc, char **argv)
{
    struct ra_plan plan;
    struct ra_err err = {0};
    struct ra_buf bytes, out;
    struct ra_arena a = {0};
    struct ra_plan_step *steps = NULL;
    size_t n = 0, cap = 0, room = 0;
    char *line = NULL;

    if (argc != 3)
        die("PLAN OUT");
    if (ra_file_read(argv[1], RA_PLAN_MAX, RA_EINPUT, &bytes, &err) != 0 ||
        ra_plan_decode(ra_str_n(bytes.p, bytes.n), &plan, &err) != 0)
        die(err.msg);
    while (getline(&line, &room, stdin) > 0) {
        steps = ra_grow(steps, &cap, n + 1, sizeof *steps);
        steps[n++] = step(&a, ra_arena_copy(&a, line, strlen(line)));
    }
    plan.steps = steps;
    plan.steps_n = n;
    if (getenv("TENANT_ID"))
        plan.tenant = ra_str(getenv("TENANT_ID"));
    if (getenv("GATE_SAFE") && *getenv("GATE_SAFE"))
        plan.gate = RA_GATE_SAFE;
    ra_buf_init(&out, RA_PLAN_MAX);
    if (ra_plan_encode(&plan, &out, &err) != 0 || ra_file_write(argv[2], out.p, out.n, &err) != 0)
        die(err.msg);
    ra_buf_free(&out);
    ra_buf_free(&bytes);
    free(steps);
    free(line);
    ra_arena_free(&a);
    ra_plan_free(&plan);
    return 0;
}
