#include "recovery/import/adsync.h"

static void put_list(struct ra_buf *out, const char *key, const struct ra_str *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ra_buf_printf(out, "%s = " RA_STR_FMT "\n", key, RA_STR_ARG(list[i]));
}

static void put_domain(struct ra_buf *out, const struct ra_adsync_domain *d)
{
    ra_buf_printf(out, "[ad:" RA_STR_FMT "]\nuri = ldaps://" RA_STR_FMT "\n", RA_STR_ARG(d->dns),
                  RA_STR_ARG(d->dns));
    put_list(out, "include", d->include, d->includes);
    put_list(out, "exclude", d->exclude, d->excludes);
    for (size_t i = 0; i < d->unsaids; i++)
        ra_buf_printf(
            out, "; selected too, below an exclude, which include cannot say: " RA_STR_FMT "\n",
            RA_STR_ARG(d->unsaid[i]));
    ra_buf_puts(out, "\n");
}

/* Comment lines hold names out of the file. */
static void put_name(struct ra_buf *out, struct ra_str s)
{
    for (size_t i = 0; i < s.n && i < 200; i++)
        ra_buf_putc(out, (unsigned char)s.p[i] < 0x20 ? ' ' : s.p[i]);
}

static void put_rules(struct ra_buf *out, const struct ra_adsync *a)
{
    if (a->rules_n)
        ra_buf_printf(out,
                      "; The old server had %zu rules of its own, which no option here "
                      "replaces:\n",
                      a->rules_n);
    for (size_t i = 0; i < a->rules_n; i++) {
        ra_buf_puts(out, ";   ");
        put_name(out, a->rules[i].name);
        if (!ra_str_absent(a->rules[i].touches))
            ra_buf_printf(out, " (sets " RA_STR_FMT ")", RA_STR_ARG(a->rules[i].touches));
        ra_buf_puts(out, "\n");
    }
    if (a->rules_n)
        ra_buf_puts(out, "\n");
}

void ra_adsync_config(const struct ra_adsync *a, const char *path, struct ra_buf *out)
{
    ra_buf_puts(out, "; From ");
    put_name(out, ra_str(path));
    ra_buf_puts(out, ", which does not say how to sign in: [tenant] and each domain's auth are "
                     "still missing.\n\n");
    put_rules(out, a);
    for (size_t i = 0; i < a->domains_n; i++)
        put_domain(out, &a->domains[i]);
    ra_buf_puts(out, "[anchor]\n");
    if (ra_str_absent(a->anchor_attribute))
        ra_buf_puts(out, "; The file does not name the source anchor attribute.\nattribute = "
                         "auto\n");
    else
        ra_buf_printf(out, "attribute = " RA_STR_FMT "\n", RA_STR_ARG(a->anchor_attribute));
    if (!ra_str_absent(a->login_attribute))
        ra_buf_printf(out, "login_attribute = " RA_STR_FMT "\n", RA_STR_ARG(a->login_attribute));
}
