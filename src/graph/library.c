#include "src/graph/graph.h"

#include <curl/curl.h>

const char *ra_graph_library(void)
{
    return curl_version();
}
