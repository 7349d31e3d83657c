/* One conversation, in a thread of its own (collector/daemon/control_socket.h). */
#include "collector/daemon/control_inside.h"

#include "base/log.h"
#include "base/thread.h"
#include "collector/daemon/daemon.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

enum { WORDS_MAX = 64 };

/* ---- answering ----------------------------------------------------------------------------- */

void answer_line(struct asked *a, char kind, const char *format, ...)
{
    va_list args;

    fprintf(a->out, "%c ", kind);
    va_start(args, format);
    vfprintf(a->out, format, args);
    va_end(args);
    fputc('\n', a->out);
}

/* Whoever only has no more to say has closed one direction; who left has closed both. */
static bool is_unwanted(void *who)
{
    const struct asked *a = who;
    struct pollfd p = {.fd = a->fd, .events = 0};

    return a->daemon->is_stopping || (clock_poll(&p, 1, 0) > 0 && p.revents & (POLLHUP | POLLERR));
}

struct limit asked_limit(struct asked *a, double seconds)
{
    return (struct limit){
        .until_us = clock_us() + (int64_t)(seconds * 1e6), .is_called_off = is_unwanted, .who = a};
}

static int run_request(struct asked *a)
{
    for (const struct request *r = requests; r->verb; r++)
        if (!strcmp(r->verb, a->words[0]))
            return r->run(a);
    answer_line(a, 'e', "the daemon does not know \"%s\"; is it of the same version?", a->words[0]);
    return ERR_USAGE;
}

static void answer(struct conversation *c, FILE *in, FILE *out)
{
    char line[LINE_MAX_BYTES], *words[WORDS_MAX];
    struct asked a = {.daemon = c->daemon, .words = words, .in = in, .out = out, .fd = c->fd};

    if (!fgets(line, sizeof line, in))
        return;
    char *rest = line;
    line[strcspn(line, "\n")] = '\0';
    while (rest && a.count < WORDS_MAX)
        a.words[a.count++] = strsep(&rest, "\t");
    int rc = a.count ? run_request(&a) : ERR_USAGE;
    fprintf(out, "x %d\n", rc);
}

static void *run(void *who)
{
    struct conversation *c = who;
    int in_fd = dup(c->fd), out_fd = dup(c->fd);
    FILE *in = in_fd >= 0 ? fdopen(in_fd, "r") : NULL;
    FILE *out = out_fd >= 0 ? fdopen(out_fd, "w") : NULL;
    const uint64_t one = 1;

    if (in && out)
        answer(c, in, out);
    if (out)
        (void)fclose(out); /* whoever left does not hear the rest */
    else if (out_fd >= 0)
        close(out_fd);
    if (in)
        (void)fclose(in);
    else if (in_fd >= 0)
        close(in_fd);
    c->is_over = true;
    if (write(c->wake_fd, &one, sizeof one) != (ssize_t)sizeof one)
        log_debug("run", "control socket: %s", strerror(errno)); /* it looks soon anyway */
    return NULL;
}

int conversation_begin(struct conversation *c)
{
    int rc = thread_begin(&c->thread, "asked", run, c);

    c->has_thread = !rc;
    return rc;
}
