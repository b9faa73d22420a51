#include "tests/crash/sweep/scene.h"

#include "tests/crash/sweep/folder.h"
#include "tests/crash/sweep/life.h"
#include "tests/crash/sweep/point.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct look {
    int status;
    uint64_t out;
};

struct state {
    struct look look;
    uint64_t report;
};

struct sweep {
    const struct scene *s;
    struct tally *t;
    char kept[4096], old_report[4096], new_report[4096], report[4096];
    char out[4096], err[4096], look_out[4096], world_out[4096];
    int64_t clock;
    int status;              /* of the undisturbed run */
    uint64_t printed, world; /* by it, and the world after it */
    struct state before, after, also[SCENE_ALSO];
    long counts[POINT_CALLS];
    const char *call; /* the point */
    int which;
    long n;
    int got;
};

/* ---- lives ---- */

static int run(struct sweep *w, const char *const *command, const char *out, const char *err,
               int which, long n)
{
    const char *argv[60] = {"-c", w->s->conf};
    int argc = 2;

    for (; *command && argc < 59; command++)
        argv[argc++] = *command;
    if (!w->s->same_output) /* what only reads tells how old things are */
        w->clock += 60;
    return life_run(&(struct life){.argv = argv,
                                   .out = out,
                                   .err = err,
                                   .which = which,
                                   .n = n,
                                   .everyone = n == 0,
                                   .now = w->s->fixed_clock ? w->clock : 0,
                                   .seconds = w->s->seconds});
}

/* A command in one string, undisturbed. */
static int run_words(struct sweep *w, const char *words, const char *out)
{
    char copy[1024], err[4200], *rest = copy;
    const char *argv[32];
    int n = 0;

    snprintf(copy, sizeof copy, "%s", words);
    while (n < 31 && (argv[n] = strtok_r(rest, " ", &rest)))
        n++;
    argv[n] = NULL;
    snprintf(err, sizeof err, "%s.err", out);
    return run(w, argv, out, err, -1, -1);
}

static void shell(const char *command)
{
    if (command && system(command) != 0) {
        fprintf(stderr, "sweep: %s: failed\n", command);
        exit(2);
    }
}

static uint64_t world(struct sweep *w)
{
    char command[8300];

    if (!w->s->world)
        return 0;
    snprintf(command, sizeof command, "%s > %s", w->s->world, w->world_out);
    shell(command);
    return file_hash(w->world_out);
}

static void restore(struct sweep *w)
{
    folder_remove(w->s->dir);
    folder_copy(w->kept, w->s->dir);
    shell(w->s->reset);
}

static struct state state(struct sweep *w)
{
    struct state st = {.report = w->s->report ? folder_hash(w->report) : 0};

    if (w->s->look) {
        st.look.status = run_words(w, w->s->look, w->look_out);
        st.look.out = w->s->status_only ? 0 : file_hash(w->look_out);
    }
    return st;
}

static bool same_look(struct look a, struct look b)
{
    return a.status == b.status && a.out == b.out;
}

/* ---- findings ---- */

static void print_end(const char *path, const char *what)
{
    char text[1800];
    FILE *fp = fopen(path, "r");
    size_t n;

    if (!fp)
        return;
    n = fread(text, 1, sizeof text, fp);
    fclose(fp);
    printf("  %s: %.*s\n", what, (int)n, text);
}

static void finding(struct sweep *w, const char *what)
{
    if (++w->t->findings > 40)
        return;
    printf("FINDING: %s: call %ld of %s: %s (status %d)\n", w->s->name, w->n, w->call, what,
           w->got);
    print_end(w->err, "stderr");
}

static bool has_text(const char *path, const char *text)
{
    char *line = NULL;
    size_t cap = 0;
    bool found = false;
    FILE *fp = fopen(path, "r");

    while (fp && !found && getline(&line, &cap, fp) > 0)
        found = strstr(line, text) != NULL;
    free(line);
    if (fp)
        fclose(fp);
    return found;
}

