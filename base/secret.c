/* One line out of a file (base/secret.h). */
#include "base/secret.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A relative name may also lie where systemd puts credentials. */
static void secret_path(const char *name, char *to, size_t size)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");

    if (*name != '/' && folder && *folder) {
        snprintf(to, size, "%s/%s", folder, name);
        if (access(to, F_OK) == 0)
            return;
    }
    snprintf(to, size, "%s", name);
}

int secret_read(const char *who, const char *name, char *to, size_t size)
{
    char path[500];
    struct stat st;
    ssize_t got;

    secret_path(name, path, sizeof path);
    /* A pipe would keep us waiting for somebody to write into it. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st)) {
        log_err(who, "%s: %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return ERR_INPUT;
    }
    if (!S_ISREG(st.st_mode)) {
        log_err(who, "%s is not an ordinary file; put the secret into one", path);
        close(fd);
        return ERR_INPUT;
    }
    if (st.st_mode & 0077 && !strstr(path, "/credentials/")) {
        log_err(who, "%s can be read by others; chmod 600 %s", path, path);
        close(fd);
        return ERR_DENIED;
    }
    got = read(fd, to, size - 1);
    close(fd);
    to[got > 0 ? got : 0] = '\0';
    to[strcspn(to, "\r\n")] = '\0';
    if (*to)
        return OK;
    log_err(who, "%s is empty", path);
    return ERR_DATA;
}
