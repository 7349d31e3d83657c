/* /etc/passwd, /etc/group and /proc (collector/checks/people.h). */
#include "collector/checks/people.h"

#include "collector/checks/root.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static const char DAEMON[] = "_helio";

/* One line of a file of NAME:x:NUMBER:...; by name, or by number when name is NULL. */
struct wanted {
    const char *name;
    unsigned long number;
    char found[64];
    unsigned long found_number, found_group;
    char members[400];
    bool is_found;
};

static bool see_line(void *who, char *line)
{
    struct wanted *w = who;
    char *fields[4] = {NULL}, *rest = line;

    for (int i = 0; i < 4 && rest; i++)
        fields[i] = strsep(&rest, ":");
    if (!fields[2])
        return true;
    unsigned long number = strtoul(fields[2], NULL, 10);
    if (w->name ? strcmp(w->name, fields[0]) != 0 : number != w->number)
        return true;
    w->is_found = true;
    w->found_number = number;
    w->found_group = fields[3] ? strtoul(fields[3], NULL, 10) : 0;
    snprintf(w->found, sizeof w->found, "%s", fields[0]);
    snprintf(w->members, sizeof w->members, ",%s,", fields[3] ? fields[3] : "");
    return false;
}

static struct wanted look_up(const char *file, const char *name, unsigned long number)
{
    struct wanted w = {.name = name, .number = number};

    root_lines(file, see_line, &w);
    return w;
}

void person_find(struct person *p)
{
    struct wanted daemon = look_up("/etc/passwd", DAEMON, 0);

    *p = (struct person){.uid = geteuid(), .gid = getegid(), .is_self = true};
    if (p->uid == 0 && daemon.is_found) {
        *p = (struct person){.uid = (uid_t)daemon.found_number, .gid = (gid_t)daemon.found_group};
        snprintf(p->name, sizeof p->name, "%s", DAEMON);
        return;
    }
    user_name(p->uid, p->name, sizeof p->name);
}

void user_name(uid_t user, char *to, size_t size)
{
    struct wanted w = look_up("/etc/passwd", NULL, user);

    snprintf(to, size, "%s", w.found);
    if (!w.is_found)
        snprintf(to, size, "%lu", (unsigned long)user);
}

bool group_find(const char *name, gid_t *to)
{
    struct wanted w = look_up("/etc/group", name, 0);

    *to = (gid_t)w.found_number;
    return w.is_found;
}

void group_name(gid_t group, char *to, size_t size)
{
    struct wanted w = look_up("/etc/group", NULL, group);

    snprintf(to, size, "%s", w.found);
    if (!w.is_found)
        snprintf(to, size, "%lu", (unsigned long)group);
}

/* The unit may give the daemon a group that /etc/group does not know of. */
struct unit_group {
    const char *group;
    bool is_given;
};

static bool see_unit(void *who, char *line)
{
    struct unit_group *u = who;

    u->is_given |= !strncmp(line, "SupplementaryGroups=", 20) && strstr(line, u->group);
    return true;
}

bool person_is_in(const struct person *p, gid_t group)
{
    struct wanted w = look_up("/etc/group", NULL, group);
    char name[80];

    if (p->gid == group)
        return true;
    snprintf(name, sizeof name, ",%s,", p->name);
    if (!w.is_found)
        return false;
    if (strstr(w.members, name))
        return true;
    if (strcmp(p->name, DAEMON) != 0)
        return false;
    struct unit_group u = {.group = w.found};
    root_lines("/lib/systemd/system/helio.service", see_unit, &u);
    root_lines("/etc/systemd/system/helio.service", see_unit, &u);
    return u.is_given;
}

bool person_may(const struct person *p, const char *path, int what)
{
    char full[ROOT_PATH];
    struct stat info;
    unsigned bits = (what & R_OK ? 4U : 0U) | (what & W_OK ? 2U : 0U);

    if (p->is_self)
        return access(root_path(path, full), what) == 0;
    if (root_stat(path, &info))
        return false;
    unsigned shift = info.st_uid == p->uid ? 6 : person_is_in(p, info.st_gid) ? 3 : 0;
    return ((info.st_mode >> shift) & bits) == bits;
}

/* ---- /proc ------------------------------------------------------------------------------- */

/* What a process has open: the kernel leads to the very file, whatever it is called where that
 * process lives. The links of a made-up tree are names, seen from its root. */
static int stat_of_open(const char *path, struct stat *to)
{
    char full[ROOT_PATH], target[ROOT_PATH];

    if (root_is_real())
        return stat(path, to);
    ssize_t length = readlink(root_path(path, full), target, sizeof target - 1);
    target[length > 0 ? length : 0] = '\0';
    return root_stat(target, to);
}

bool is_same_node(const struct stat *a, const struct stat *b)
{
    enum { PTS_FIRST = 136, PTS_LAST = 143 }; /* majors: each mounted devpts counts from 0 */

    if (!S_ISCHR(a->st_mode) || !S_ISCHR(b->st_mode))
        return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
    bool is_pts = major(a->st_rdev) >= PTS_FIRST && major(a->st_rdev) <= PTS_LAST;
    return a->st_rdev == b->st_rdev && (!is_pts || a->st_dev == b->st_dev);
}

/* What is looked for: a node, or the name that the kernel gives a socket. */
struct sought {
    const char *socket; /* "socket:[311]"; NULL: it is a node */
    struct stat node;
};

static bool leads_to(const char *path, const struct sought *what)
{
    char full[ROOT_PATH], target[ROOT_PATH];
    struct stat info;

    if (!what->socket)
        return stat_of_open(path, &info) == 0 && is_same_node(&info, &what->node);
    ssize_t length = readlink(root_path(path, full), target, sizeof target - 1);
    target[length > 0 ? length : 0] = '\0';
    return !strcmp(target, what->socket);
}

static bool has_open(const char *process, const struct sought *what)
{
    char folder[ROOT_PATH], path[ROOT_PATH * 2], *names;
    bool is_open = false;

    snprintf(folder, sizeof folder, "/proc/%.20s/fd", process);
    names = root_list(folder);
    FOR_NAMES (name, names) {
        snprintf(path, sizeof path, "%s/%s", folder, name);
        is_open |= leads_to(path, what);
    }
    free(names);
    return is_open;
}

static bool program_of(const char *process, char to[32])
{
    char path[ROOT_PATH];

    snprintf(path, sizeof path, "/proc/%.20s/comm", process);
    return root_read(path, to, 32);
}

bool holder_of(const char *node, char *to, size_t size)
{
    char *processes, program[32];
    struct sought what = {.socket = *node == '/' ? NULL : node};
    bool is_found = false;

    if (!what.socket && root_stat(node, &what.node))
        return false;
    processes = root_list("/proc");
    FOR_NAMES (process, processes) {
        if (*process < '0' || *process > '9' || is_found || !program_of(process, program))
            continue;
        /* Ours share the wire by its lock file. */
        if (!strcmp(program, "helio") || !has_open(process, &what))
            continue;
        snprintf(to, size, "%s (process %s)", program, process);
        is_found = true;
    }
    free(processes);
    return is_found;
}

bool is_running(const char *program)
{
    char *processes = root_list("/proc"), found[32];
    bool runs = false;

    FOR_NAMES (process, processes) {
        if (*process >= '0' && *process <= '9' && program_of(process, found))
            runs |= !strcmp(found, program);
    }
    free(processes);
    return runs;
}
