/* Listening, and hearing who asks (collector/daemon/control_socket.h). */
#include "collector/daemon/control_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "bus/loan.h"
#include "collector/daemon/daemon.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { GROUPS_MAX = 1024, SILENCE_S = 120 };
static const int64_t FIRST_LINE_US = 2000000; /* of true time: who asks is another process */

/* ---- who asks ------------------------------------------------------------------------------ */

static bool is_member(int fd, gid_t wanted)
{
    gid_t groups[GROUPS_MAX];
    socklen_t size = sizeof groups;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size))
        return false;
    for (size_t i = 0; i < size / sizeof *groups; i++)
        if (groups[i] == wanted)
            return true;
    return false;
}

/* The permissions of the file say it already; but it has a wider mode for a moment when it is made,
 * and others may change it who own the folder. */
static bool may_ask(const struct control_socket *c, int fd)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    struct stat st;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size))
        return false;
    if (!peer.uid || peer.uid == geteuid())
        return true;
    if (stat(c->path, &st))
        return false;
    if (peer.gid == st.st_gid || is_member(fd, st.st_gid))
        return true;
    log_warn("run", "user %u may not use the control socket", (unsigned)peer.uid);
    return false;
}

/* ---- listening ----------------------------------------------------------------------------- */

static struct conversation *free_place(struct control_socket *c)
{
    for (size_t i = 0; i < CONVERSATIONS; i++)
        if (c->all[i].fd < 0)
            return &c->all[i];
    return NULL;
}

static void take_in(struct control_socket *c)
{
    struct timeval silence = {.tv_sec = SILENCE_S};
    struct conversation *place = free_place(c);
    int fd = accept4(c->fd, NULL, NULL, SOCK_CLOEXEC);

    if (fd < 0)
        return;
    if (!place || !may_ask(c, fd)) {
        close(fd);
        return;
    }
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof silence);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &silence, sizeof silence);
    *place = (struct conversation){.daemon = c->daemon,
                                   .fd = fd,
                                   .until_us = clock_us() + clock_made_us(FIRST_LINE_US),
                                   .wake_fd = c->wake_fd};
}

static void let_go(struct conversation *one)
{
    if (one->has_thread)
        thread_join(one->thread);
    close(one->fd);
    one->has_thread = false;
    one->fd = -1;
}

/* Its first line is looked at, and left where it is for the thread that answers. */
static void hear(struct conversation *one)
{
    char line[LINE_MAX_BYTES];
    ssize_t got = recv(one->fd, line, sizeof line, MSG_PEEK | MSG_DONTWAIT);
    bool is_whole = got > 0 && memchr(line, '\n', (size_t)got);

    if (is_whole) {
        if (conversation_begin(one) == OK)
            return;
    }
    if (is_whole || got == 0 || got == (ssize_t)sizeof line ||
        (got < 0 && errno != EAGAIN && errno != EINTR))
        let_go(one);
}

static void look_after(struct control_socket *c)
{
    for (size_t i = 0; i < CONVERSATIONS; i++) {
        struct conversation *one = &c->all[i];
        if (one->fd < 0)
            continue;
        if (one->has_thread && one->is_over)
            let_go(one);
        else if (!one->has_thread && clock_us() >= one->until_us)
            let_go(one);
    }
}

static void end_all(struct control_socket *c)
{
    for (size_t i = 0; i < CONVERSATIONS; i++)
        if (c->all[i].fd >= 0)
            shutdown(c->all[i].fd, SHUT_RDWR);
    for (size_t i = 0; i < CONVERSATIONS; i++)
        if (c->all[i].fd >= 0)
            let_go(&c->all[i]);
}

/* Who has not said a whole line yet is looked at again after a moment: what is there of it would
 * wake a poll at once, again and again. */
