/*
 * The control socket: how `once`, `tell`, `resend`, `import` and `status` reach the daemon that
 * owns the store. A line of words separated by tabs goes in (and for `import` the data behind it);
 * lines come back: "o TEXT" for standard output, "e TEXT" for standard error, "x CODE" at the end.
 * Who may open the socket may ask: its permissions are the authority. Both sides look who the other
 * one is, since the folder may be one that others can write to.
 *
 * One thread listens, and hears the first line of each; a conversation that has said it gets a
 * thread of its own. Whoever says nothing in time is let go.
 */
#ifndef COLLECTOR_CONTROL_SOCKET_H
#define COLLECTOR_CONTROL_SOCKET_H

#include "base/error.h"
#include "base/limit.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>

struct daemon;

enum { CONVERSATIONS = 8 };

/* One that was begun; the listening thread's, but for what says otherwise. */
struct conversation {
    struct daemon *daemon;
    int fd;           /* -1: free */
    int64_t until_us; /* its first line must be there by then */
    bool has_thread;  /* the line was: the thread answers */
    pthread_t thread;
    _Atomic bool is_over; /* set by that thread, as the last it does */
    int wake_fd;
};

struct control_socket {
    struct daemon *daemon;
    int fd, wake_fd; /* listening, and being told; -1: none */
    pthread_t thread;
    _Atomic bool is_stopping, has_ended;
    struct conversation all[CONVERSATIONS];
    char path[500];
};

int control_open(struct control_socket *c, struct daemon *d) MUST_CHECK;

/* Ends it without waiting: all conversations are cut, and whoever waits for something in one of
 * them gives up. control_close waits for that. */
void control_stop(struct control_socket *c);
bool control_has_ended(const struct control_socket *c);
void control_close(struct control_socket *c);

/* ---- answering ----------------------------------------------------------------------------- */

/* One conversation, as a request handler sees it. */
struct asked {
    struct daemon *daemon;
    char **words; /* words[0] is the verb */
    int count;
    FILE *in, *out; /* data behind the line; what goes back */
    int fd;
};

/* A line to the one who asks: 'o' or 'e'. */
void answer_line(struct asked *a, char kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* So long for this request, and no longer than the daemon runs and its asker is there. */
struct limit asked_limit(struct asked *a, double seconds);

struct request {
    const char *verb; /* NULL ends the table */
    int (*run)(struct asked *a);
};
extern const struct request requests[];

#endif
