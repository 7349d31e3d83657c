/*
 * Which names are ours (web/inside.h). A page from elsewhere can point a name of its own at
 * 127.0.0.1 and read us through the browser of whoever looks at it; an address in figures cannot be
 * pointed anywhere.
 */
#include "web/inside.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { HOST_BYTES = 256 };

static bool is_figures(const char *name)
{
    struct in6_addr six;
    struct in_addr four;

    return inet_pton(AF_INET, name, &four) == 1 || inet_pton(AF_INET6, name, &six) == 1;
}

/* What may stand behind a name: nothing, or ":8080". */
static bool is_port(const char *rest)
{
    return !*rest || (*rest == ':' && !rest[1 + strspn(rest + 1, "0123456789")]);
}

/* "[::1]:8080" and "solar.local:8080" without brackets and port. False: it is neither. */
static bool strip(const char *host, char name[HOST_BYTES])
{
    bool has_brackets = *host == '[';
    const char *first = host + has_brackets,
               *end = first + strcspn(first, has_brackets ? "]" : ":");
    struct text t = text_on(name, HOST_BYTES);

    text_bytes(&t, first, (size_t)(end - first));
    if (has_brackets && *end++ != ']')
        return false;
    return !t.is_cut && is_port(end);
}

bool guard_is_host(const char *host)
{
    const char *end = *host == '[' ? strchr(host, ']') : host + strcspn(host, ":");

    if (*host == '[' && end)
        end++;
    if (!end || strcspn(host, " \t,/@\\") != strlen(host))
        return false;
    return !*end || (*end == ':' && strspn(end + 1, "0123456789") == strlen(end + 1));
}

bool guard_is_field(const char *name)
{
    for (const char *at = name; *at; at++)
        if (*at <= ' ' || *at > '~' || strchr("\"(),/:;<=>?@[\\]{}", *at))
            return false;
    return *name;
}

static bool is_this_machine(const char *name)
{
    char own[HOST_BYTES - 8], local[HOST_BYTES];

    if (gethostname(own, sizeof own))
        return false;
    own[sizeof own - 1] = '\0';
    snprintf(local, sizeof local, "%s.local", own);
    return !strcasecmp(name, own) || !strcasecmp(name, local);
}

static bool is_listed(const char *names, const char *name)
{
    size_t length = strlen(name);

    for (const char *p = names + strspn(names, ", "); *p; p += strspn(p, ", ")) {
        size_t word = strcspn(p, ", ");
        if (word == length && !strncasecmp(p, name, length))
            return true;
        p += word;
    }
    return false;
}

/* Another port is another program. It must be the very one that was called, or, where a proxy puts
 * a name of its own into Host, what the owner listed. */
static bool is_own_origin(const struct web *w, const char *origin, const char *host)
{
    const char *at = strstr(origin, "://");

    if (!at)
        return false;
    at += strlen("://");
    return (host && !strcasecmp(at, host)) || is_listed(section_text(w->section, "hosts"), at);
}

bool guard_is_ours(const struct web *w, const char *site, const char *origin, const char *host)
{
    if (site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
        return false;
    return !origin || is_own_origin(w, origin, host);
}

bool guard_is_own_page(const struct exchange *x)
{
    struct MHD_Connection *c = x->connection;

    return guard_is_ours(x->web, MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Sec-Fetch-Site"),
                         MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_ORIGIN),
                         MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST));
}

bool guard_knows_host(const struct web *w, const char *host)
{
    const char *listed = section_text(w->section, "hosts");
    char name[HOST_BYTES];

    if (!host) /* HTTP/1.0; no browser leaves it out */
        return true;
    if (!strip(host, name))
        return false;
    return !strcasecmp(name, "localhost") || is_figures(name) || is_this_machine(name) ||
           is_listed(listed, name) || is_listed(listed, host);
}
