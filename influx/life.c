/* Asking for it (influx/life.h). */
#include "influx/life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "https://host:port" of an address. */
static size_t host_length(const char *url)
{
    const char *host = strstr(url, "://");

    return host ? (size_t)(host - url) + 3 + strcspn(host + 3, "/?") : strlen(url);
}

void life_open(struct life *l, struct door *door)
{
    const char *given = section_text(door->section, "confirm_url");
    size_t length = host_length(door->url);

    l->plain = (struct door){
        .who = door->who, .section = door->section, .api = door->api, .stop_us = door->stop_us};
    if (*given)
        snprintf(l->address, sizeof l->address, "%s", given);
    else
        snprintf(l->address, sizeof l->address, "%.*s/metrics", (int)length, door->url);
    bool is_same = host_length(l->address) == length && !strncmp(l->address, door->url, length);
    snprintf(l->plain.url, sizeof l->plain.url, "%s", l->address); /* for messages */
    l->door = is_same ? door : &l->plain;
}

void life_close(struct life *l)
{
    curl_easy_cleanup(l->plain.curl);
    l->plain.curl = NULL;
}

uint64_t life_of_page(const char *page)
{
    static const char name[] = "process_start_time_seconds";

    for (const char *at = page; at; at = strchr(at, '\n'), at = at ? at + 1 : NULL) {
        if (strncmp(at, name, strlen(name)) != 0)
            continue;
        at += strlen(name);
        if (*at == '{') {
            at += strcspn(at, "}\n");
            at += *at == '}';
        }
        double seconds = *at == ' ' ? strtod(at, NULL) : 0;
        return seconds > 0 && seconds < 1e12 ? (uint64_t)(seconds * 1000) : 0;
    }
    return 0;
}

bool life_ask(struct life *l, double timeout_s, uint64_t *to, char *why, size_t size)
{
    struct door_reply reply;

    if (!l->door->curl)
        l->door->curl = door_handle(l->door);
    if (l->door->curl) /* packed it is a sixth */
        curl_easy_setopt(l->door->curl, CURLOPT_ACCEPT_ENCODING, "gzip");
    int rc = door_ask(l->door, l->address, NULL, NULL, "text/plain", timeout_s, &reply);

    *to = rc || reply.status != 200 || !reply.body ? 0 : life_of_page(reply.body);
    if (rc)
        snprintf(why, size, "not confirmed: %.150s", reply.why);
    else if (reply.status != 200)
        snprintf(why, size, "not confirmed: %.100s says %ld; name its /metrics with confirm_url",
                 l->address, reply.status);
    else if (!*to)
        snprintf(why, size, "not confirmed: no process_start_time_seconds at %.100s", l->address);
    door_reply_done(&reply);
    return *to != 0;
}
