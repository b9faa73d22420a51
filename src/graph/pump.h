/*
 * Inside the HTTP engine: a thread that has libcurl's multi handle to itself, so that what comes in
 * is read, decrypted and inflated while its owner works on the page before. Transfers go in by add
 * and come out by next; in between, their handle and all that its callbacks touch are the thread's.
 * Where no thread is to be had the work is done in wait.
 */
#ifndef RA_GRAPH_PUMP_H
#define RA_GRAPH_PUMP_H

#include <curl/curl.h>
#include <stdbool.h>

struct ra_pump;

/* What a transfer that was given result comes to; called in the thread. */
typedef CURLcode ra_transfer_end_fn(CURL *transfer, CURLcode result);

/* Takes the multi handle, and cleans it up when closed: all transfers must have come back. */
struct ra_pump *ra_pump_open(CURLM *multi, ra_transfer_end_fn *end);
void ra_pump_close(struct ra_pump **p);

void ra_pump_add(struct ra_pump *p, CURL *transfer);
/* One that has ended, in the order in which they did; false when there is none. */
bool ra_pump_next(struct ra_pump *p, CURL **transfer, CURLcode *result);
/* Until one has ended, ms milliseconds at most; false when libcurl has stopped working. */
bool ra_pump_wait(struct ra_pump *p, int ms);
/* Ends one that is under way; nothing will be heard of it. */
void ra_pump_drop(struct ra_pump *p, CURL *transfer);

#endif
