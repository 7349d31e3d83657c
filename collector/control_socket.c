/* Listening and asking (collector/control_socket.h). */
#include "collector/control_socket.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "base/thread.h"
#include "bus/loan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { WORDS_MAX = 64, LINE_MAX_BYTES = 8192, LOOK_US = 200000, PATIENCE_S = 120 };

/* ---- the address --------------------------------------------------------------------------- */

/* A socket's path may have 107 signs only; a folder that is open has a short name. */
static int address_of(struct sockaddr_un *to, int *folder)
{
    *folder = open(loan_folder(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (*folder < 0)
        return ERR_GONE;
    *to = (struct sockaddr_un){.sun_family = AF_UNIX};
    snprintf(to->sun_path, sizeof to->sun_path, "/proc/self/fd/%d/control.sock", *folder);
    return OK;
}

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

static int run_request(struct asked *a)
{
    for (const struct request *r = requests; r->verb; r++)
        if (!strcmp(r->verb, a->words[0]))
            return r->run(a);
    answer_line(a, 'e', "the daemon does not know \"%s\"; is it of the same version?", a->words[0]);
    return ERR_USAGE;
}

static void converse(struct daemon *d, int fd)
{
    char line[LINE_MAX_BYTES], *words[WORDS_MAX];
    struct asked a = {.daemon = d, .words = words};
    struct timeval patience = {.tv_sec = PATIENCE_S};

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    a.in = fdopen(fd, "r");
    a.out = a.in ? fdopen(dup(fd), "w") : NULL;
    if (a.out && fgets(line, sizeof line, a.in)) {
        char *rest = line;
        line[strcspn(line, "\n")] = '\0';
        while (rest && a.count < WORDS_MAX)
            a.words[a.count++] = strsep(&rest, "\t");
        int rc = a.count ? run_request(&a) : ERR_USAGE;
        fprintf(a.out, "x %d\n", rc);
    }
    if (a.out)
        (void)fclose(a.out); /* whoever left does not hear the rest */
    if (a.in)
        (void)fclose(a.in);
    else
        close(fd);
}

static void *listen_on(void *who)
{
    struct control_socket *c = who;

    while (!c->is_stopping) {
        struct pollfd p = {.fd = c->fd, .events = POLLIN};
        if (clock_poll(&p, 1, LOOK_US) <= 0)
            continue;
        int fd = accept4(c->fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0)
            converse(c->daemon, fd);
    }
    return NULL;
}

/* Everybody who may use serial ports may ask. */
static void open_to_dialout(const char *path)
{
    gid_t dialout;

    if (chmod(path, 0660))
        log_debug("run", "%s: %s", path, strerror(errno));
    if (loan_group(&dialout) && chown(path, (uid_t)-1, dialout))
        log_debug("run", "%s: %s", path, strerror(errno)); /* then only its owner may */
}

int control_open(struct control_socket *c, struct daemon *d)
{
    struct sockaddr_un to;
    int folder = -1, rc = address_of(&to, &folder);

    *c = (struct control_socket){.daemon = d, .fd = -1};
    snprintf(c->path, sizeof c->path, "%s/control.sock", loan_folder());
    if (rc)
        return rc;
    if (unlink(to.sun_path) && errno != ENOENT)
        log_debug("run", "%s: %s", c->path, strerror(errno)); /* bind says what matters */
    c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || bind(c->fd, (const struct sockaddr *)&to, sizeof to) || listen(c->fd, 8)) {
        log_warn("run", "%s: %s", c->path, strerror(errno));
        rc = ERR_DENIED;
    }
    close(folder);
    if (!rc) {
        open_to_dialout(c->path);
        rc = thread_begin(&c->thread, "control", listen_on, c);
    }
    if (rc && c->fd >= 0) {
        close(c->fd);
        c->fd = -1;
    }
    return rc;
}

void control_close(struct control_socket *c)
{
    if (c->fd < 0)
        return;
    c->is_stopping = true;
    pthread_join(c->thread, NULL);
    close(c->fd);
    if (unlink(c->path))
        log_debug("run", "%s: %s", c->path, strerror(errno)); /* the next one unlinks it too */
    c->fd = -1;
}

/* ---- asking -------------------------------------------------------------------------------- */

static int reach(void)
{
    struct sockaddr_un to;
    int folder = -1, fd;

    if (address_of(&to, &folder))
        return -1;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&to, sizeof to)) {
        if (errno == EACCES || errno == EPERM)
            log_err(NULL, "%s/control.sock: %s; become a member of its group (dialout)",
                    loan_folder(), strerror(errno));
        close(fd);
        fd = -1;
    }
    close(folder);
    return fd;
}

bool control_is_there(void)
{
    int fd = reach();

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static void send_all(int fd, const char *const *words, int count, FILE *data)
{
    char bytes[16384];
    size_t got;
    FILE *out = fdopen(dup(fd), "w");

    if (!out)
        return;
    for (int i = 0; i < count; i++)
        fprintf(out, "%s%s", i ? "\t" : "", words[i]);
    fputc('\n', out);
    while (data && (got = fread(bytes, 1, sizeof bytes, data)) > 0)
        if (fwrite(bytes, 1, got, out) != got)
            break;     /* the daemon says why */
    (void)fclose(out); /* as above */
    shutdown(fd, SHUT_WR);
}

int control_ask(const char *const *words, int count, FILE *data)
{
    int fd = reach(), rc = ERR_GONE;
    char *line = NULL;
    size_t room = 0;
    FILE *in;

    if (fd < 0)
        return ERR_ABSENT;
    send_all(fd, words, count, data);
    in = fdopen(fd, "r");
    if (!in) {
        close(fd);
        return ERR_SYSTEM;
    }
    while (getline(&line, &room, in) > 0) {
        int64_t code;
        text_trim(line);
        if (line[0] == 'x' && integer_read(line + 2, &code)) {
            rc = (int)code;
            break;
        }
        fprintf(line[0] == 'o' ? stdout : stderr, "%s\n", strlen(line) > 2 ? line + 2 : "");
    }
    if (rc == ERR_GONE)
        log_err(NULL, "the daemon ended in the middle of this");
    free(line);
    (void)fclose(in); /* only read */
    return rc;
}