/* ---- what is demanded after each point ---- */

static bool of_either(void *ctx, const char *name)
{
    struct sweep *w = ctx;
    char now[4400], old[4400], new[4400];
    uint64_t h;

    snprintf(now, sizeof now, "%s/%s", w->report, name);
    snprintf(old, sizeof old, "%s/%s", w->old_report, name);
    snprintf(new, sizeof new, "%s/%s", w->new_report, name);
    h = file_hash(now);
    return h == file_hash(old) || h == file_hash(new);
}

/* A report is the old one, the new one, or has no plan.json and files of either; what a dead
 * process left under another name is nobody's. */
static void check_report(struct sweep *w, uint64_t now, bool died)
{
    char plan[4400];
    struct stat st;

    if (!w->s->report || now == w->before.report || now == w->after.report)
        return;
    snprintf(plan, sizeof plan, "%s/plan.json", w->report);
    if (died)
        return;
    if (stat(plan, &st) == 0)
        finding(w, "plan.json beside files that are not of its run");
    else if (!folder_each(w->report, of_either, w))
        finding(w, "half-written files in the report's folder");
}

static bool known(struct sweep *w, struct look l)
{
    bool found = same_look(l, w->before.look) || same_look(l, w->after.look) ||
                 (w->s->in_steps && l.status == w->after.look.status);

    for (int i = 0; i < SCENE_ALSO && w->s->also[i]; i++)
        found = found || same_look(l, w->also[i].look);
    return found;
}

/* It says that all went well: then all did. */
static void check_borne(struct sweep *w, const struct state *now)
{
    w->t->borne++;
    if (!w->s->status_only && !same_look(now->look, w->after.look))
        finding(w, "counts as done, and the state is another");
    if (w->s->same_output && file_hash(w->out) != w->printed)
        finding(w, "counts as done, and prints something else");
    if (w->s->report && now->report != w->after.report)
        finding(w, "counts as done, and the report is another");
    if (world(w) != w->world)
        finding(w, "counts as done, and the servers' state is another");
}

/* *died: the process did not come to its own end, but to one without clearing up. */
static void check_end(struct sweep *w, bool *died)
{
    bool no_memory = w->got == 128 + SIGABRT && has_text(w->err, "reanchor: ");

    *died = (w->got > 9 && w->got != LIFE_LEAKS) || has_text(w->err, "is damaged: ") ||
            has_text(w->err, "cannot be read: ");
    if (no_memory)
        w->t->no_memory++;
    else if (w->got == LIFE_HANGS)
        finding(w, "hangs");
    else if (w->got == LIFE_LEAKS)
        finding(w, "leaks");
    else if (w->got > 9)
        finding(w, "crashes");
    else if (w->got != w->status) {
        w->t->refused++;
        if (!has_text(w->err, "reanchor: ") && !(w->s->tells && file_hash(w->out) != w->printed))
            finding(w, "fails without a word");
    }
}

/* The same again, undisturbed, brings the end that it always brings. */
static void check_rerun(struct sweep *w)
{
    struct state now;

    w->got = run(w, w->s->command, w->out, w->err, -1, -1);
    if (w->got != w->status) {
        finding(w, "the run after it ends otherwise");
        return;
    }
    if (w->s->same_output && file_hash(w->out) != w->printed)
        finding(w, "the run after it prints something else");
    now = state(w);
    if (!same_look(now.look, w->after.look))
        finding(w, "after the next run the state is another");
    if (world(w) != w->world)
        finding(w, "after the next run the servers' state is another");
}

