/* The way to the old collector's server: address, token, one request at a time. */
#ifndef UPLOAD_DOOR_H
#define UPLOAD_DOOR_H

#include "store/sink.h"

#include <curl/curl.h>

struct upload_door {
    const char *who, *url; /* the url may end with a slash */
    CURL *curl;            /* one connection, kept alive */
    struct curl_slist *headers;
    char answer[512], retry_after[40], detail[CURL_ERROR_SIZE];
    size_t used;
    const _Atomic int64_t *stop_us; /* when every wait ends (struct seat); NULL: never */
};

int upload_door_open(struct upload_door *d, const struct seat *s) MUST_CHECK;
void upload_door_close(struct upload_door *d);

/* Posts this JSON to url/path, waits until clock_us() `deadline_us`, and judges the answer.
 * `json` NULL: asks only whether somebody is there. */
void upload_door_send(struct upload_door *d, const char *path, const char *json,
                      int64_t deadline_us, struct outcome *o);

#endif
