/* A configuration to fill in, from the table of options. */
#include "recovery/cli/commands.h"
#include "src/config/options.h"

#include <string.h>

/* What nobody can do without stands ready to be filled in; the rest is there to be found. */
static bool is_first(const struct ra_option *o)
{
    static const char *const keys[] = {"tenant.id",
                                       "tenant.client_id",
                                       "tenant.certificate_file",
                                       "tenant.private_key_file",
                                       "ad.uri",
                                       "ad.auth",
                                       "ad.bind_dn",
                                       "ad.password_file",
                                       NULL};
    char name[128];

    snprintf(name, sizeof name, "%s.%s", o->section, o->key);
    for (size_t i = 0; keys[i]; i++)
        if (strcmp(keys[i], name) == 0)
            return true;
    return false;
}

static void print_option(const struct ra_option *o)
{
    struct ra_buf form;

    ra_buf_init(&form, 4096);
    ra_option_form(o, &form);
    printf("; %s%s (%s)\n", o->help, o->type == RA_OPTION_LIST ? "; may be repeated" : "",
           ra_buf_z(&form));
    printf(";%s =%s%s\n", o->key, o->standard ? " " : "", o->standard ? o->standard : "");
    ra_buf_free(&form);
}

static void print_section(const char *section, bool first)
{
    size_t n;
    const struct ra_option *o = ra_options(&n);

    for (size_t i = 0; i < n; i++)
        if (strcmp(o[i].section, section) == 0 && is_first(&o[i]) == first)
            print_option(&o[i]);
}

void ra_config_example(void)
{
    puts("; reanchor.conf: see reanchor.conf(5). Take the semicolon off what you fill in, then:\n"
         ";   reanchor config check\n"
         ";   reanchor doctor");
    for (const char *const *s = ra_option_sections(); *s; s++) {
        bool ad = strcmp(*s, "ad:NAME") == 0;

        printf("\n%s\n",
               ad ? "; One such section for each domain; the name is free.\n;[ad:contoso]" : "");
        if (!ad)
            printf("[%s]\n", *s);
        print_section(ad ? "ad" : *s, true);
        print_section(ad ? "ad" : *s, false);
    }
}
