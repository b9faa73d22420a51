/*
 * Errors: one struct, owned by the caller, filled once where the fault is seen. Upper layers only
 * prefix. Every function that can fail returns 0 or a negative enum ra_code. Messages are lower
 * case without a full stop and name the object, what was found and what was wanted; the hint says
 * what the operator can do.
 */
#ifndef RA_BASE_ERR_H
#define RA_BASE_ERR_H

#include <stdarg.h>

/* Numbers are never reused. Each maps to one exit status (docs/formats.md, "Exit status"). */
enum ra_code {
    RA_EUSAGE = 1,      /* the command line */
    RA_ECONFIG = 2,     /* the configuration, or a file that it names */
    RA_EINPUT = 3,      /* a saved file or dump that cannot be read as what it should be */
    RA_EINCOMPLETE = 4, /* a read that did not reach its explicit end */
    RA_ESIGNIN = 5,     /* sign-in to Entra ID or bind to AD refused */
    RA_EPERMISSION = 6, /* signed in, but not allowed */
    RA_ENETWORK = 7,    /* no connection, TLS, time-out, cut */
    RA_ESERVER = 8,     /* the server answered with a fault of its own */
    RA_ETHROTTLED = 9,  /* the throttling budget ran out */
    RA_ESTOP = 10,      /* the gate says STOP */
    RA_ESTALE = 11,     /* a plan that is no longer of this state */
    RA_EACTIVE = 12,    /* another sync server is alive */
    RA_EINTEGRITY = 13, /* a backup, journal or store that is damaged */
    RA_ELOCKED = 14,    /* another run holds the store */
    RA_EINTERNAL = 15,  /* a fault of this program */
    RA_EIO = 16,        /* the local disk */
    RA_ENOTFOUND = 17,  /* what was asked for is not there */
    RA_ESIGNAL = 18,    /* stopped by a signal; see ra_err.signal */
};

struct ra_err {
    int code;   /* enum ra_code, 0 when none */
    int signal; /* for RA_ESIGNAL: its number */
    char msg[1024];
    char hint[768];
};

/* Fills *err (which may be NULL) and returns -code. The hint is cleared. */
int ra_fail(struct ra_err *err, enum ra_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts a hint beside the message and returns -err->code, so that it can end a function. */
int ra_hint(struct ra_err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Puts "text: " before the message; returns -err->code. */
int ra_prefix(struct ra_err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The name in the table, such as "ELOCKED"; never NULL. */
const char *ra_code_name(int code);

/* The process's exit status for this error, by the table; 128+N for a signal. */
int ra_exit_status(const struct ra_err *err);

#endif
