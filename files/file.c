/*
 * The file sink: the newest reading of each device in a file of its own, for other programs. Each
 * is written aside and renamed, so that a reader finds the old one or the new one, whole. One form
 * is not of the newest but of all readings: the daily log (files/daily.h).
 */
#include "files/daily.h"
#include "files/forms.h"
#include "store/sink.h"

#include "base/clock.h"
#include "base/text.h"
#include "store/lookup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDER_MAX = 300 };

// clang-format off
static const struct setting file_settings[] = {
    /* key       type    default least most choices help */
    { "form",    CHOICE, "json", 0,    0,   "json logtracer axpert-log", "JSON; the lines of the old logtracer's ep_tracer_ID.log; or a daily log Axpert<date>.log" },
    { "folder",  TEXT,   "",     0,    0,   NULL, "Where the files are; empty: the runtime folder (/run/helio)" },
    { "device",  TEXT,   "",     0,    0,   NULL, "axpert-log: only this device; empty: all, from the second on each in Axpert-<device>-<date>.log" },
    SETTINGS_END,
};
// clang-format on

/* A device, and what it said last. */
struct shown {
    struct origin from;
    struct reading reading;
    int64_t seq; /* its place in the log */
    bool is_new;
};

struct file_sink {
    char folder[FOLDER_MAX];
    bool is_old_form;
    struct daily *daily; /* NULL: of the newest reading only */
    struct shown **units;
    size_t count, room;
    unsigned added, most;
    int error; /* of the last send: errno */
    char failed[FOLDER_MAX + 100];
};

static void choose_folder(const struct section *s, char *to, size_t size)
{
    const char *given = section_text(s, "folder"), *runtime = getenv("RUNTIME_DIRECTORY"),
               *own = getenv("HELIO_RUN_DIR"), *xdg = getenv("XDG_RUNTIME_DIR");

    if (*given)
        snprintf(to, size, "%s", given);
    else if (runtime && *runtime)
        snprintf(to, size, "%s", runtime);
    else if (own && *own)
        snprintf(to, size, "%s", own);
    else if (access("/run/helio", W_OK) == 0 || !xdg || !*xdg)
        snprintf(to, size, "/run/helio");
    else
        snprintf(to, size, "%s/helio", xdg);
}

static void file_check(struct section *s)
{
    if (!strcmp(section_text(s, "form"), "axpert-log") && !*section_text(s, "folder"))
        section_fault(s, "folder", "a daily log needs a folder that outlives a restart");
}

static int file_open(struct seat *s)
{
    struct file_sink *f = s->memory;
    const char *form = section_text(s->section, "form");

    choose_folder(s->section, f->folder, sizeof f->folder);
    f->is_old_form = !strcmp(form, "logtracer");
    f->most = (unsigned)section_number(s->section, "batch");
    if (mkdir(f->folder, 0755) && errno != EEXIST)
        f->error = errno; /* told by the first settle, with what to do */
    s->wants_all = !strcmp(form, "axpert-log");
    if (!s->wants_all)
        return OK;
    f->daily = daily_new(f->folder, section_text(s->section, "device"), f->most);
    return f->daily ? OK : ERR_FULL;
}

static void file_close(struct seat *s)
{
    struct file_sink *f = s->memory;

    for (size_t i = 0; i < f->count; i++)
        free(f->units[i]);
    free(f->units);
    daily_free(f->daily);
}

/* ---- adding ------------------------------------------------------------------------------ */

static struct shown *unit_of(struct file_sink *f, const struct origin *from)
{
    for (size_t i = 0; i < f->count; i++)
        if (!strcmp(f->units[i]->from.name, from->name))
            return f->units[i];
    struct shown **more = array_more(f->units, f->count, &f->room, sizeof(void *));
    if (!more)
        return NULL;
    f->units = more;
    struct shown *u = calloc(1, sizeof *u);
    if (u)
        f->units[f->count++] = u;
    return u;
}

/* Slow blocks come in turn: what a reading does not have stays as it was said last. */
static void merge(struct reading *to, const struct reading *from)
{
    to->round_ms = from->round_ms;
    for (unsigned i = 0; i < from->count; i++)
        (void)reading_put(to, (enum metric)from->fields[i].metric, from->fields[i].value);
}

static enum added file_add(struct seat *s, const struct record *r)
{
    struct file_sink *f = s->memory;
    struct reading reading;

