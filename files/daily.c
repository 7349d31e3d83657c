/* Lines to files of days (files/daily.h). */
#include "files/daily.h"

#include "files/forms.h"
#include "store/days.h"
#include "store/lookup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PENDING_MAX = 500, LINE_BYTES = 200, DATE = 10 };

/* A device, and the file it was last written to. */
struct logged {
    char name[ORIGIN_NAME], date[DATE + 1]; /* "": no file yet */
    int64_t last_ms;                        /* the file's latest line */
    int64_t last_seq;                       /* written to it by this process; 0: nothing yet */
};

struct pending {
    struct logged *unit;
    int64_t seq, at_ms;
    char line[LINE_BYTES];
};

struct daily {
    char folder[DAILY_PATH - ORIGIN_NAME - 40], device[ORIGIN_NAME];
    struct logged **units; /* each stays where it is */
    size_t unit_count, unit_room;
    unsigned count, most;
    struct pending *pending;
    const struct logged *open_unit; /* whose file `fd` is, or NULL */
    int fd;
};

struct daily *daily_new(const char *folder, const char *device, unsigned most)
{
    struct daily *d = calloc(1, sizeof *d);

    if (!d)
        return NULL;
    d->most = most < PENDING_MAX ? most : PENDING_MAX;
    d->pending = calloc(d->most, sizeof *d->pending);
    d->fd = -1;
    snprintf(d->folder, sizeof d->folder, "%s", folder);
    snprintf(d->device, sizeof d->device, "%s", device);
    if (d->pending)
        return d;
    free(d);
    return NULL;
}

void daily_free(struct daily *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < d->unit_count; i++)
        free(d->units[i]);
    free(d->units);
    free(d->pending);
    free(d);
}

/* ---- adding ------------------------------------------------------------------------------ */

static struct logged *unit_of(struct daily *d, const char *name)
{
    for (size_t i = 0; i < d->unit_count; i++)
        if (!strcmp(d->units[i]->name, name))
            return d->units[i];
    struct logged **more = array_more(d->units, d->unit_count, &d->unit_room, sizeof(void *));
    if (!more)
        return NULL;
    d->units = more;
    struct logged *u = calloc(1, sizeof *u);
    if (!u)
        return NULL;
    for (size_t i = 0; i < d->unit_count; i++)
        *d->units[i]->date = '\0'; /* no longer alone: its file has another name now */
    d->units[d->unit_count++] = u;
    snprintf(u->name, sizeof u->name, "%s", name);
    return u;
}

static bool is_ours(const struct daily *d, const struct record *r)
{
    return (r->kind == RECORD_LIVE || r->kind == RECORD_IMPORTED) &&
           (*d->device ? !strcmp(d->device, r->from->name) : strcmp(r->from->driver, "group") != 0);
}

enum added daily_add(struct daily *d, const struct record *r)
{
    struct reading reading;
    char time[SITE_TEXT];

    if (!is_ours(d, r))
        return SKIPPED;
    if (d->count == d->most)
        return IS_FULL;
    struct pending *p = &d->pending[d->count];
    struct text line = text_on(p->line, sizeof p->line);
    record_reading(r, &reading);
    text_format(&line, "%s,", site_text(r->at_ms, time));
    if (!form_axpert(&reading, &line))
        return SKIPPED;
    text_char(&line, '\n');
    p->unit = unit_of(d, r->from->name);
    if (!p->unit || line.is_cut)
        return SKIPPED;
    p->seq = r->seq;
    p->at_ms = r->at_ms;
    d->count++;
    return ADDED;
}

void daily_forget(struct daily *d)
{
    d->count = 0;
}

/* ---- what stands there already ----------------------------------------------------------- */

static void path_of(const struct daily *d, const char *name, const char *date, char *to,
                    size_t size)
{
    char safe[ORIGIN_NAME];

    snprintf(safe, sizeof safe, "%s", name);
    for (char *p = safe; *p; p++)
        if (*p == '/')
            *p = '_';
    if (*d->device || d->unit_count == 1)
        snprintf(to, size, "%s/Axpert%s.log", d->folder, date);
    else
        snprintf(to, size, "%s/Axpert-%s-%s.log", d->folder, safe, date);
}

/* The latest time of a whole line; the file is walked, since an hour that comes twice is told by
 * the lines before it. */
static int64_t latest_in(const char *path)
{
    FILE *file = fopen(path, "re");
    int64_t latest = 0, last = 0;
    size_t room = 0;
    ssize_t length;
    char *line = NULL;

    if (!file)
        return 0;
    while ((length = getline(&line, &room, file)) > 0) {
        char *end = strchr(line, ',');
        if (!end || line[length - 1] != '\n')
            continue;
        *end = '\0';
        if (when_site(line, last, &last) && last > latest)
            latest = last;
    }
    free(line);
    (void)fclose(file); /* only read */
    return latest;
}

/* ---- writing ----------------------------------------------------------------------------- */

/* All of it or nothing: what a full disk cut short is taken away again. */
static int write_line(int fd, const char *line)
{
    size_t length = strlen(line);
    off_t before = lseek(fd, 0, SEEK_END);
    ssize_t put = write(fd, line, length);
    int failed = put < 0 ? errno : ENOSPC;

    if (put == (ssize_t)length)
        return 0;
    if (put > 0 && before >= 0 && ftruncate(fd, before))
        return errno;
    return failed;
}

/* A new file gets its header; a line that a power cut left open is closed. */
static int begin_file(int fd)
{
    off_t size = lseek(fd, 0, SEEK_END);
    char last;

    if (size == 0)
        return write_line(fd, form_axpert_header);
    if (size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n')
        return write_line(fd, "\n");
    return size < 0 ? errno : 0;
}

static void close_file(struct daily *d)
{
    if (d->fd >= 0)
        close(d->fd);
    d->fd = -1;
    d->open_unit = NULL;
}

static int open_file(struct daily *d, struct logged *u, const char *path)
{
    close_file(d);
    d->fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (d->fd < 0)
        return errno;
    d->open_unit = u;
    return begin_file(d->fd);
}

static int write_pending(struct daily *d, const struct pending *p, char *path, size_t size)
{
    struct logged *u = p->unit;
    bool is_same_day = !strncmp(u->date, p->line, DATE);
    int failed = 0;

    if (!is_same_day) {
        snprintf(u->date, sizeof u->date, "%.*s", (int)DATE, p->line);
        u->last_seq = 0;
    }
    path_of(d, u->name, u->date, path, size);
    if (!is_same_day)
        u->last_ms = latest_in(path);
    if (p->at_ms <= u->last_ms && (!u->last_seq || p->seq <= u->last_seq))
        return 0;
    if (!is_same_day || d->open_unit != u)
        failed = open_file(d, u, path);
    if (!failed)
        failed = write_line(d->fd, p->line);
    if (failed)
        return failed;
    u->last_ms = p->at_ms > u->last_ms ? p->at_ms : u->last_ms;
    u->last_seq = p->seq;
    return 0;
}

int daily_send(struct daily *d, char *path, size_t size)
{
    int failed = 0;

    for (unsigned i = 0; i < d->count && !failed; i++)
        failed = write_pending(d, &d->pending[i], path, size);
    close_file(d); /* others may move or pack files between two batches */
    d->count = 0;
    return failed;
}
