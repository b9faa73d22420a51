/* The pages that are tables: the configuration's keys, and the verdicts. */
#include "recovery/manual/manual.h"
#include "recovery/model/verdict.h"
#include "src/config/options.h"

#include <string.h>

/* ---- reanchor.conf(5) ---- */

static const char *section_of(const struct ra_option *o)
{
    return strcmp(o->section, "ad") == 0 ? "ad:NAME" : o->section;
}

static void put_key(const struct ra_manual *m, const struct ra_option *o)
{
    struct ra_buf form;

    ra_buf_init(&form, 4096);
    ra_option_form(o, &form);
    fprintf(m->to, ".It Cm %s No = ", o->key);
    ra_roff_word(m->to, ra_buf_z(&form));
    fputc('\n', m->to);
    ra_roff_sentence(m->to, o->help);
    if (o->type == RA_OPTION_LIST)
        fputs("May be repeated.\n", m->to);
    if (o->file == RA_SECRET_FILE)
        fputs("A secret: group and others must not be able to read the file.\n", m->to);
    if (o->standard) {
        fputs("The default is\n.Cm ", m->to);
        ra_roff_word(m->to, o->standard);
        fputs(" .\n", m->to);
    }
    ra_buf_free(&form);
}

int ra_manual_configuration(const struct ra_manual *m)
{
    size_t n;
    const struct ra_option *o = ra_options(&n);
    const char *section = "";

    ra_roff_head(m->to, "reanchor.conf", "5", m->date);
    fputs(".Sh NAME\n.Nm reanchor.conf\n.Nd configuration of reanchor\n.Sh DESCRIPTION\n", m->to);
    if (ra_manual_insert(m, "conf") != 0)
        return 1;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(section, o[i].section) != 0) {
            if (*section)
                fputs(".El\n", m->to);
            fprintf(m->to, ".Ss [%s]\n.Bl -tag -width Ds\n", section_of(&o[i]));
            section = o[i].section;
        }
        put_key(m, &o[i]);
    }
    fputs(".El\n", m->to);
    if (ra_manual_insert(m, "conf-example") != 0)
        return 1;
    fputs(".Sh SEE ALSO\n.Xr reanchor 1\n", m->to);
    return 0;
}

/* ---- reanchor-decisions(7) ---- */

static void put_codes(const struct ra_manual *m, enum ra_class in)
{
    fprintf(m->to, ".Ss Class %s\n.Bl -tag -width Ds\n", ra_class_name(in));
    for (int c = 0; c < RA_VERDICT_CODES; c++) {
        const struct ra_code_info *info = ra_code_info((enum ra_verdict_code)c);

        if (info->in != in)
            continue;
        fprintf(m->to, ".It Sy %s\n", info->name);
        ra_roff_sentence(m->to, info->meaning);
        if (info->server_error) {
            fputs("The service says\n.Em ", m->to);
            ra_roff_word(m->to, info->server_error);
            fputs(" .\n", m->to);
        }
    }
    fputs(".El\n", m->to);
}

int ra_manual_decisions(const struct ra_manual *m)
{
    ra_roff_head(m->to, "reanchor-decisions", "7", m->date);
    fputs(".Sh NAME\n.Nm reanchor-decisions\n.Nd verdicts of reanchor and what they mean\n"
          ".Sh DESCRIPTION\n",
          m->to);
    if (ra_manual_insert(m, "decisions") != 0)
        return 1;
    for (int c = 0; c < RA_CLASSES; c++)
        put_codes(m, (enum ra_class)c);
    fputs(".Ss Warnings\n.Bl -tag -width Ds\n", m->to);
    for (int w = 0; w < RA_WARNINGS; w++) {
        fprintf(m->to, ".It Sy %s\n", ra_warning_name((enum ra_warning)w));
        ra_roff_sentence(m->to, ra_warning_meaning((enum ra_warning)w));
    }
    fputs(".El\n.Sh SEE ALSO\n.Xr reanchor 1 ,\n.Xr reanchor-show 1\n", m->to);
    return 0;
}
