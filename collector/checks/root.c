/* Files below one root (collector/checks/root.h). */
#include "collector/checks/root.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *prefix(void)
{
    const char *given = getenv("HELIO_TEST_ROOT");

    return given ? given : "";
}

bool root_is_real(void)
{
    return !*prefix();
}

const char *root_path(const char *path, char to[ROOT_PATH])
{
    snprintf(to, ROOT_PATH, "%s%s", prefix(), path);
    return to;
}

bool root_read(const char *path, char *to, size_t size)
{
    char full[ROOT_PATH];
    int fd = open(root_path(path, full), O_RDONLY | O_CLOEXEC);
    ssize_t length = fd >= 0 ? read(fd, to, size - 1) : -1;

    if (fd >= 0)
        close(fd);
    if (length < 0) {
        *to = '\0';
        return false;
    }
    for (ssize_t i = 0; i < length; i++)
        if (!to[i])
            to[i] = ' ';
    while (length > 0 && (unsigned char)to[length - 1] <= ' ')
        length--;
    to[length] = '\0';
    return true;
}

bool root_real(const char *path, char to[ROOT_PATH])
{
    char full[ROOT_PATH], *real, *top = *prefix() ? realpath(prefix(), NULL) : NULL;
    size_t cut = top ? strlen(top) : 0;

    real = realpath(root_path(path, full), NULL);
    bool is_there = real && (!top || !strncmp(real, top, cut));
    snprintf(to, ROOT_PATH, "%s", is_there ? real + cut : "");
    free(real);
    free(top);
    return is_there;
}

bool root_link_name(const char *path, char *to, size_t size)
{
    char full[ROOT_PATH], target[ROOT_PATH];
    ssize_t length = readlink(root_path(path, full), target, sizeof target - 1);

    *to = '\0';
    if (length <= 0)
        return false;
    target[length] = '\0';
    const char *last = strrchr(target, '/');
    snprintf(to, size, "%s", last ? last + 1 : target);
    return true;
}

bool root_has(const char *path)
{
    char full[ROOT_PATH];

    return access(root_path(path, full), F_OK) == 0;
}

int root_stat(const char *path, struct stat *to)
{
    char full[ROOT_PATH];

    return stat(root_path(path, full), to);
}

static int is_no_dot(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

char *root_list(const char *folder)
{
    char full[ROOT_PATH], *list, *at;
    struct dirent **entries = NULL;
    int count = scandir(root_path(folder, full), &entries, is_no_dot, alphasort);
    size_t size = 1;

    if (count < 0)
        return NULL;
    for (int i = 0; i < count; i++)
        size += strlen(entries[i]->d_name) + 1;
    list = at = calloc(1, size);
    for (int i = 0; i < count; i++) {
        if (list)
            at = stpcpy(at, entries[i]->d_name) + 1;
        free(entries[i]);
    }
    free(entries);
    return list;
}

void root_lines(const char *path, root_line_fn *see, void *who)
{
    char full[ROOT_PATH], *line = NULL;
    FILE *f = fopen(root_path(path, full), "re");
    size_t size = 0;

    if (!f)
        return;
    while (getline(&line, &size, f) > 0) {
        char *begin = line + strspn(line, " \t");
        begin[strcspn(begin, "\r\n")] = '\0';
        if (*begin && *begin != '#' && !see(who, begin))
            break;
    }
    free(line);
    fclose(f);
}
