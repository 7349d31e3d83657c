/* [web]: is the port free? */
#include "collector/checks/checks.h"

#include "collector/checks/root.h"
#include "collector/run/control_ask.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* OK, or why not, as errno says. */
static int try_listen(const char *host, const char *port)
{
    struct addrinfo want = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | AI_PASSIVE};
    struct addrinfo *at = NULL;
    int fd, yes = 1, why = 0;

    if (getaddrinfo(host, port, &want, &at))
        return EADDRNOTAVAIL;
    fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) ||
        bind(fd, at->ai_addr, at->ai_addrlen) || listen(fd, 1))
        why = errno;
    if (fd >= 0)
        close(fd);
    freeaddrinfo(at);
    return why;
}

/* /proc/net/tcp: "0: 0100007F:1F90 00000000:0000 0A ... inode": 0A listens. */
struct listener {
    unsigned port;
    unsigned long inode;
};

static bool see_socket(void *who, char *line)
{
    struct listener *l = who;
    unsigned port = 0, state = 0;
    unsigned long inode = 0;

    if (sscanf(line, "%*u: %*[0-9A-Fa-f]:%x %*s %x %*s %*s %*s %*u %*u %lu", &port, &state,
               &inode) == 3 &&
        state == 0x0a && port == l->port)
        l->inode = inode;
    return !l->inode;
}

static bool find_listener(unsigned port, char *to, size_t size)
{
    struct listener l = {.port = port};
    char node[64];

    root_lines("/proc/net/tcp", see_socket, &l);
    if (!l.inode)
        root_lines("/proc/net/tcp6", see_socket, &l);
    snprintf(node, sizeof node, "socket:[%lu]", l.inode);
    return l.inode && holder_of(node, to, size);
}

void check_listening(struct scene *s)
{
    const struct section *web = s->plan->web;
    char port[16], holder[80] = "";
    struct finding f;
    int why;

    if (!web || !section_yes(web, "enabled"))
        return;
    snprintf(port, sizeof port, "%.0f", section_number(web, "port"));
    why = try_listen(section_text(web, "listen"), port);
    if (!why || (why == EADDRINUSE && control_is_there(s->plan)))
        return;
    finding_begin(&f, TROUBLE, why == EACCES ? ERR_DENIED : ERR_BUSY, "web port %s", port);
    text_format(&f.seen, "%s port %s: %s", section_text(web, "listen"), port, strerror(why));
    if (why == EADDRINUSE) {
        if (find_listener((unsigned)atoi(port), holder, sizeof holder))
            text_format(&f.seen, "; %s listens there", holder);
        text_add(&f.means, "another program has it; the page cannot be shown there");
        text_format(&f.mend,
                    "port = %d under [web]; or stop the other one, which this names: sudo ss "
                    "-ltnp 'sport = :%s'",
                    atoi(port) < 65000 ? atoi(port) + 1 : 8080, port);
    } else if (why == EACCES) {
        text_add(&f.means, "ports below 1024 are root's");
        text_add(&f.mend, "port = 8080 under [web], and a proxy in front; or: sudo setcap "
                          "cap_net_bind_service=+ep $(command -v helio)");
    } else {
        text_add(&f.means, "this machine has no such address");
        text_add(&f.mend,
                 "ip -brief address lists them; listen = 127.0.0.1 under [web] always works");
    }
    report_add(s->report, &f);
}
