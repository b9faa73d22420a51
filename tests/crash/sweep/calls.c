/* A function in the place of each call of calls.h. */
#include "tests/crash/sweep/point.h"

#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#define LDAP_DEPRECATED 0
#include <ldap.h>
#include <ldap_schema.h>
#include <lmdb.h>
#include <netdb.h>
#include <openldap.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <zstd.h>

enum call {
#define CALL(result, name, parameters, arguments, failure) CALL_##name,
#define VARIES(name)                                       CALL_##name,
#define DEEP(name)                                         CALL_##name,
#include "tests/crash/sweep/calls.h"
#undef CALL
#undef VARIES
#undef DEEP
    CALLS
};

_Static_assert(CALLS <= POINT_CALLS, "make POINT_CALLS larger");

int point_names(const char *const **names)
{
    static const char *const all[] = {
#define CALL(result, name, parameters, arguments, failure) #name,
#define VARIES(name)                                       #name,
#define DEEP(name)                                         #name,
#include "tests/crash/sweep/calls.h"
#undef CALL
#undef VARIES
#undef DEEP
    };

    *names = all;
    return CALLS;
}

/* ---- what fails in more than a result ---- */

static char *failed_stream(FILE *fp)
{
    fp->_flags |= _IO_ERR_SEEN;
    return NULL;
}

static int lost_server(LDAP *ld)
{
    int code = LDAP_SERVER_DOWN;

    ldap_set_option(ld, LDAP_OPT_RESULT_CODE, &code);
    return -1;
}

/* ---- one function each ---- */

#define CALL(result, name, parameters, arguments, failure)                                         \
    result __real_##name parameters;                                                               \
    result __wrap_##name parameters;                                                               \
    result __wrap_##name parameters                                                                \
    {                                                                                              \
        return point_step(CALL_##name) ? (failure) : __real_##name arguments;                      \
    }
#define VARIES(name)
#define DEEP(name)
#include "tests/crash/sweep/calls.h"

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
    va_list ap;
    mode_t mode = 0;

    va_start(ap, flags);
    if (flags & O_CREAT)
        mode = va_arg(ap, mode_t);
    va_end(ap);
    return point_step(CALL_open) ? -1 : __real_open(path, flags, mode);
}

/* As on a full disk: nothing of it is kept, and the stream remembers. */
size_t __real_fwrite(const void *p, size_t size, size_t n, FILE *fp);
size_t __wrap_fwrite(const void *p, size_t size, size_t n, FILE *fp);
size_t __wrap_fwrite(const void *p, size_t size, size_t n, FILE *fp)
{
    if (fp == stderr || !point_step(CALL_fwrite))
        return __real_fwrite(p, size, n, fp);
    errno = ENOSPC;
    failed_stream(fp);
    return 0;
}

int __real_fflush(FILE *fp);
int __wrap_fflush(FILE *fp);
int __wrap_fflush(FILE *fp)
{
    if (!fp || fp == stderr || !point_step(CALL_fflush))
        return __real_fflush(fp);
    errno = ENOSPC;
    failed_stream(fp);
    return EOF;
}

int __real_fclose(FILE *fp);
int __wrap_fclose(FILE *fp);
int __wrap_fclose(FILE *fp)
{
    bool fails = point_step(CALL_fclose);
    int rc = __real_fclose(fp);

    if (fails)
        errno = EIO;
    return fails ? EOF : rc;
}

CURLcode __real_curl_easy_setopt(CURL *e, CURLoption option, ...);
CURLcode __wrap_curl_easy_setopt(CURL *e, CURLoption option, ...);
CURLcode __wrap_curl_easy_setopt(CURL *e, CURLoption option, ...)
{
    va_list ap;
    void *value;

    va_start(ap, option);
    value = va_arg(ap, void *); /* a long or curl_off_t takes the same room */
    va_end(ap);
    return point_step(CALL_curl_easy_setopt) ? CURLE_OUT_OF_MEMORY
                                             : __real_curl_easy_setopt(e, option, value);
}

CURLcode __real_curl_easy_getinfo(CURL *e, CURLINFO info, ...);
CURLcode __wrap_curl_easy_getinfo(CURL *e, CURLINFO info, ...);
CURLcode __wrap_curl_easy_getinfo(CURL *e, CURLINFO info, ...)
{
    va_list ap;
    void *value;

    va_start(ap, info);
    value = va_arg(ap, void *);
    va_end(ap);
    return point_step(CALL_curl_easy_getinfo) ? CURLE_BAD_FUNCTION_ARGUMENT
                                              : __real_curl_easy_getinfo(e, info, value);
}

CURLMcode __real_curl_multi_setopt(CURLM *m, CURLMoption option, ...);
CURLMcode __wrap_curl_multi_setopt(CURLM *m, CURLMoption option, ...);
CURLMcode __wrap_curl_multi_setopt(CURLM *m, CURLMoption option, ...)
{
    va_list ap;
    void *value;

    va_start(ap, option);
    value = va_arg(ap, void *);
    va_end(ap);
    return point_step(CALL_curl_multi_setopt) ? CURLM_UNKNOWN_OPTION
                                              : __real_curl_multi_setopt(m, option, value);
}

/* LMDB has given the transaction up by then. */
int __real_mdb_txn_commit(MDB_txn *t);
int __wrap_mdb_txn_commit(MDB_txn *t);
int __wrap_mdb_txn_commit(MDB_txn *t)
{
    if (!point_step(CALL_mdb_txn_commit))
        return __real_mdb_txn_commit(t);
    mdb_txn_abort(t);
    return ENOSPC;
}

/* ---- these stand before libc's for every library, too ---- */

/* Half of it reaches the disk, as far as a full one takes. Messages always leave. */
ssize_t write(int fd, const void *p, size_t n)
{
    if (fd == STDERR_FILENO || !point_step(CALL_write))
        return syscall(SYS_write, fd, p, n);
    if (n > 1)
        syscall(SYS_write, fd, p, n / 2);
    errno = ENOSPC;
    return -1;
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
    if (!point_step(CALL_pwrite))
        return syscall(SYS_pwrite64, fd, p, n, at);
    if (n > 1)
        syscall(SYS_pwrite64, fd, p, n / 2, at);
    errno = ENOSPC;
    return -1;
}

ssize_t writev(int fd, const struct iovec *v, int count)
{
    if (!point_step(CALL_writev))
        return syscall(SYS_writev, fd, v, count);
    if (count > 1)
        syscall(SYS_writev, fd, v, count / 2);
    errno = ENOSPC;
    return -1;
}

int fsync(int fd)
{
    return point_step(CALL_fsync) ? -1 : (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    return point_step(CALL_fdatasync) ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int ftruncate(int fd, off_t n)
{
    return point_step(CALL_ftruncate) ? -1 : (int)syscall(SYS_ftruncate, fd, n);
}

/* Maps of files alone: memory is malloc's. */
void *mmap(void *p, size_t n, int prot, int flags, int fd, off_t at)
{
    if (fd >= 0 && point_step(CALL_mmap)) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    return (void *)(intptr_t)syscall(SYS_mmap, p, n, prot, flags, fd, at); /* NOLINT */
}
