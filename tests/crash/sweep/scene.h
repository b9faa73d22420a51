/* A scene: a command at work in a folder, and how it is told what became of its state. */
#ifndef RA_TESTS_CRASH_SWEEP_SCENE_H
#define RA_TESTS_CRASH_SWEEP_SCENE_H

#include <stdbool.h>
#include <stdint.h>

#define SCENE_ALSO 4

struct scene {
    const char *name, *conf, *dir; /* dir: as it is now before every point */
    const char *const *command;    /* what is disturbed */
    const char *look;              /* a command that tells the state; its words apart by blanks */
    const char *report;            /* a folder in dir that appears whole or not at all, or NULL */
    const char *reset, *world;     /* shell commands: state outside dir, or NULL */
    const char *also[SCENE_ALSO];  /* commands after each of which a look is as good */
    bool same_output;              /* it only reads: each undisturbed run prints the same */
    bool tells;                    /* what goes wrong stands on stdout: it is what was asked for */
    bool in_steps;                 /* between two of its steps there are whole states, too */
    bool status_only;              /* what it makes is never twice the same */
    bool fixed_clock;
    int seconds;
    const char *only; /* one call */
    long at;          /* one point of it, 0 for all */
    long most;        /* points of each call at most, 0 for all */
};

struct tally {
    long points, borne, refused, no_memory, findings;
};

void scene_sweep(const struct scene *s, struct tally *t);

#endif
