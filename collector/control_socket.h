/*
 * The control socket: how `once`, `tell`, `resend`, `import` and `status` reach the daemon that
 * owns the store. A line of words separated by tabs goes in (and for `import` the data behind it);
 * lines come back: "o TEXT" for standard output, "e TEXT" for standard error, "x CODE" at the end.
 * Who may open the socket may ask: its permissions are the authority.
 */
#ifndef COLLECTOR_CONTROL_SOCKET_H
#define COLLECTOR_CONTROL_SOCKET_H

#include "base/error.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>

struct daemon;

struct control_socket {
    struct daemon *daemon;
    int fd; /* listening; -1: none */
    pthread_t thread;
    _Atomic bool is_stopping;
    char path[200];
};

int control_open(struct control_socket *c, struct daemon *d) MUST_CHECK;
void control_close(struct control_socket *c);

/* ---- asking ------------------------------------------------------------------------------- */

/* Asks the daemon of this machine; its words go to standard output and error, its error becomes
 * the answer. ERR_ABSENT: no daemon answers. `data` NULL: nothing behind the line. */
int control_ask(const char *const *words, int count, FILE *data) MUST_CHECK;

/* Does one run? */
bool control_is_there(void);

/* ---- answering ----------------------------------------------------------------------------- */

/* One conversation, as a request handler sees it. */
struct asked {
    struct daemon *daemon;
    char **words; /* words[0] is the verb */
    int count;
    FILE *in, *out; /* data behind the line; what goes back */
};

/* A line to the one who asks: 'o' or 'e'. */
void answer_line(struct asked *a, char kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

struct request {
    const char *verb; /* NULL ends the table */
    int (*run)(struct asked *a);
};
extern const struct request requests[];

#endif
