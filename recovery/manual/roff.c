#include "recovery/manual/manual.h"

#include <stdlib.h>
#include <string.h>

static void put(FILE *to, char c)
{
    if (c == '\\')
        fputs("\\e", to);
    else
        fputc(c, to);
}

void ra_roff_text(FILE *to, const char *text)
{
    bool begins = true;

    for (const char *p = text; *p; p++) {
        if (*p == '\v' || *p == '\n') {
            fputs(begins ? "" : "\n", to);
            if (*p == '\v')
                fputs(".Pp\n", to);
            begins = true;
            continue;
        }
        if (begins && (*p == '.' || *p == '\''))
            fputs("\\&", to);
        put(to, *p);
        /* mdoc wants each sentence on a line of its own */
        begins = (*p == '.' || *p == ':') && p[1] == ' ' && p[2] >= 'A' && p[2] <= 'Z';
        if (begins) {
            fputc('\n', to);
            p++;
        }
    }
    if (!begins)
        fputc('\n', to);
}

void ra_roff_sentence(FILE *to, const char *clause)
{
    char *text = NULL;

    if (*clause && asprintf(&text, "%s.", clause) > 0)
        ra_roff_text(to, text);
    free(text);
}

void ra_roff_word(FILE *to, const char *word)
{
    bool quoted = strpbrk(word, " |,.;:") || !*word;

    if (quoted)
        fputc('"', to);
    for (; *word; word++) {
        if (*word == '"')
            fputs("\\(dq", to);
        else
            put(to, *word);
    }
    if (quoted)
        fputc('"', to);
}

void ra_roff_head(FILE *to, const char *title, const char *section, const char *date)
{
    fprintf(to, ".Dd %s\n.Dt ", date);
    for (; *title; title++)
        fputc(*title >= 'a' && *title <= 'z' ? *title - 32 : *title, to);
    fprintf(to, " %s\n.Os\n", section);
}
