/* The page's sources, embedded when the program is built (embed.cmake). */
#ifndef RA_REPORT_PAGE_H
#define RA_REPORT_PAGE_H

#include <stddef.h>

extern const unsigned char ra_page_html[], ra_page_css[], ra_page_js[];
extern const size_t ra_page_html_size, ra_page_css_size, ra_page_js_size;

#endif
