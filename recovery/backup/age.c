#include "recovery/backup/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* in and out become its stdin and stdout; every other descriptor of ours is closed on exec. */
static int spawn(struct ra_age *a, char *const argv[], int in, int out, int errors,
                 struct ra_err *err)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t signals;
    int failed;

    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE); /* ignored in this process, and that would be inherited */
    if (posix_spawn_file_actions_init(&actions) != 0 || posix_spawnattr_init(&attributes) != 0)
        ra_die("out of memory (starting age)");
    posix_spawnattr_setsigdefault(&attributes, &signals);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
    failed = posix_spawnp(&a->pid, "age", &actions, &attributes, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (!failed)
        return 0;
    a->pid = 0;
    ra_fail(err, RA_ECONFIG, "age: cannot be run: %s", strerror(failed));
    return ra_hint(err, "install age (https://age-encryption.org, Debian package age)");
}

static int start(struct ra_age *a, char *const argv[], int file, bool encrypt, struct ra_err *err)
{
    int ends[2], words[2], rc;

    *a = (struct ra_age){.pipe = -1, .errors = -1};
    if (pipe2(ends, O_CLOEXEC) != 0)
        return ra_fail(err, RA_EIO, "pipe: %s", strerror(errno));
    if (pipe2(words, O_CLOEXEC) != 0) {
        close(ends[0]);
        close(ends[1]);
        return ra_fail(err, RA_EIO, "pipe: %s", strerror(errno));
    }
    rc = encrypt ? spawn(a, argv, ends[0], file, words[1], err)
                 : spawn(a, argv, file, ends[1], words[1], err);
    a->pipe = ends[encrypt ? 1 : 0];
    close(ends[encrypt ? 0 : 1]);
    close(words[1]);
    a->errors = words[0];
    if (rc != 0) {
        close_fd(&a->pipe);
        close_fd(&a->errors);
    }
    return rc;
}

int ra_age_encrypt(struct ra_age *a, int to, char *const *recipients, size_t n, struct ra_err *err)
{
    char program[] = "age", verb[] = "--encrypt", recipient[] = "-r";
    char **argv = ra_calloc(2 * n + 3, sizeof *argv);
    size_t argc = 0;
    int rc;

    argv[argc++] = program;
    argv[argc++] = verb;
    for (size_t i = 0; i < n; i++) {
        argv[argc++] = recipient;
        argv[argc++] = recipients[i];
    }
    rc = start(a, argv, to, true, err);
    free(argv);
    return rc;
}

int ra_age_decrypt(struct ra_age *a, int from, const char *identity_file, struct ra_err *err)
{
    char program[] = "age", verb[] = "--decrypt", identity[] = "-i";
    char *path = ra_strdup(identity_file);
    char *const argv[] = {program, verb, identity, path, NULL};
    int rc = start(a, argv, from, false, err);

    free(path);
    return rc;
}

/* Its first line, without its name in front. */
static void read_words(int fd, char *out, size_t size)
{
    ssize_t n = read(fd, out, size - 1);
    char *line = out;

    out[n > 0 ? n : 0] = '\0';
    out[strcspn(out, "\n")] = '\0';
    if (strncmp(line, "age: ", 5) == 0)
        memmove(out, out + 5, strlen(out + 5) + 1);
    if (strncmp(line, "error: ", 7) == 0)
        memmove(out, out + 7, strlen(out + 7) + 1);
}

int ra_age_wait(struct ra_age *a, enum ra_code code, const char *path, struct ra_err *err)
{
    char words[512] = "";
    int status = 0;

    if (a->pid == 0)
        return 0;
    close_fd(&a->pipe);
    while (waitpid(a->pid, &status, 0) < 0 && errno == EINTR)
        ;
    a->pid = 0;
    read_words(a->errors, words, sizeof words);
    close_fd(&a->errors);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    return ra_fail(err, code, "%s: age: %s", path, words[0] ? words : "ended without a word");
}

void ra_age_kill(struct ra_age *a)
{
    if (a->pid)
        kill(a->pid, SIGKILL);
    ra_age_wait(a, RA_EIO, "", NULL);
    close_fd(&a->pipe);
    close_fd(&a->errors);
}
