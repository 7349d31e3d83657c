/* Addresses (web/whence.h). */
#include "web/whence.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

struct whence whence_of(const struct sockaddr *from)
{
    static const uint8_t four[12] = {[10] = 0xff, [11] = 0xff}; /* ::ffff:1.2.3.4 */
    struct whence w = {0};

    if (from->sa_family == AF_INET)
        memcpy(w.bytes, &((const struct sockaddr_in *)(const void *)from)->sin_addr, 4);
    if (from->sa_family != AF_INET6)
        return w;
    const uint8_t *six = ((const struct sockaddr_in6 *)(const void *)from)->sin6_addr.s6_addr;
    w.is_six = memcmp(six, four, sizeof four) != 0;
    memcpy(w.bytes, w.is_six ? six : six + 12, w.is_six ? 8 : 4);
    return w;
}

bool whence_is(const struct whence *a, const struct whence *b)
{
    return a->is_six == b->is_six && !memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

void whence_figures(const struct sockaddr *from, char to[VISITOR_ADDRESS])
{
    static const char four[] = "::ffff:";
    socklen_t length = from && from->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                           : sizeof(struct sockaddr_in);

    if (!from || getnameinfo(from, length, to, VISITOR_ADDRESS, NULL, 0, NI_NUMERICHOST))
        snprintf(to, VISITOR_ADDRESS, "somewhere");
    if (!strncmp(to, four, strlen(four)) && strchr(to, '.'))
        memmove(to, to + strlen(four), strlen(to + strlen(four)) + 1);
}

bool whence_lists(const char *words, const char *figures)
{
    size_t length = strlen(figures);

    for (const char *p = words + strspn(words, ", "); *p; p += strspn(p, ", ")) {
        size_t word = strcspn(p, ", ");
        if (word == length && !strncmp(p, figures, length))
            return true;
        p += word;
    }
    return false;
}

/* The last of its words is the proxy's own; those before it came from whoever asks. */
bool whence_forwarded(const char *words, char to[VISITOR_ADDRESS])
{
    const char *last = strrchr(words, ',');
    char figures[VISITOR_ADDRESS];
    uint8_t bytes[sizeof(struct in6_addr)];

    last = last ? last + 1 : words;
    struct text t = text_on(figures, sizeof figures);
    text_add(&t, last + strspn(last, " "));
    text_trim(figures);
    if (t.is_cut ||
        (inet_pton(AF_INET, figures, bytes) != 1 && inet_pton(AF_INET6, figures, bytes) != 1))
        return false;
    snprintf(to, VISITOR_ADDRESS, "%s", figures);
    return true;
}
