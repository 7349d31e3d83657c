/* A bare TCP connection, opened and closed again (mqtt/probe.h). */
#include "mqtt/probe.h"

#include "base/clock.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int reach(const struct addrinfo *at, int64_t limit_us)
{
    int number = 0, fd = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    socklen_t length = sizeof number;

    if (fd < 0)
        return errno;
    if (!connect(fd, at->ai_addr, at->ai_addrlen))
        number = 0;
    else if (errno != EINPROGRESS)
        number = errno;
    else if (clock_poll(&p, 1, limit_us) < 1)
        number = ETIMEDOUT;
    else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &length))
        number = errno;
    close(fd);
    return number;
}

int probe_port(const char *server, unsigned port, int64_t limit_us)
{
    const struct addrinfo kind = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *all = NULL;
    char service[8];
    int number = 0;

    snprintf(service, sizeof service, "%u", port);
    if (getaddrinfo(server, service, &kind, &all))
        return 0; /* of names others speak */
    for (const struct addrinfo *at = all; at; at = at->ai_next) {
        number = reach(at, limit_us);
        if (!number)
            break;
    }
    freeaddrinfo(all);
    return number;
}
