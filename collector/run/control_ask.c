/* Asking the daemon (collector/run/control_ask.h). */
#include "collector/run/control_ask.h"

#include "base/log.h"
#include "base/text.h"
#include "bus/loan.h"
#include "collector/plan/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- where it is --------------------------------------------------------------------------- */

static int choose_path(const struct plan *plan, char *to, size_t size)
{
    char store[400];
    int length;

    if (loan_is_ours())
        length = snprintf(to, size, "%s/control.sock", loan_folder());
    else
        length = snprintf(to, size, "%s.control", plan_store_path(plan, store, sizeof store));
    return length < (int)size ? OK : ERR_FULL;
}

int control_address(const struct plan *plan, struct sockaddr_un *to, int *folder, char *path,
                    size_t size)
{
    int rc = choose_path(plan, path, size), length;
    char *slash = rc ? NULL : strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;

    *folder = -1;
    if (rc)
        return rc;
    /* A socket's path may have 107 characters only; a folder that is open has a short name. */
    if (slash)
        *slash = '\0';
    *folder = open(!slash ? "." : *path ? path : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (slash)
        *slash = '/';
    if (*folder < 0)
        return ERR_GONE;
    *to = (struct sockaddr_un){.sun_family = AF_UNIX};
    length = snprintf(to->sun_path, sizeof to->sun_path, "/proc/self/fd/%d/%s", *folder, name);
    if (length < (int)sizeof to->sun_path)
        return OK;
    close(*folder);
    return ERR_FULL;
}

/* ---- who answers --------------------------------------------------------------------------- */

static bool owns(uid_t uid, const char *path)
{
    struct stat st;

    return !stat(path, &st) && st.st_uid == uid;
}

/* Anybody may have listened there first, if the folder lets others write. Whoever owns the folder
 * or the store could do as they like anyway. */
static bool is_trusted(const struct plan *plan, int fd, int folder, const char *path)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    struct stat st;
    char store[400];

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size))
        return false;
    if (!peer.uid || peer.uid == geteuid() || (!fstat(folder, &st) && st.st_uid == peer.uid) ||
        owns(peer.uid, plan_store_path(plan, store, sizeof store)))
        return true;
    log_err(NULL,
            "%s: process %ld of user %u listens there, who owns neither that folder nor the store: "
            "it was asked nothing; end it, and start the daemon again",
            path, (long)peer.pid, (unsigned)peer.uid);
    return false;
}

/* A connection, or an error. */
static int reach(const struct plan *plan)
{
    struct sockaddr_un to;
    char path[500];
    int folder = -1, fd, rc = control_address(plan, &to, &folder, path, sizeof path);

    if (rc)
        return ERR_ABSENT;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    rc = fd < 0 ? ERR_SYSTEM : OK;
    if (!rc && connect(fd, (const struct sockaddr *)&to, sizeof to)) {
        bool is_denied = errno == EACCES || errno == EPERM;
        if (is_denied)
            log_err(NULL, "%s: %s; become a member of its group (dialout)", path, strerror(errno));
        rc = is_denied ? ERR_DENIED : ERR_ABSENT;
    }
    if (!rc && !is_trusted(plan, fd, folder, path))
        rc = ERR_DENIED;
    close(folder);
    if (rc && fd >= 0)
        close(fd);
    return rc ? rc : fd;
}

bool control_is_there(const struct plan *plan)
{
    int fd = reach(plan);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* ---- asking -------------------------------------------------------------------------------- */

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

int control_ask(const struct plan *plan, const char *const *words, int count, FILE *data)
{
    int fd = reach(plan), rc = ERR_GONE;
    char *line = NULL;
    size_t room = 0;
    FILE *in;

    if (fd < 0)
        return fd;
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