    if (f->daily)
        return daily_add(f->daily, r);
    if (r->kind != RECORD_LIVE || (f->is_old_form && strcmp(r->from->driver, "tracer") != 0))
        return SKIPPED;
    if (f->added == f->most)
        return IS_FULL;
    struct shown *u = unit_of(f, r->from);
    if (!u)
        return SKIPPED;
    record_reading(r, &reading);
    if (r->seq < u->seq)
        return SKIPPED; /* sent again: something newer stands there */
    u->seq = r->seq;
    u->from = *r->from;
    /* All lines of the old form are asked every round: what is missing now has no line. And after
     * a long silence nothing old may look new. */
    if (f->is_old_form || reading.round_ms - u->reading.round_ms > 600000)
        u->reading.count = 0;
    merge(&u->reading, &reading);
    u->is_new = true;
    f->added++;
    return ADDED;
}

static void file_forget(struct seat *s)
{
    struct file_sink *f = s->memory;

    f->added = 0; /* what was added is the newest all the same */
    if (f->daily)
        daily_forget(f->daily);
}

/* ---- writing ----------------------------------------------------------------------------- */

static int write_whole(const char *path, const char *bytes, size_t length)
{
    char aside[FOLDER_MAX + 120];
    int fd, failed = 0;

    /* In a folder that all may write to, a name known beforehand could lead anywhere. */
    snprintf(aside, sizeof aside, "%s.XXXXXX", path);
    fd = mkostemp(aside, O_CLOEXEC);
    if (fd < 0)
        return errno;
    if (fchmod(fd, 0644)) /* other programs read it, whatever the umask */
        failed = errno;
    if (!failed && write(fd, bytes, length) != (ssize_t)length)
        failed = errno ? errno : ENOSPC;
    if (close(fd) && !failed)
        failed = errno;
    if (!failed && rename(aside, path))
        failed = errno;
    if (failed && unlink(aside))
        return failed; /* the first trouble says more */
    return failed;
}

static void write_unit(struct file_sink *f, struct shown *u)
{
    static char bytes[FORM_BYTES]; /* a thread writes one file after the other */
    char path[FOLDER_MAX + 100];
    struct text text = text_on(bytes, sizeof bytes);

    if (f->is_old_form) {
        snprintf(path, sizeof path, "%s/ep_tracer_%u.log", f->folder, u->from.address);
        form_old(&u->reading, &text);
    } else {
        snprintf(path, sizeof path, "%s/%s.json", f->folder, u->from.name);
        for (char *p = path + strlen(f->folder) + 1; *p; p++)
            if (*p == '/')
                *p = '_';
        form_json(&u->from, &u->reading, &text);
    }
    int failed = write_whole(path, bytes, text.used);
    u->is_new = failed != 0;
    if (failed) {
        f->error = failed;
        snprintf(f->failed, sizeof f->failed, "%s", path);
    }
}

static void file_send(struct seat *s)
{
    struct file_sink *f = s->memory;

    f->error = f->daily ? daily_send(f->daily, f->failed, sizeof f->failed) : 0;
    f->added = 0;
    for (size_t i = 0; i < f->count && !f->error; i++)
        if (f->units[i]->is_new)
            write_unit(f, f->units[i]);
}

static void file_settle(struct seat *s, int64_t deadline_us, struct outcome *o)
{
    struct file_sink *f = s->memory;

    (void)deadline_us; /* files are written at once */
    *o = (struct outcome){.verdict = f->error ? LATER : TAKEN};
    if (!f->error)
        return;
    o->is_alarm = f->error == EACCES || f->error == EROFS || f->error == ENOENT;
    snprintf(o->why, sizeof o->why, "%.120s: %s%s", *f->failed ? f->failed : f->folder,
             strerror(f->error), o->is_alarm ? "; make the folder, or name another" : "");
}

static void file_probe(struct seat *s, struct outcome *o)
{
    const struct file_sink *f = s->memory;

    *o = (struct outcome){.verdict = TAKEN};
    if (access(f->folder, W_OK | X_OK) == 0)
        return;
    o->verdict = LATER;
    snprintf(o->why, sizeof o->why, "%.120s: %s; make the folder, or name another", f->folder,
             strerror(errno));
}

const struct sink sink_file = {
    .name = "file",
    .title = "the newest reading of each device in a file, for other programs; or a daily log",
    .proof = "local files",
    .settings = file_settings,
    .memory = sizeof(struct file_sink),
    .check = file_check,
    .open = file_open,
    .close = file_close,
    .add = file_add,
    .send = file_send,
    .settle = file_settle,
    .forget = file_forget,
    .probe = file_probe,
    .wants_newest = true,
};
