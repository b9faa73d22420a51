/*
 * csexport's XML of the Entra connector: <cs-objects> of <cs-object cs-dn object-type>, each with
 * what is pending and with holograms, the object's state as the server knew it. expat takes it
 * apart piece by piece, so that no part of the file but one object is ever held. A document type is
 * refused where it begins, and with it every entity that could be declared there; depth and sizes
 * are capped. Lines are expat's.
 */
#include "recovery/import/cs_object.h"
#include "recovery/import/text.h"

#include <errno.h>
#include <expat.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK     65536
#define DEPTH_MAX 64
#define TOKEN_MAX ((size_t)4 << 20) /* bytes of a tag that expat has to hold */

struct reading {
    struct ra_import_reader *r;
    XML_Parser xml;
    struct ra_cs_object object;
    int depth;
    uint64_t objects, foreign; /* all; those whose name holds no anchor */
    uint64_t foreign_line;
    char foreign_dn[96];
    uint64_t fed; /* bytes */
    struct ra_err err;
    int rc;
};

static uint64_t line_of(const struct reading *c)
{
    return (uint64_t)XML_GetCurrentLineNumber(c->xml);
}

static void stop(struct reading *c, int rc)
{
    if (rc == 0 || c->rc != 0)
        return;
    c->rc = rc;
    XML_StopParser(c->xml, XML_FALSE);
}

static const char *attribute(const XML_Char **attributes, const char *name)
{
    for (size_t i = 0; attributes[i]; i += 2)
        if (strcmp(attributes[i], name) == 0)
            return attributes[i + 1];
    return NULL;
}

static void begin_document(struct reading *c, const char *name)
{
    char room[96];

    if (strcmp(name, "cs-objects") != 0)
        stop(c, ra_import_broken(c->r, &c->err, NULL, line_of(c),
                                 "the outermost element is '%s', want 'cs-objects' as csexport "
                                 "writes it",
                                 ra_import_quote(ra_str(name), room)));
}

static void begin_object(struct reading *c, const char *name, const XML_Char **attributes)
{
    const char *dn = attribute(attributes, "cs-dn");

    if (strcmp(name, "cs-object") != 0)
        return;
    if (!dn) {
        stop(c, ra_import_wrong(c->r, NULL, line_of(c), "a cs-object without cs-dn"));
        return;
    }
    ra_cs_begin(&c->object, ra_str(dn), ra_str(attribute(attributes, "object-type")), line_of(c));
}

static void start(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
    struct reading *c = ctx;

    if (++c->depth > DEPTH_MAX)
        stop(c, ra_import_broken(c->r, &c->err, NULL, line_of(c),
                                 "elements nested deeper than %d, want at most 10", DEPTH_MAX));
    else if (c->depth == 1)
        begin_document(c, name);
    else if (c->depth == 2)
        begin_object(c, name, attributes);
    else
        ra_cs_start(&c->object, c->depth - 2, name, attribute(attributes, "name"),
                    attribute(attributes, "operation"), attribute(attributes, "encoding"),
                    attribute(attributes, "type"), line_of(c));
}

static void end_object(struct reading *c)
{
    struct ra_import_entry e;
    int rc;

    if (!c->object.open)
        return;
    rc = ra_cs_end(&c->object, c->r, &e);
    c->objects++;
    if (rc == 1 && e.left_out == RA_LEFT_OTHER_DN && c->foreign++ == 0) {
        c->foreign_line = e.line;
        ra_import_quote(c->object.dn, c->foreign_dn);
    }
    stop(c, rc == 1 ? ra_import_give(c->r, &e, &c->err) : rc);
}

static void end(void *ctx, const XML_Char *name)
{
    struct reading *c = ctx;

    if (c->rc != 0)
        return;
    if (c->depth == 2)
        end_object(c);
    else if (c->depth > 2)
        ra_cs_finish(&c->object, c->depth - 2, name, c->r);
    c->depth--;
}

