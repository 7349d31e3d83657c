/* flock on a file in a folder that every helio on this machine agrees on (bus/loan.h). */
#include "bus/loan.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOCK_MODE = 0660 };
static const char SHARED_FOLDER[] = "/run/lock"; /* of every machine, for everybody */
static const int64_t LOOK_US = 3000;             /* how often a lent wire is looked at */

const char *loan_folder(void)
{
    const char *given = getenv("HELIO_RUN_DIR");
    struct stat info;

    if (given && *given)
        return given;
    return stat("/run/helio", &info) == 0 && S_ISDIR(info.st_mode) ? "/run/helio" : SHARED_FOLDER;
}

bool loan_is_ours(void)
{
    return strcmp(loan_folder(), SHARED_FOLDER) != 0;
}

/* Asked once: it reads a file or even asks another machine, and each round takes a loan. */
bool loan_group(gid_t *to)
{
    enum { UNASKED = -2, NOBODY = -1 };
    static _Atomic int64_t known = UNASKED;
    char room[4096]; /* of its own: several threads ask */
    struct group entry, *found = NULL;

    if (known == UNASKED) {
        (void)getgrnam_r("dialout", &entry, room, sizeof room, &found);
        known = found ? (int64_t)found->gr_gid : NOBODY;
    }
    if (known == NOBODY)
        return false;
    *to = (gid_t)known;
    return true;
}

/*
 * For everybody who may use serial ports, and for nobody else: whoever may open the file, even only
 * to read, can lock it and so stop the wire for as long as they like. One that an older version
 * made readable for all is narrowed.
 */
static void narrow(int fd)
{
    gid_t dialout;
    struct stat st;

    if (fstat(fd, &st) || st.st_uid != geteuid())
        return;
    /* A file may be given to a group one is in oneself; else it stays with the group it has. */
    if (loan_group(&dialout) && st.st_gid != dialout && fchown(fd, (uid_t)-1, dialout))
        log_debug("run", "a lock file stays with its group: %s", strerror(errno));
    if ((st.st_mode & 07777) != LOCK_MODE && fchmod(fd, LOCK_MODE))
        log_debug("run", "a lock file keeps its mode: %s", strerror(errno));
}

static int open_file(const char *path)
{
    /* Without O_CREAT first: sticky folders refuse to "create" a file that another user made. */
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0 && errno == EACCES)
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW); /* flock needs no more */
    if (fd < 0 && errno == ENOENT)
        fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, LOCK_MODE);
    if (fd < 0 && errno == EEXIST)
        fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd >= 0)
        narrow(fd);
    return fd;
}

static void name_holder(int fd, const char *who)
{
    char line[128];
    int length = snprintf(line, sizeof line, "%ld helio %s\n", (long)getpid(), who);

    /* Only a courtesy to whoever waits: the lock itself is what counts. */
    if (ftruncate(fd, 0) == 0 && pwrite(fd, line, (size_t)length, 0) != length)
        log_debug(who, "could not note who has the wire");
}

static void complain_of_holder(int fd, const char *wire)
{
    char holder[128] = "";
    ssize_t length = pread(fd, holder, sizeof holder - 1, 0);

    holder[length > 0 ? strcspn(holder, "\n") : 0] = '\0';
    log_warn(wire, "the wire is in use by process %s", *holder ? holder : "unknown");
}

static int open_loan(const char *wire, const char *who, int *fd)
{
    char path[512];

    snprintf(path, sizeof path, "%s/helio-%s.lock", loan_folder(), wire);
    *fd = open_file(path);
    if (*fd >= 0)
        return OK;
    log_err(who, "%s: %s (the wire cannot be shared without it)", path, strerror(errno));
    return errno == EACCES ? ERR_DENIED : ERR_SYSTEM;
}

int loan_take(const char *wire, const char *who, int64_t wait_us, struct bell *stop, int *loan)
{
    int64_t until = clock_us() + wait_us;
    int fd, rc = open_loan(wire, who, &fd);

    if (rc)
        return rc;
    while (flock(fd, LOCK_EX | LOCK_NB)) {
        bool is_late = clock_us() >= until;
        if (is_late)
            complain_of_holder(fd, wire);
        if (is_late || (stop && bell_is_rung(stop))) {
            close(fd);
            return is_late ? ERR_BUSY : ERR_STOPPED;
        }
        clock_sleep_us(LOOK_US);
    }
    name_holder(fd, who);
    *loan = fd;
    return OK;
}

int loan_try(const char *wire, const char *who, int *loan)
{
    int fd, rc = open_loan(wire, who, &fd);

    if (rc)
        return rc;
    if (flock(fd, LOCK_EX | LOCK_NB)) {
        close(fd);
        return ERR_BUSY;
    }
    name_holder(fd, who);
    *loan = fd;
    return OK;
}

void loan_return(int *loan)
{
    if (*loan >= 0)
        close(*loan);
    *loan = -1;
}
