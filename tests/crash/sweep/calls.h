/*
 * The calls that are made to fail, one a line, for whoever includes this with CALL defined:
 *   CALL(result, name, (parameters), (arguments), what it gives when it fails)
 * The linker diverts each (--wrap, from the names in this very file: see CMakeLists.txt) to a
 * function of calls.c. Those with arguments that vary, and those that leave half of the work done,
 * stand there in full, and here as VARIES. DEEP are calls that the libraries make, too: they are
 * failed wherever they come from.
 */

/* memory */
CALL(void *, malloc, (size_t n), (n), NULL)
CALL(void *, calloc, (size_t n, size_t size), (n, size), NULL)
CALL(void *, realloc, (void *p, size_t n), (p, n), NULL)
CALL(char *, strdup, (const char *s), (s), NULL)
CALL(FILE *, open_memstream, (char **p, size_t *n), (p, n), NULL)

/* files */
VARIES(open)
CALL(int, mkostemp, (char *name, int flags), (name, flags), -1)
CALL(FILE *, fopen, (const char *path, const char *mode), (path, mode), NULL)
CALL(FILE *, fdopen, (int fd, const char *mode), (fd, mode), NULL)
CALL(ssize_t, read, (int fd, void *p, size_t n), (fd, p, n), -1)
CALL(ssize_t, pread, (int fd, void *p, size_t n, off_t at), (fd, p, n, at), -1)
CALL(char *, fgets, (char *p, int n, FILE *fp), (p, n, fp), failed_stream(fp))
VARIES(fwrite)
VARIES(fflush)
VARIES(fclose)
CALL(int, rename, (const char *from, const char *to), (from, to), -1)
CALL(int, unlink, (const char *path), (path), -1)
CALL(int, unlinkat, (int fd, const char *name, int flags), (fd, name, flags), -1)
CALL(int, mkdir, (const char *path, mode_t mode), (path, mode), -1)
CALL(int, chmod, (const char *path, mode_t mode), (path, mode), -1)
CALL(int, fchmod, (int fd, mode_t mode), (fd, mode), -1)
CALL(int, flock, (int fd, int how), (fd, how), -1)
CALL(int, stat, (const char *path, struct stat *st), (path, st), -1)
CALL(int, lstat, (const char *path, struct stat *st), (path, st), -1)
CALL(int, fstat, (int fd, struct stat *st), (fd, st), -1)
CALL(int, statfs, (const char *path, struct statfs *st), (path, st), -1)
CALL(int, statvfs, (const char *path, struct statvfs *st), (path, st), -1)
CALL(DIR *, opendir, (const char *path), (path), NULL)
CALL(struct dirent *, readdir, (DIR * d), (d), NULL)
CALL(off_t, lseek, (int fd, off_t at, int from), (fd, at, from), -1)
DEEP(write)
DEEP(pwrite)
DEEP(writev)
DEEP(fsync)
DEEP(fdatasync)
DEEP(ftruncate)
DEEP(mmap)

/* the system */
CALL(int, pthread_create,
     (pthread_t * t, const pthread_attr_t *a, void *(*body)(void *), void *arg), (t, a, body, arg),
     EAGAIN)
CALL(int, pipe2, (int fds[2], int flags), (fds, flags), -1)
CALL(int, poll, (struct pollfd * fds, nfds_t n, int ms), (fds, n, ms), -1)
CALL(int, socket, (int domain, int type, int protocol), (domain, type, protocol), -1)
CALL(int, connect, (int fd, const struct sockaddr *a, socklen_t n), (fd, a, n), -1)
CALL(int, getaddrinfo,
     (const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **out),
     (node, service, hints, out), EAI_AGAIN)
CALL(int, glob, (const char *pattern, int flags, int (*e)(const char *, int), glob_t *g),
     (pattern, flags, e, g), GLOB_NOSPACE)

/* libcurl */
CALL(CURLcode, curl_global_init, (long flags), (flags), CURLE_FAILED_INIT)
CALL(CURL *, curl_easy_init, (void), (), NULL)
VARIES(curl_easy_setopt)
VARIES(curl_easy_getinfo)
CALL(CURLM *, curl_multi_init, (void), (), NULL)
VARIES(curl_multi_setopt)
CALL(CURLMcode, curl_multi_add_handle, (CURLM * m, CURL *e), (m, e), CURLM_OUT_OF_MEMORY)
CALL(CURLMcode, curl_multi_perform, (CURLM * m, int *running), (m, running), CURLM_INTERNAL_ERROR)
CALL(CURLMcode, curl_multi_poll,
     (CURLM * m, struct curl_waitfd *fds, unsigned n, int ms, int *ready), (m, fds, n, ms, ready),
     CURLM_UNRECOVERABLE_POLL)
