/* What `apply` says of its steps and of a whole run. */
#include "recovery/cli/apply_print.h"

#include "recovery/report/layout.h"
#include "src/base/json.h"

#include <stdio.h>
#include <stdlib.h>

void ra_apply_print_step(const struct ra_step_news *n)
{
    struct ra_buf b;
    struct ra_json j;

    ra_buf_init(&b, 65536);
    ra_json_init(&j, &b);
    ra_json_object(&j);
    ra_json_key(&j, "type");
    ra_json_z(&j, "step");
    ra_json_key(&j, "step");
    ra_json_str(&j, n->step->id);
    ra_json_key(&j, "op");
    ra_json_z(&j, ra_plan_op_name(n->step->op));
    ra_json_key(&j, "target");
    ra_json_str(&j, n->step->target.id);
    ra_json_key(&j, "dn");
    ra_json_str(&j, n->step->target.dn);
    ra_json_key(&j, "state");
    ra_json_z(&j, ra_step_state_name(n->state));
    ra_json_key(&j, "message");
    ra_json_z(&j, n->message);
    ra_json_object_end(&j);
    printf("%s\n", ra_buf_z(&b));
    ra_buf_free(&b);
}

void ra_apply_print_step_text(const struct ra_step_news *n)
{
    const struct ra_plan_target *to = &n->step->target;
    struct ra_buf b;

    ra_buf_init(&b, 1 << 20);
    ra_buf_printf(&b, "%-10s " RA_STR_FMT "  %s  ",
                  n->state == RA_STEP_PENDING ? "to write" : ra_step_state_name(n->state),
                  RA_STR_ARG(n->step->id), ra_plan_op_name(n->step->op));
    ra_layout_safe(&b, ra_str_absent(to->dn) ? to->id : to->dn);
    if (n->message)
        ra_buf_puts(&b, ": ");
    ra_layout_safe(&b, ra_str(n->message ? n->message : ""));
    printf("%s\n", ra_buf_z(&b));
    ra_buf_free(&b);
}

void ra_apply_print_json(const struct ra_apply_summary *s, int status)
{
    struct ra_buf b;
    struct ra_json j;

    ra_buf_init(&b, 65536);
    ra_json_init(&j, &b);
    ra_json_object(&j);
    ra_json_key(&j, "type");
    ra_json_z(&j, "summary");
    ra_json_key(&j, "batch");
    ra_json_z(&j, s->batch[0] ? s->batch : NULL);
    ra_json_key(&j, "resumed");
    ra_json_bool(&j, s->resumed);
    for (int i = 0; i < RA_STEP_STATES; i++) {
        ra_json_key(&j, ra_step_state_name((enum ra_step_state)i));
        ra_json_int(&j, (long long)s->counts[i]);
    }
    ra_json_key(&j, "unconfirmed");
    ra_json_int(&j, (long long)s->unconfirmed);
    ra_json_key(&j, "left");
    ra_json_int(&j, (long long)s->left);
    ra_json_key(&j, "exit_status");
    ra_json_int(&j, status);
    ra_json_object_end(&j);
    printf("%s\n", ra_buf_z(&b));
    ra_buf_free(&b);
}

void ra_apply_print_text(const struct ra_apply_summary *s, bool dry_run, const char *config)
{
    static const char *const words[RA_STEP_STATES] = {"to write",
                                                      "written",
                                                      "written before the interruption",
                                                      "as wanted already",
                                                      "denied",
                                                      "changed meanwhile",
                                                      "failed",
                                                      "cannot be undone"};
    const char *between = "";

    for (int i = 0; i < RA_STEP_STATES; i++) {
        if (s->counts[i] == 0 && i != RA_STEP_WRITTEN)
            continue;
        if (i == RA_STEP_WRITTEN && dry_run)
            continue;
        printf("%s%zu %s", between, s->counts[i], words[i]);
        between = ", ";
    }
    if (s->unconfirmed)
        printf("%s%zu not to be seen in the tenant yet", between, s->unconfirmed);
    if (s->left)
        printf("%s%zu left out", between, s->left);
    printf("%s\n", dry_run ? " (dry run: nothing was written)" : "");
    if (s->batch[0]) {
        char *word = ra_shell_word(config);
        printf("batch %s; to undo it: reanchor %s%s%sapply --rollback %s\n", s->batch,
               word ? "-c " : "", word ? word : "", word ? " " : "", s->batch);
        free(word);
    }
}
