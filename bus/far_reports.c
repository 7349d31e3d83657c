/* Reports as messages (bus/far_reports.h). */
#include "bus/far_reports.h"

#include "base/log.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Only a socket is in our way: one left by a run that was killed. */
static void remove_left_over(const char *path)
{
    struct stat is;

    if (!lstat(path, &is) && S_ISSOCK(is.st_mode))
        (void)unlink(path); /* if it stays, bind says so */
}

int reports_listen(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd;

    if (strlen(path) >= sizeof at.sun_path) {
        log_err("sim", "%s: longer than the name of a socket may be", path);
        return ERR_USAGE;
    }
    strcpy(at.sun_path, path);
    fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return ERR_SYSTEM;
    remove_left_over(path);
    /* Before it has a name: nobody else gets in even for a moment. */
    if (fchmod(fd, 0600) || bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, 4)) {
        log_err("sim", "%s: %s", path, strerror(errno));
        close(fd);
        return ERR_FULL;
    }
    return fd;
}

int report_receive(int fd, uint8_t *to, size_t size)
{
    uint8_t number = 0;
    struct iovec parts[] = {{&number, 1}, {to, size}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    ssize_t n = recvmsg(fd, &message, MSG_DONTWAIT);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (n <= 0)
        return ERR_GONE;
    return number == 0 ? (int)n - 1 : 0; /* the bridge has no numbered reports */
}

int report_send(int fd, const uint8_t *bytes, size_t length)
{
    uint8_t report[REPORT_BYTES] = {0};

    memcpy(report, bytes, length);
    if (send(fd, report, sizeof report, MSG_NOSIGNAL | MSG_DONTWAIT) == sizeof report)
        return OK;
    return errno == EAGAIN ? OK : ERR_GONE; /* nobody reads: lost, as from the kernel's queue */
}
