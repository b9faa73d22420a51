/*
 * sweep: runs a command of the program once for each call that it makes, with this call failing,
 * and looks each time whether it ended cleanly, left nothing half-done, and whether the next run
 * succeeds. See sweep.sh for the scenes.
 */
#include "tests/crash/sweep/point.h"
#include "tests/crash/sweep/scene.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static const struct option options[] = {
    {"name", 1, NULL, 'n'},        {"conf", 1, NULL, 'c'},     {"dir", 1, NULL, 'd'},
    {"look", 1, NULL, 'l'},        {"also", 1, NULL, 'a'},     {"report", 1, NULL, 'r'},
    {"reset", 1, NULL, 'x'},       {"world", 1, NULL, 'w'},    {"same-output", 0, NULL, 's'},
    {"tells", 0, NULL, 'T'},       {"in-steps", 0, NULL, 'i'}, {"status-only", 0, NULL, 'S'},
    {"fixed-clock", 0, NULL, 'f'}, {"seconds", 1, NULL, 't'},  {"only", 1, NULL, 'o'},
    {"at", 1, NULL, '@'},          {"most", 1, NULL, 'm'},     {NULL, 0, NULL, 0},
};

static void take_number(struct scene *s, int c)
{
    long n = strtol(optarg, NULL, 10);

    if (c == 't')
        s->seconds = (int)n;
    else if (c == '@')
        s->at = n;
    else
        s->most = n;
}

static void take_text(struct scene *s, int c)
{
    const char **to = c == 'n'   ? &s->name
                      : c == 'c' ? &s->conf
                      : c == 'd' ? &s->dir
                      : c == 'l' ? &s->look
                      : c == 'r' ? &s->report
                      : c == 'x' ? &s->reset
                      : c == 'w' ? &s->world
                                 : &s->only;

    for (int i = 0; c == 'a' && i < SCENE_ALSO; i++)
        if (!s->also[i]) {
            s->also[i] = optarg;
            return;
        }
    *to = optarg;
}

static void take(struct scene *s, int c)
{
    if (c == 's')
        s->same_output = true;
    else if (c == 'i')
        s->in_steps = true;
    else if (c == 'T')
        s->tells = true;
    else if (c == 'S')
        s->status_only = true;
    else if (c == 'f')
        s->fixed_clock = true;
    else if (c == 't' || c == '@' || c == 'm')
        take_number(s, c);
    else
        take_text(s, c);
}

int main(int argc, char **argv)
{
    struct scene s = {.seconds = 60};
    struct tally t = {0};
    int c;

    while ((c = getopt_long(argc, argv, "+", options, NULL)) != -1) {
        if (c == '?')
            return 2;
        take(&s, c);
    }
    s.command = (const char *const *)(argv + optind);
    if (!s.name || !s.conf || !s.dir || !*s.command) {
        fprintf(stderr, "sweep: want --name, --conf, --dir and a command\n");
        return 2;
    }
    point_init();
    scene_sweep(&s, &t);
    return t.findings || t.points == 0 ? 1 : 0;
}