CALL(CURLMcode, curl_multi_wakeup, (CURLM * m), (m), CURLM_WAKEUP_FAILURE)
CALL(struct curl_slist *, curl_slist_append, (struct curl_slist * l, const char *s), (l, s), NULL)
CALL(CURLU *, curl_url, (void), (), NULL)
CALL(CURLUcode, curl_url_set, (CURLU * u, CURLUPart part, const char *s, unsigned flags),
     (u, part, s, flags), CURLUE_OUT_OF_MEMORY)
CALL(CURLUcode, curl_url_get, (const CURLU *u, CURLUPart part, char **s, unsigned flags),
     (u, part, s, flags), CURLUE_OUT_OF_MEMORY)

/* libldap */
CALL(int, ldap_init_fd, (ber_socket_t fd, int proto, const char *url, LDAP **ld),
     (fd, proto, url, ld), LDAP_NO_MEMORY)
CALL(int, ldap_set_option, (LDAP * ld, int option, const void *value), (ld, option, value),
     LDAP_OPT_ERROR)
CALL(int, ldap_get_option, (LDAP * ld, int option, void *value), (ld, option, value),
     LDAP_OPT_ERROR)
CALL(int, ldap_install_tls, (LDAP * ld), (ld), LDAP_CONNECT_ERROR)
CALL(int, ldap_sasl_bind,
     (LDAP * ld, const char *dn, const char *mechanism, struct berval *cred, LDAPControl **s,
      LDAPControl **c, int *id),
     (ld, dn, mechanism, cred, s, c, id), LDAP_SERVER_DOWN)
CALL(int, ldap_search_ext,
     (LDAP * ld, const char *base, int scope, const char *filter, char **attrs, int only,
      LDAPControl **s, LDAPControl **c, struct timeval *limit, int size, int *id),
     (ld, base, scope, filter, attrs, only, s, c, limit, size, id), LDAP_SERVER_DOWN)
CALL(int, ldap_modify_ext,
     (LDAP * ld, const char *dn, LDAPMod **mods, LDAPControl **s, LDAPControl **c, int *id),
     (ld, dn, mods, s, c, id), LDAP_SERVER_DOWN)
CALL(int, ldap_result, (LDAP * ld, int id, int all, struct timeval *limit, LDAPMessage **m),
     (ld, id, all, limit, m), lost_server(ld))
CALL(int, ldap_parse_result,
     (LDAP * ld, LDAPMessage *m, int *code, char **matched, char **text, char ***refs,
      LDAPControl ***controls, int freeit),
     (ld, m, code, matched, text, refs, controls, freeit), LDAP_DECODING_ERROR)
CALL(int, ldap_create_page_control,
     (LDAP * ld, ber_int_t size, struct berval *cookie, int critical, LDAPControl **out),
     (ld, size, cookie, critical, out), LDAP_NO_MEMORY)
CALL(int, ldap_parse_pageresponse_control,
     (LDAP * ld, LDAPControl *c, ber_int_t *count, struct berval *cookie), (ld, c, count, cookie),
     LDAP_DECODING_ERROR)
CALL(LDAPControl *, ldap_control_find, (const char *oid, LDAPControl **all, LDAPControl ***next),
     (oid, all, next), NULL)
CALL(int, ldap_get_dn_ber, (LDAP * ld, LDAPMessage *m, BerElement **ber, BerValue *dn),
     (ld, m, ber, dn), LDAP_DECODING_ERROR)
CALL(int, ldap_get_attribute_ber,
     (LDAP * ld, LDAPMessage *m, BerElement *ber, BerValue *attribute, BerVarray *values),
     (ld, m, ber, attribute, values), LDAP_DECODING_ERROR)
CALL(struct berval **, ldap_get_values_len, (LDAP * ld, LDAPMessage *m, const char *attribute),
     (ld, m, attribute), NULL)
CALL(int, ldap_str2dn, (const char *s, LDAPDN *dn, unsigned flags), (s, dn, flags), LDAP_NO_MEMORY)
CALL(int, ldap_url_parse, (const char *url, LDAPURLDesc **out), (url, out), LDAP_URL_ERR_MEM)
CALL(int, ldap_bv2escaped_filter_value, (struct berval * in, struct berval *out), (in, out), -1)
CALL(struct berval *, ber_bvdup, (struct berval * v), (v), NULL)
CALL(LDAPAttributeType *, ldap_str2attributetype,
     (const char *s, int *code, const char **where, unsigned flags), (s, code, where, flags), NULL)

/* LMDB */
CALL(int, mdb_env_create, (MDB_env * *out), (out), ENOMEM)
CALL(int, mdb_env_set_maxdbs, (MDB_env * e, MDB_dbi n), (e, n), EINVAL)
CALL(int, mdb_env_set_mapsize, (MDB_env * e, size_t n), (e, n), ENOMEM)
CALL(int, mdb_env_set_userctx, (MDB_env * e, void *ctx), (e, ctx), EINVAL)
CALL(int, mdb_env_set_assert, (MDB_env * e, MDB_assert_func *f), (e, f), EINVAL)
CALL(int, mdb_env_open, (MDB_env * e, const char *path, unsigned flags, mdb_mode_t mode),
     (e, path, flags, mode), EIO)
