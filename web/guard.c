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

/* "[::1]:8080" and "solar.local:8080" without brackets and port. */
static void strip(const char *host, char name[HOST_BYTES])
{
    struct text t = text_on(name, HOST_BYTES);

    if (*host == '[')
        text_format(&t, "%.*s", (int)strcspn(host + 1, "]"), host + 1);
    else
        text_format(&t, "%.*s", (int)strcspn(host, ":"), host);
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

bool guard_knows_host(const struct web *w, const char *host)
{
    char name[HOST_BYTES];

    if (!host) /* HTTP/1.0; no browser leaves it out */
        return true;
    if (strlen(host) >= HOST_BYTES)
        return false;
    strip(host, name);
    return !strcasecmp(name, "localhost") || is_figures(name) || is_this_machine(name) ||
           is_listed(section_text(w->section, "hosts"), name);
}
