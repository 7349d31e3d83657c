/*
 * The way to one database: its address, which API it speaks, credentials, TLS. Writing, asking
 * and repairing all go through the same door.
 */
#ifndef INFLUX_DOOR_H
#define INFLUX_DOOR_H

#include "base/section.h"

#include <curl/curl.h>
#include <stddef.h>
#include <stdint.h>

enum influx_api { API_V1, API_V2, API_V3, API_VICTORIA, API_COUNT };

enum { ADDRESS_MAX = 2000, SECRET_MAX = 600 };

struct door {
    const char *who; /* the sink's name, for messages */
    const struct section *section;
    enum influx_api api;
    char url[400];             /* without the slash at its end */
    char password[SECRET_MAX]; /* "user:password", or "" */
    struct curl_slist *headers;
    CURL *curl;                     /* one connection, kept alive */
    const _Atomic int64_t *stop_us; /* when every wait ends (struct seat); NULL: never */
};

/* Reads the section and its secret files; touches no network. Logs what is wrong. */
int door_open(struct door *d, const char *who, const struct section *s) MUST_CHECK;
void door_close(struct door *d);

/* A handle that knows address-independent things: credentials, TLS, headers, no redirects. */
CURL *door_handle(struct door *d);

/* A path and its parameters as a whole address: {"db", "solar", "q", text, NULL}; values are
 * escaped, those that are "" left out. ERR_FULL when it does not fit. */
int door_address(const struct door *d, const char *path, const char *const *parameters, char *to,
                 size_t size) MUST_CHECK;

/* One request, waited for. A body makes it a POST of `body_type`. OK whenever the server answered
 * at all: `status` tells the rest. `accept` may be NULL. */
struct door_reply {
    long status;
    char *body; /* ends with NUL; free it with door_reply_done */
    size_t length;
    char why[200]; /* the server's own words, or what the network said */
};
int door_ask(struct door *d, const char *address, const char *body, const char *body_type,
             const char *accept, double timeout_s, struct door_reply *reply) MUST_CHECK;
void door_reply_done(struct door_reply *reply);

/* What a failed transfer means, in words with a remedy. */
void door_trouble(CURLcode code, const char *detail, const char *url, char *to, size_t size);

/* The "error" of a JSON answer, or the answer's first line. */
void door_words(const char *body, char *to, size_t size);

extern const struct setting influx_settings[];
enum influx_api influx_api_of(const struct section *s);

#endif