static void point(struct sweep *w)
{
    struct state now;
    bool died;

    restore(w);
    w->got = run(w, w->s->command, w->out, w->err, w->which, w->n);
    if (!point_shared()->struck && w->got == w->status)
        return; /* another order of threads: there were fewer calls this time */
    w->t->points++;
    check_end(w, &died);
    if (w->s->at)
        print_end(w->err, "stderr"), printf("  status: %d\n", w->got);
    now = state(w);
    check_report(w, now.report, died);
    if (w->got == w->status)
        check_borne(w, &now);
    else if (!known(w, now.look))
        finding(w, "leaves a state that no whole run leaves");
    check_rerun(w);
}

/* ---- the scene ---- */

static void prepare(struct sweep *w)
{
    const struct scene *s = w->s;

    snprintf(w->kept, sizeof w->kept, "%s.kept", s->dir);
    snprintf(w->report, sizeof w->report, "%.3000s/%.900s", s->dir, s->report ? s->report : "none");
    snprintf(w->old_report, sizeof w->old_report, "%.3000s.kept/%.900s", s->dir,
             s->report ? s->report : "none");
    snprintf(w->new_report, sizeof w->new_report, "%s.new", s->dir);
    snprintf(w->out, sizeof w->out, "%s.out", s->dir);
    snprintf(w->err, sizeof w->err, "%s.err", s->dir);
    snprintf(w->look_out, sizeof w->look_out, "%s.look", s->dir);
    snprintf(w->world_out, sizeof w->world_out, "%s.world", s->dir);
    w->clock = (int64_t)time(NULL) / 86400 * 86400 + 43200;
    folder_remove(w->kept);
    folder_copy(s->dir, w->kept);
}

/* The undisturbed run, what it is to be held against, and how often it calls what. */
static void learn(struct sweep *w)
{
    int64_t clock = w->clock;

    for (int i = 0; i < SCENE_ALSO && w->s->also[i]; i++) {
        restore(w);
        run_words(w, w->s->also[i], w->look_out);
        w->also[i] = state(w);
    }
    restore(w);
    w->clock = clock;
    w->before = state(w);
    restore(w);
    w->clock = clock;
    w->status = run(w, w->s->command, w->out, w->err, -1, 0);
    memcpy(w->counts, point_shared()->counts, sizeof w->counts);
    w->printed = file_hash(w->out);
    w->after = state(w);
    w->world = world(w);
    if (w->s->report) {
        folder_remove(w->new_report);
        folder_copy(w->report, w->new_report);
    }
    if (w->status > 6) { /* a store that this build cannot read, a lock, a fault of the program */
        printf("%s: the undisturbed run gave %d\n", w->s->name, w->status);
        print_end(w->err, "stderr");
        exit(2);
    }
    w->clock = clock;
}

/* With a limit, points all over the run: 'most' of each call, the first and the last among them. */
static bool chosen(const struct scene *s, long n, long count)
{
    long k;

    if (!s->most || count <= s->most)
        return true;
    if (s->most == 1)
        return n == count / 2 + 1;
    k = ((n - 1) * (s->most - 1) + count - 2) / (count - 1);
    return n == 1 + k * (count - 1) / (s->most - 1);
}

void scene_sweep(const struct scene *s, struct tally *t)
{
    struct sweep *w = calloc(1, sizeof *w);
    const char *const *names;
    int calls = point_names(&names);
    int64_t clock;
    long all = 0;

    w->s = s;
    w->t = t;
    prepare(w);
    learn(w);
    clock = w->clock;
    for (w->which = 0; w->which < calls; w->which++) {
        w->call = names[w->which];
        if (s->only && strcmp(s->only, w->call) != 0)
            continue;
        all += w->counts[w->which];
        for (w->n = 1; w->n <= w->counts[w->which]; w->n++) {
            if (s->at ? w->n != s->at : !chosen(s, w->n, w->counts[w->which]))
                continue;
            w->clock = clock;
            point(w);
        }
    }
    printf("%s: %ld calls, failed %ld of them: %ld borne, %ld refused, %ld out of memory, %ld "
           "findings\n",
           s->name, all, t->points, t->borne, t->refused, t->no_memory, t->findings);
    restore(w);
    free(w);
}
