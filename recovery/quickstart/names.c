#include "recovery/quickstart/sample.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* What the rig's domain controllers are provisioned with as well. */
#define DOMAIN_SID "S-1-5-21-1004336348-1177238915-682003330"

static const struct {
    const char *name, *ascii;
} first[] = {
    {"Adele", "adele"},     {"Amara", "amara"},     {"Bianca", "bianca"}, {"Carlos", "carlos"},
    {"Chidi", "chidi"},     {"Dana", "dana"},       {"Emeka", "emeka"},   {"Farah", "farah"},
    {"Grady", "grady"},     {"Hana", "hana"},       {"Irvin", "irvin"},   {"Joni", "joni"},
    {"Lidia", "lidia"},     {"Megan", "megan"},     {"Nestor", "nestor"}, {"Olga", "olga"},
    {"Pradeep", "pradeep"}, {"Raul", "raul"},       {"Sunil", "sunil"},   {"Tove", "tove"},
    {"Uma", "uma"},         {"Wei", "wei"},         {"Ximena", "ximena"}, {"Yara", "yara"},
    {"Zoë", "zoe"},         {"Jürgen", "juergen"},  {"Łukasz", "lukasz"}, {"André", "andre"},
    {"Søren", "soren"},     {"Дмитрий", "dmitrij"}, {"陽子", "yoko"},     {"Ñuria", "nuria"},
};

static const struct {
    const char *name, *ascii;
} last[] = {
    {"Adams", "adams"},     {"Bennett", "bennett"},       {"Cho", "cho"},
    {"Dubois", "dubois"},   {"Evans", "evans"},           {"Farouk", "farouk"},
    {"Garcia", "garcia"},   {"Hansen", "hansen"},         {"Ito", "ito"},
    {"Jensen", "jensen"},   {"Kumar", "kumar"},           {"Lopez", "lopez"},
    {"Meyer", "meyer"},     {"Novak", "novak"},           {"O'Brien", "o'brien"},
    {"Patel", "patel"},     {"Quinn", "quinn"},           {"Rossi", "rossi"},
    {"Schmidt", "schmidt"}, {"Tanaka", "tanaka"},         {"Vance", "vance"},
    {"Wilber", "wilber"},   {"Young", "young"},           {"Zhang", "zhang"},
    {"Müller", "mueller"},  {"Šimůnek", "simunek"},       {"Ångström", "angstrom"},
    {"Иванов", "ivanov"},   {"山田", "yamada"},           {"Íñiguez", "iniguez"},
    {"Brontë", "bronte"},   {"Saint-Just", "saint-just"},
};

void ra_sample_print(char *out, size_t size, const char *fmt, ...)
{
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(out, size, fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= size)
        abort();
}

static uint64_t mix(uint64_t x) /* splitmix64 */
{
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

uint64_t ra_sample_hash(const struct ra_org *o, const char *kind, uint64_t i)
{
    uint64_t h = mix(o->seed);

    for (; *kind; kind++)
        h = mix(h ^ (unsigned char)*kind);
    return mix(h ^ i);
}

void ra_sample_guid(const struct ra_org *o, const char *kind, uint64_t i, uint8_t out[16])
{
    uint64_t h[2] = {ra_sample_hash(o, kind, i), 0};

    h[1] = mix(h[0] + 1);
    memcpy(out, h, 16);
    out[7] = (uint8_t)((out[7] & 0x0F) | 0x40); /* version 4; the third field is little-endian */
    out[8] = (uint8_t)((out[8] & 0x3F) | 0x80);
}

void ra_sample_guid_text(const struct ra_org *o, const char *kind, uint64_t i,
                         char out[RA_GUID_TEXT])
{
    uint8_t b[16];

    ra_sample_guid(o, kind, i, b);
    ra_guid_text(b, out);
}

void ra_sample_sid(uint32_t rid, char out[RA_SID_TEXT])
{
    snprintf(out, RA_SID_TEXT, DOMAIN_SID "-%u", rid);
}

struct ra_sample_name ra_sample_name(const struct ra_org *o, uint64_t i)
{
    uint64_t h = ra_sample_hash(o, "name", i);
    size_t f = h % (sizeof first / sizeof first[0]);
    size_t l = (h >> 16) % (sizeof last / sizeof last[0]);

    return (struct ra_sample_name){first[f].name, last[l].name, first[f].ascii, last[l].ascii};
}

const char *ra_sample_department(const struct ra_org *o, uint64_t i)
{
    static const char *const names[] = {"Finance", "Sales",      "Legal",     "Research",
                                        "Support", "Facilities", "Logistics", "Marketing"};

    return names[ra_sample_hash(o, "department", i) % (sizeof names / sizeof names[0])];
}