static void text(void *ctx, const XML_Char *s, int n)
{
    struct reading *c = ctx;

    if (c->rc == 0 && c->depth > 2 && n > 0)
        ra_cs_text(&c->object, c->depth - 2, s, (size_t)n);
}

static void doctype(void *ctx, const XML_Char *name, const XML_Char *system, const XML_Char *public,
                    int internal)
{
    struct reading *c = ctx;

    (void)name;
    (void)system;
    (void)public;
    (void)internal;
    stop(c, ra_import_broken(c->r, &c->err, NULL, line_of(c),
                             "a document type, want none: csexport writes none, and it could "
                             "declare entities"));
}

static int feed(struct reading *c, const char *p, size_t n, bool last, struct ra_err *err)
{
    XML_Index at;

    c->fed += n;
    if (XML_Parse(c->xml, p, (int)n, last) == XML_STATUS_ERROR && c->rc == 0)
        return ra_import_broken(c->r, err, NULL, line_of(c), "%s, want well-formed XML",
                                XML_ErrorString(XML_GetErrorCode(c->xml)));
    if (c->rc != 0) {
        if (err && c->err.code)
            *err = c->err;
        return c->rc;
    }
    at = XML_GetCurrentByteIndex(c->xml);
    if (at >= 0 && c->fed - (uint64_t)at > TOKEN_MAX)
        return ra_import_broken(c->r, err, NULL, line_of(c), "a tag of more than %zu bytes",
                                TOKEN_MAX);
    return ra_import_stopped(c->r, err);
}

static int read_all(struct reading *c, int fd, struct ra_err *err)
{
    char chunk[CHUNK];
    ssize_t n = 1;
    int rc = 0;

    while (rc == 0 && n > 0) {
        do
            n = read(fd, chunk, sizeof chunk);
        while (n < 0 && errno == EINTR);
        if (n < 0)
            return ra_fail(err, RA_EIO, "%s: %s", c->r->path, strerror(errno));
        rc = feed(c, chunk, (size_t)n, n == 0, err);
    }
    return rc;
}

/* A byte order mark says it better than a declaration that was true before Out-File. */
static bool is_utf16(int fd)
{
    unsigned char mark[2];

    return pread(fd, mark, 2, 0) == 2 &&
           ((mark[0] == 0xFF && mark[1] == 0xFE) || (mark[0] == 0xFE && mark[1] == 0xFF));
}

/* A csexport of the AD connector is a csexport too, but holds no anchors. */
static int check_connector(struct reading *c, struct ra_err *err)
{
    int rc;

    if (c->objects == 0 || c->foreign < c->objects || c->r->wrong)
        return 0;
    rc = ra_import_broken(c->r, err, NULL, c->foreign_line,
                          "cs-dn is '%s', and no other one is CN={ hexadecimal digits } either: "
                          "this is not the Entra connector",
                          c->foreign_dn);
    ra_hint(&c->r->first, "export the connector whose name ends with '- AAD': csexport \"NAME - "
                          "AAD\" cs.xml");
    return rc;
}

int ra_import_csexport(struct ra_import_reader *r, struct ra_err *err)
{
    struct reading c = {.r = r};
    int fd, rc = ra_import_open_file(r->path, &fd, err);

    if (rc != 0)
        return rc;
    c.xml = XML_ParserCreate(is_utf16(fd) ? "UTF-16" : NULL);
    if (!c.xml)
        abort();
    ra_cs_init(&c.object);
    XML_SetUserData(c.xml, &c);
    XML_SetElementHandler(c.xml, start, end);
    XML_SetCharacterDataHandler(c.xml, text);
    XML_SetStartDoctypeDeclHandler(c.xml, doctype);
    rc = read_all(&c, fd, err);
    if (rc == 0)
        rc = check_connector(&c, err);
    XML_ParserFree(c.xml);
    ra_cs_free(&c.object);
    close(fd);
    return rc;
}
