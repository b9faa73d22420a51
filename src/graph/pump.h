/*
 * A thread that keeps transfers going while the thread that owns them works on a page: answers come
 * in, are decrypted and decompressed meanwhile. libcurl's handle belongs to the pump between start
 * and stop and to the owner at any other time. What finishes waits for the owner.
 */
#ifndef RA_GRAPH_PUMP_H
#define RA_GRAPH_PUMP_H

#include <curl/curl.h>

struct ra_pump;

struct ra_pump *ra_pump_open(CURLM *multi); /* NULL when there can be no thread */
void ra_pump_close(struct ra_pump **p);     /* stops it; before the handle goes */

/* NULL does nothing; so does what is the case already. */
void ra_pump_start(struct ra_pump *p);
void ra_pump_stop(struct ra_pump *p);

#endif
