/* One small file a device: "2026-05-02 3" (collector/run/budget.h). */
#include "collector/run/budget.h"

#include "base/clock.h"
#include "base/log.h"
#include "bus/loan.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

static void today(char to[16])
{
    time_t now = (time_t)(clock_wall_ms() / MS_PER_S);
    struct tm t;

    localtime_r(&now, &t);
    if (!strftime(to, 16, "%Y-%m-%d", &t))
        to[0] = '\0';
}

/* Names of bare devices have slashes and colons in them. */
static void file_name(const struct device *d, char *to, size_t size)
{
    char safe[64];
    size_t n = 0;

    for (const char *at = d->name; *at && n < sizeof safe - 1; at++)
        safe[n++] = isalnum((unsigned char)*at) || *at == '-' ? *at : '_';
    safe[n] = '\0';
    snprintf(to, size, "%s/writes-%s", loan_folder(), safe);
}

static unsigned read_count(int fd, const char *day)
{
    char text[64] = "", date[16];
    unsigned count = 0;
    ssize_t n = pread(fd, text, sizeof text - 1, 0);

    if (n <= 0 || sscanf(text, "%15s %u", date, &count) != 2 || strcmp(date, day) != 0)
        return 0;
    return count;
}

static int write_count(int fd, const char *day, unsigned count)
{
    char text[64];
    int length = snprintf(text, sizeof text, "%s %u\n", day, count);

    return pwrite(fd, text, (size_t)length, 0) == length && !ftruncate(fd, length) ? OK : ERR_IO;
}

/* The device's file, ours alone until it is closed; -1 when it cannot be had. */
static int open_count(const struct device *d, char *path, size_t size)
{
    file_name(d, path, size);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0660);
    if (fd < 0 || !flock(fd, LOCK_EX))
        return fd;
    close(fd);
    return -1;
}

void budget_give_back(const struct device *d, unsigned writes)
{
    char path[300], day[16];
    int fd = open_count(d, path, sizeof path);

    if (fd < 0)
        return;
    today(day);
    unsigned count = read_count(fd, day);
    if (write_count(fd, day, count > writes ? count - writes : 0))
        log_warn(d->name, "%s: %s", path, strerror(errno));
    close(fd);
}

int budget_take(const struct device *d, unsigned writes, struct told *told)
{
    unsigned most = (unsigned)section_number(d->section, "writes_per_day"), count;
    char path[300], day[16];
    int fd = open_count(d, path, sizeof path), rc = OK;

    today(day);
    if (fd < 0) {
        snprintf(told->why, sizeof told->why, "today's writes cannot be counted (%.120s: %s)", path,
                 strerror(errno));
        return ERR_SYSTEM;
    }
    count = read_count(fd, day);
    if (count + writes > most) {
        snprintf(told->why, sizeof told->why,
                 "%u settings were written today, and writes_per_day = %u: its memory wears out. "
                 "Raise writes_per_day in its [device] section if this is meant",
                 count, most);
        told->denial = DENIED_BY_BUDGET;
        rc = ERR_DENIED;
    } else if (write_count(fd, day, count + writes)) {
        snprintf(told->why, sizeof told->why, "today's writes cannot be counted (%.120s: %s)", path,
                 strerror(errno));
        rc = ERR_SYSTEM;
    }
    close(fd);
    return rc;
}