static void wait_for_somebody(struct control_socket *c, bool *is_new)
{
    static const int64_t look_us = 20000, rest_us = 1000000;
    struct pollfd all[2] = {{.fd = c->wake_fd, .events = POLLIN},
                            {.fd = free_place(c) ? c->fd : -1, .events = POLLIN}};
    bool is_hearing = false;
    uint64_t count;

    for (size_t i = 0; i < CONVERSATIONS; i++)
        is_hearing |= c->all[i].fd >= 0 && !c->all[i].has_thread;
    *is_new = clock_poll(all, 2, is_hearing ? look_us : rest_us) > 0 && all[1].revents;
    if (all[0].revents && read(c->wake_fd, &count, sizeof count) < 0)
        log_debug("run", "control socket: %s", strerror(errno));
}

static void *listen_on(void *who)
{
    struct control_socket *c = who;
    bool is_new;

    while (!c->is_stopping) {
        wait_for_somebody(c, &is_new);
        if (is_new)
            take_in(c);
        for (size_t i = 0; i < CONVERSATIONS; i++)
            if (c->all[i].fd >= 0 && !c->all[i].has_thread)
                hear(&c->all[i]);
        look_after(c);
    }
    end_all(c);
    c->has_ended = true;
    return NULL;
}

/* ---- opening and closing ------------------------------------------------------------------- */

/* Everybody who may use serial ports may ask. */
static void open_to_dialout(const char *path)
{
    gid_t dialout;

    if (chmod(path, 0660))
        log_debug("run", "%s: %s", path, strerror(errno));
    if (loan_group(&dialout) && chown(path, (uid_t)-1, dialout))
        log_debug("run", "%s: %s", path, strerror(errno)); /* then only its owner may */
}

static int listen_there(struct control_socket *c, const struct sockaddr_un *to)
{
    if (unlink(to->sun_path) && errno != ENOENT)
        log_debug("run", "%s: %s", c->path, strerror(errno)); /* bind says what matters */
    c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (c->fd < 0 || fchmod(c->fd, 0600) || bind(c->fd, (const struct sockaddr *)to, sizeof *to) ||
        listen(c->fd, CONVERSATIONS)) {
        log_warn("run", "%s: %s", c->path, strerror(errno));
        return ERR_DENIED;
    }
    open_to_dialout(c->path);
    return OK;
}

static void close_both(struct control_socket *c)
{
    if (c->fd >= 0)
        close(c->fd);
    if (c->wake_fd >= 0)
        close(c->wake_fd);
    c->fd = c->wake_fd = -1;
}

int control_open(struct control_socket *c, struct daemon *d)
{
    struct sockaddr_un to;
    int folder = -1, rc;

    *c = (struct control_socket){.daemon = d, .fd = -1, .wake_fd = -1};
    for (size_t i = 0; i < CONVERSATIONS; i++)
        c->all[i].fd = -1;
    rc = control_address(d->plan, &to, &folder, c->path, sizeof c->path);
    if (rc)
        return rc;
    c->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    rc = c->wake_fd >= 0 ? listen_there(c, &to) : ERR_SYSTEM;
    close(folder);
    if (!rc)
        rc = thread_begin(&c->thread, "control", listen_on, c);
    if (rc)
        close_both(c);
    return rc;
}

void control_stop(struct control_socket *c)
{
    const uint64_t one = 1;

    if (c->fd < 0)
        return;
    c->is_stopping = true;
    if (write(c->wake_fd, &one, sizeof one) != (ssize_t)sizeof one)
        log_debug("run", "control socket: %s", strerror(errno)); /* it looks soon anyway */
}

bool control_has_ended(const struct control_socket *c)
{
    return c->fd < 0 || c->has_ended;
}

void control_close(struct control_socket *c)
{
    if (c->fd < 0)
        return;
    control_stop(c);
    thread_join(c->thread);
    if (unlink(c->path))
        log_debug("run", "%s: %s", c->path, strerror(errno)); /* the next one unlinks it too */
    close_both(c);
}
