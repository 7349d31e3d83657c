/* Bytes with a time limit, and serial ports of any speed (bus/descriptor.h). */
#include "bus/descriptor.h"

#include "base/clock.h"
#include "base/log.h"
#include "bus/bus.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* The kernel's own termios: the C library's knows only the speeds of its list. */
#include <asm/termbits.h>

static const int64_t WRITE_LIMIT_US = 1000000;

static int wait_for(int fd, short events, int64_t wait_us)
{
    struct pollfd p = {.fd = fd, .events = events};
    int n = clock_poll(&p, 1, wait_us);

    if (n < 0)
        return ERR_IO;
    if (n && p.revents & (POLLNVAL | POLLERR))
        return ERR_GONE;
    return n && p.revents & (events | POLLHUP);
}

int fd_send(int fd, const uint8_t *bytes, size_t length)
{
    while (length) {
        ssize_t n = write(fd, bytes, length);
        if (n > 0) {
            bytes += n;
            length -= (size_t)n;
            continue;
        }
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return errno == EIO || errno == ENODEV || errno == ENXIO ? ERR_GONE : ERR_IO;
        int ready = wait_for(fd, POLLOUT, WRITE_LIMIT_US);
        if (ready <= 0)
            return ready < 0 ? ready : ERR_IO;
    }
    return OK;
}

int fd_receive(int fd, uint8_t *to, size_t size, int64_t wait_us)
{
    int ready = wait_for(fd, POLLIN, wait_us);

    if (ready <= 0)
        return ready;
    ssize_t n = read(fd, to, size);
    if (n > 0)
        return (int)n;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    return ERR_GONE; /* hung up, unplugged, closed by the far side */
}

static tcflag_t parity_flags(char parity)
{
    switch (parity) {
    case 'E':
        return PARENB;
    case 'O':
        return PARENB | PARODD;
    case 'M':
        return PARENB | PARODD | CMSPAR;
    case 'S':
        return PARENB | CMSPAR;
    default:
        return 0;
    }
}

static char parity_of(tcflag_t flags)
{
    static const char letters[] = "EOSM";

    if (!(flags & PARENB))
        return 'N';
    return letters[(flags & PARODD ? 1 : 0) + (flags & CMSPAR ? 2 : 0)];
}

int port_set(int fd, enum log_level level, const char *who, const struct port_form *form)
{
    struct termios2 t;

    if (ioctl(fd, TCGETS2, &t))
        return port_explain(level, who, who, errno);
    t.c_iflag = 0;
    t.c_oflag = 0;
    t.c_lflag = 0;
    t.c_cflag = CS8 | CREAD | CLOCAL | BOTHER; /* no HUPCL: opening must not reset boards */
    t.c_cflag |= parity_flags(form->parity);
    if (form->stop_bits == 2)
        t.c_cflag |= CSTOPB;
    t.c_ispeed = t.c_ospeed = form->speed;
    t.c_cc[VMIN] = 0;
    t.c_cc[VTIME] = 0;
    if (ioctl(fd, TCSETS2, &t) || ioctl(fd, TCGETS2, &t))
        return port_explain(level, who, who, errno);
    /* A driver takes an impossible speed silently and uses another: read it back. */
    unsigned off = t.c_ospeed > form->speed ? t.c_ospeed - form->speed : form->speed - t.c_ospeed;
    if (off > form->speed / 50) {
        log_say(level, who, "this port cannot do %u baud (it would use %u)", form->speed,
                t.c_ospeed);
        return ERR_CONFIG;
    }
    return OK;
}

int port_parity(int fd, char parity, char *kept)
{
    struct termios2 t;

    *kept = 'N';
    if (ioctl(fd, TCGETS2, &t))
        return ERR_GONE;
    t.c_cflag &= ~(tcflag_t)(PARENB | PARODD | CMSPAR);
    t.c_cflag |= parity_flags(parity);
    if (ioctl(fd, TCSETS2, &t))
        return errno == EINVAL ? OK : ERR_GONE;
    if (ioctl(fd, TCGETS2, &t))
        return ERR_GONE;
    *kept = parity_of(t.c_cflag);
    return OK;
}

int port_drain(int fd)
{
    while (ioctl(fd, TCSBRK, 1))
        if (errno != EINTR)
            return ERR_GONE;
    return OK;
}

bool port_is_pretended(int fd)
{
    enum { FIRST = 136, LAST = 143 }; /* majors of the near ends of pseudo-terminals */
    struct stat info;

    return !fstat(fd, &info) && S_ISCHR(info.st_mode) && major(info.st_rdev) >= FIRST &&
           major(info.st_rdev) <= LAST;
}

int64_t port_byte_us(const struct port_form *form)
{
    unsigned bits = 9u + (form->parity != 'N') + form->stop_bits;

    return (int64_t)(bits * 1000000u + form->speed - 1) / form->speed;
}

void port_lend(int fd, bool is_ours)
{
    /* Not every descriptor is a terminal (a socket behind a gateway): then there is nothing to do.
     */
    (void)ioctl(fd, is_ours ? TIOCEXCL : TIOCNXCL);
}

int port_identify(struct bus *bus, char *to, size_t size)
{
    struct stat info;

    *to = '\0'; /* what is wrong with the path is said when it is opened */
    if (!stat(bus->where, &info) && S_ISCHR(info.st_mode))
        snprintf(to, size, "tty-%u-%u", major(info.st_rdev), minor(info.st_rdev));
    return OK;
}

int port_explain(enum log_level level, const char *who, const char *path, int error)
{
    switch (error) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
        log_say(level, who, "%s is not there: is the adapter plugged in? (see: helio scan)", path);
        return ERR_GONE;
    case EACCES:
    case EPERM:
        log_say(level, who,
                "%s may not be opened: add your user to its group with "
                "\"sudo usermod -aG dialout $USER\" and log in again",
                path);
        return ERR_DENIED;
    case EBUSY:
        log_say(level, who, "%s is held by another program (see: fuser -v %s)", path, path);
        return ERR_BUSY;
    case ENOTTY:
        log_say(level, who, "%s is not a serial port", path);
        return ERR_CONFIG;
    default:
        log_say(level, who, "%s: %s", path, strerror(error));
        return ERR_GONE;
    }
}