CALL(int, mdb_reader_check, (MDB_env * e, int *dead), (e, dead), EIO)
CALL(int, mdb_txn_begin, (MDB_env * e, MDB_txn *parent, unsigned flags, MDB_txn **out),
     (e, parent, flags, out), ENOMEM)
VARIES(mdb_txn_commit)
CALL(int, mdb_dbi_open, (MDB_txn * t, const char *name, unsigned flags, MDB_dbi *out),
     (t, name, flags, out), ENOMEM)
CALL(int, mdb_stat, (MDB_txn * t, MDB_dbi dbi, MDB_stat *out), (t, dbi, out), MDB_CORRUPTED)
CALL(int, mdb_get, (MDB_txn * t, MDB_dbi dbi, MDB_val *key, MDB_val *value), (t, dbi, key, value),
     MDB_CORRUPTED)
CALL(int, mdb_put, (MDB_txn * t, MDB_dbi dbi, MDB_val *key, MDB_val *value, unsigned flags),
     (t, dbi, key, value, flags), ENOSPC)
CALL(int, mdb_del, (MDB_txn * t, MDB_dbi dbi, MDB_val *key, MDB_val *value), (t, dbi, key, value),
     ENOSPC)
CALL(int, mdb_drop, (MDB_txn * t, MDB_dbi dbi, int del), (t, dbi, del), ENOSPC)
CALL(int, mdb_cursor_open, (MDB_txn * t, MDB_dbi dbi, MDB_cursor **out), (t, dbi, out), ENOMEM)
CALL(int, mdb_cursor_get, (MDB_cursor * c, MDB_val *key, MDB_val *value, MDB_cursor_op op),
     (c, key, value, op), MDB_CORRUPTED)
CALL(int, mdb_cursor_put, (MDB_cursor * c, MDB_val *key, MDB_val *value, unsigned flags),
     (c, key, value, flags), ENOSPC)

/* the others */
CALL(cJSON *, cJSON_ParseWithLength, (const char *p, size_t n), (p, n), NULL)
CALL(char *, cJSON_PrintUnformatted, (const cJSON *j), (j), NULL)
CALL(ZSTD_CCtx *, ZSTD_createCCtx, (void), (), NULL)
CALL(ZSTD_DCtx *, ZSTD_createDCtx, (void), (), NULL)
CALL(size_t, ZSTD_compressStream2,
     (ZSTD_CCtx * c, ZSTD_outBuffer *out, ZSTD_inBuffer *in, ZSTD_EndDirective end),
     (c, out, in, end), (size_t)-64)
CALL(size_t, ZSTD_decompressStream, (ZSTD_DCtx * d, ZSTD_outBuffer *out, ZSTD_inBuffer *in),
     (d, out, in), (size_t)-20)
CALL(EVP_MD_CTX *, EVP_MD_CTX_new, (void), (), NULL)
CALL(int, EVP_DigestInit_ex, (EVP_MD_CTX * c, const EVP_MD *md, ENGINE *e), (c, md, e), 0)
CALL(int, EVP_DigestUpdate, (EVP_MD_CTX * c, const void *p, size_t n), (c, p, n), 0)
CALL(int, EVP_DigestFinal_ex, (EVP_MD_CTX * c, unsigned char *out, unsigned *n), (c, out, n), 0)
CALL(int, EVP_Digest,
     (const void *p, size_t n, unsigned char *out, unsigned *out_n, const EVP_MD *md, ENGINE *e),
     (p, n, out, out_n, md, e), 0)
CALL(int, EVP_DigestSignInit,
     (EVP_MD_CTX * c, EVP_PKEY_CTX **k, const EVP_MD *md, ENGINE *e, EVP_PKEY *key),
     (c, k, md, e, key), 0)
CALL(int, EVP_DigestSign,
     (EVP_MD_CTX * c, unsigned char *sig, size_t *n, const unsigned char *p, size_t p_n),
     (c, sig, n, p, p_n), 0)
CALL(BIO *, BIO_new_mem_buf, (const void *p, int n), (p, n), NULL)
CALL(X509 *, PEM_read_bio_X509, (BIO * b, X509 **x, pem_password_cb *cb, void *u), (b, x, cb, u),
     NULL)
CALL(EVP_PKEY *, PEM_read_bio_PrivateKey, (BIO * b, EVP_PKEY **x, pem_password_cb *cb, void *u),
     (b, x, cb, u), NULL)
CALL(int, X509_digest, (const X509 *x, const EVP_MD *md, unsigned char *out, unsigned *n),
     (x, md, out, n), 0)
