/*
 * Who is meant to open things: the user who asks, or, when root asks, the daemon's own. And who
 * has something open now.
 */
#ifndef COLLECTOR_CHECKS_PEOPLE_H
#define COLLECTOR_CHECKS_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

struct person {
    char name[64];
    uid_t uid;
    gid_t gid;
    bool is_self; /* the process itself: the kernel is asked */
};

void person_find(struct person *p);

/* R_OK, W_OK or both, of a path below the root. */
bool person_may(const struct person *p, const char *path, int what);
bool person_is_in(const struct person *p, gid_t group); /* as /etc/group says, for the next login */
bool group_find(const char *name, gid_t *to);
void group_name(gid_t group, char *to, size_t size);
void user_name(uid_t user, char *to, size_t size);

/* Do both lead to one device? Its name does not tell: /dev/pts/0 is another one in each container.
 */
bool is_same_node(const struct stat *a, const struct stat *b);

/* "agetty (process 311)" that has the node, or "socket:[INODE]", open. false: none, or none that we
 * may see. */
bool holder_of(const char *node, char *to, size_t size);

/* Does a program of this name run? */
bool is_running(const char *program);

#endif
