/* Copies and their names (store/copies.h). */
#include "store/copies.h"

#include "base/clock.h"
#include "base/log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { COPIES_MOST = 2, NAME = 480, LOG_MOST = 8 << 20 };

const char *const file_endings[3] = {"", "-wal", "-shm"};
static const size_t endings = sizeof file_endings / sizeof *file_endings;

static void folder_of(const char *path, char *to, size_t size)
{
    const char *slash = strrchr(path, '/');

    snprintf(to, size, "%.*s", slash ? (int)(slash - path) + 1 : 2, slash ? path : "./");
}

/* Copies are numbered by the second in which they were made. */
static void name_copy(const char *path, long long number, char *to, size_t size)
{
    snprintf(to, size, "%s.damaged-%lld", path, number);
}

struct copies {
    unsigned count;
    long long oldest, newest;
};

/* The number of a copy of `base`, or of its log; 0: it is something else. */
static long long copy_number(const char *name, const char *base)
{
    static const char between[] = ".damaged-";
    size_t length = strlen(base);
    char *end = NULL;

    if (strncmp(name, base, length) != 0 ||
        strncmp(name + length, between, sizeof between - 1) != 0)
        return 0;
    long long number = strtoll(name + length + sizeof between - 1, &end, 10);
    return number > 0 && (!*end || *end == '-') ? number : 0;
}

static struct copies find_copies(const char *path)
{
    char folder[NAME];
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    struct copies found = {0};

    folder_of(path, folder, sizeof folder);
    DIR *names = opendir(folder);
    for (const struct dirent *e; names && (e = readdir(names)) != NULL;) {
        long long number = copy_number(e->d_name, base);
        if (!number)
            continue;
        const char *ending = strrchr(e->d_name + strlen(base), '-');
        found.count += ending && ending[1] >= '0' && ending[1] <= '9';
        if (!found.oldest || number < found.oldest)
            found.oldest = number;
        if (number > found.newest)
            found.newest = number;
    }
    if (names)
        closedir(names);
    return found;
}

int copies_add(const char *path, char *aside, size_t size)
{
    long long now = clock_wall_ms() / MS_PER_S, newest = find_copies(path).newest;
    char from[NAME], to[NAME + 8];

    /* Never a name that is there, and always behind the others, whatever the clock says. */
    name_copy(path, now > newest ? now : newest + 1, aside, size);
    /* The log first: it must never stand beside another file than its own. */
    for (size_t i = endings; i-- > 0;) {
        snprintf(from, sizeof from, "%s%s", path, file_endings[i]);
        snprintf(to, sizeof to, "%s%s", aside, file_endings[i]);
        if (rename(from, to) && errno != ENOENT)
            return ERR_IO;
    }
    return OK;
}

/* ---- the oldest go ------------------------------------------------------------------------- */

/* Until `most` are left. */
static bool remove_oldest(const char *path, unsigned most, const char *why)
{
    struct copies found = find_copies(path);
    char copy[NAME], name[NAME + 8];

    if (!found.oldest || found.count <= most)
        return false;
    name_copy(path, found.oldest, copy, sizeof copy);
    for (size_t i = endings; i-- > 0;) {
        snprintf(name, sizeof name, "%s%s", copy, file_endings[i]);
        if (unlink(name) && errno != ENOENT)
            return false;
    }
    log_note("store", "%s is removed: %s", copy, why);
    return true;
}

void copies_tidy(const char *path)
{
    while (remove_oldest(path, COPIES_MOST, "two damaged files are kept"))
        continue;
}

/* ---- room ---------------------------------------------------------------------------------- */

static long long free_bytes(const char *path)
{
    char folder[NAME];
    struct statvfs fs;

    folder_of(path, folder, sizeof folder);
    return statvfs(folder, &fs) ? -1 : (long long)fs.f_bavail * (long long)fs.f_frsize;
}

int copies_find_room(const char *path, long long has)
{
    struct stat st;
    long long size = stat(path, &st) == 0 ? (long long)st.st_size : 0;
    long long wanted = size + (size < LOG_MOST ? size : LOG_MOST) - has, room;

    while ((room = free_bytes(path)) >= 0 && room < wanted)
        if (!remove_oldest(path, 0, "its room is needed")) {
            log_err("store",
                    "%s is damaged, and there is no room to carry over what can be read: %lld MB "
                    "are free, %lld MB are needed",
                    path, room >> 20, (wanted >> 20) + 1);
            return ERR_FULL;
        }
    return OK;
}

void copies_sync(const char *path)
{
    char folder[NAME];

    folder_of(path, folder, sizeof folder);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (fsync(fd)) /* some file systems cannot; they order names by themselves */
        log_debug("store", "%s: %s", folder, strerror(errno));
    close(fd);
}
