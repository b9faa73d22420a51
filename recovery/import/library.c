#include "recovery/import/import.h"

#include <csv.h>
#include <expat.h>
#include <stdio.h>

const char *ra_import_library(void)
{
    static char text[64];
    const XML_Expat_Version v = XML_ExpatVersionInfo();

    snprintf(text, sizeof text, "expat %d.%d.%d\nlibcsv %d.%d.%d", v.major, v.minor, v.micro,
             CSV_MAJOR, CSV_MINOR, CSV_RELEASE);
    return text;
}
