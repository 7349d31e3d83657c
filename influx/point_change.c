/* Deleting, writing back, and the journal between them (influx/point_change.h). */
#include "influx/point_change.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "influx/query.h"
#include "influx/verdict.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ROOM = 600 };
static const double TIMEOUT_S = 60;

/* ---- writing and deleting ---------------------------------------------------------------- */

/* As with every other write (verdict.c): a page with words in it is somebody else's. */
static int judge_reply(const struct mend *m, const char *what, const struct door_reply *reply)
{
    struct answer_seen seen = {
        .status = reply->status, .body = reply->body ? reply->body : "", .retry_after = ""};
    struct judged judged;

    verdict_judge(&seen, &judged);
    if (reply->status / 100 == 2 && judged.outcome.verdict == TAKEN)
        return OK;
    if (*judged.outcome.why)
        log_err(m->door->who, "%s: %s", what, judged.outcome.why);
    else
        log_err(m->door->who, "%s: %ld %s", what, reply->status, reply->why);
    return ERR_REFUSED;
}

int change_write(struct mend *m, const char *lines)
{
    char address[ADDRESS_MAX];
    const struct section *s = m->door->section;
    bool is_v2 = m->door->api == API_V2;
    const char *const parameters[] = {"db",        is_v2 ? "" : section_text(s, "database"),
                                      "rp",        section_text(s, "retention_policy"),
                                      "org",       is_v2 ? section_text(s, "org") : "",
                                      "bucket",    is_v2 ? section_text(s, "bucket") : "",
                                      "precision", "ns",
                                      NULL};
    struct door_reply reply;
    int rc = door_address(m->door, is_v2 ? "/api/v2/write" : "/write", parameters, address,
                          sizeof address);

    if (!rc)
        rc =
            door_ask(m->door, address, lines, "text/plain; charset=utf-8", NULL, TIMEOUT_S, &reply);
    if (rc) {
        log_err(m->door->who, "%s", rc == ERR_GONE ? reply.why : error_text(rc));
        return rc;
    }
    rc = judge_reply(m, "writing back", &reply);
    door_reply_done(&reply);
    return rc;
}

/* "2026-05-02T11:24:05.000000001Z" */
static void iso_ns(int64_t at_ns, char *to, size_t size)
{
    char whole[CLOCK_TEXT];
    int64_t rest = (at_ns % 1000000000 + 1000000000) % 1000000000;
    struct text t = text_on(to, size);

    clock_iso((at_ns - rest) / 1000000, whole);
    whole[strlen(whole) - 1] = '\0';
    text_format(&t, "%s.%09lldZ", whole, (long long)rest);
}

/* Copies a quoted word from behind its first quote; the end is behind the last one. */
static const char *unquote(const char *from, char quote, struct text *to)
{
    for (; *from && *from != quote; from++) {
        if (*from == '\\' && from[1])
            from++;
        text_char(to, *from);
    }
    return *from ? from + 1 : from;
}

static void put_quoted(struct text *t, const char *word)
{
    char name[1200];

    text_add(t, query_name(word, name, sizeof name));
}

/* AND "device" = 'south' becomes AND "device"="south"; ERR_REFUSED for a tag that is missing,
 * since version 2 has no words for that. */
static int predicate_of(const char *measurement, const char *where, char *to, size_t size)
{
    struct text t = text_on(to, size);

    text_add(&t, "_measurement=");
    put_quoted(&t, measurement);
    for (const char *at = strstr(where, " AND \""); at && *at;) {
        char key[500], value[1000];
        struct text k = text_on(key, sizeof key), v = text_on(value, sizeof value);
        at = unquote(at + strlen(" AND \""), '"', &k);
        if (strncmp(at, " = '", 4) != 0)
            return ERR_DATA;
        at = unquote(at + 4, '\'', &v);
        if (!v.used)
            return ERR_REFUSED;
        text_add(&t, " AND ");
        put_quoted(&t, key);
        text_char(&t, '=');
        put_quoted(&t, value);
    }
    return t.is_cut ? ERR_FULL : OK;
}

/* Times apart, tags in a predicate; both ends belong to the range. */
static int delete_v2(struct mend *m, const char *measurement, const char *where)
{
    char address[ADDRESS_MAX], body[8000], predicate[6000], at[64];
    const struct section *s = m->door->section;
    const char *const parameters[] = {"org", section_text(s, "org"), "bucket",
                                      section_text(s, "bucket"), NULL};
    struct text t = text_on(body, sizeof body);
    struct json j = json_on(&t);
    struct door_reply reply;
    int rc = predicate_of(measurement, where, predicate, sizeof predicate);

    if (!rc)
        rc = door_address(m->door, "/api/v2/delete", parameters, address, sizeof address);
    if (rc)
        return rc;
    iso_ns(strtoll(where + strlen("time >= "), NULL, 10), at, sizeof at);
    json_open(&j, NULL, '{');
    json_string(&j, "start", at);
    json_string(&j, "stop", at);
    json_string(&j, "predicate", predicate);
    json_close(&j, '}');
    if (t.is_cut)
        return ERR_FULL;
    rc = door_ask(m->door, address, body, "application/json", NULL, TIMEOUT_S, &reply);
    if (rc)
        return rc;
    rc = judge_reply(m, "deleting", &reply);
    door_reply_done(&reply);
    return rc;
}

bool change_is_possible(const struct mend *m, const char *where)
{
    return m->door->api != API_V2 || !strstr(where, " = ''");
}

static int delete_point(struct mend *m, const char *measurement, const char *where)
{
    char statement[8000], name[250];
    struct text t = text_on(statement, sizeof statement);

    if (m->door->api == API_V2)
        return delete_v2(m, measurement, where);
    text_format(&t, "DELETE FROM %s WHERE %s", query_name(measurement, name, sizeof name), where);
    return t.is_cut ? ERR_FULL : query_points(m->door, statement, NULL, NULL);
}

/* ---- the journal ------------------------------------------------------------------------- */

int change_folder(const struct mend *m)
{
    if (mkdir(m->folder, 0700) == 0 || errno == EEXIST)
        return OK;
    log_err(m->door->who, "%s: %s", m->folder, strerror(errno));
    return ERR_DENIED;
}

static void journal_name(const struct mend *m, char *to, size_t size)
{
    snprintf(to, size, "%s/journal-%s", m->folder, m->door->who);
}

static int write_synced(const char *path, const char *bytes, size_t length, int flags)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
    int rc = OK;

    if (fd < 0) {
        log_err("repair", "%s: %s", path, strerror(errno));
        return ERR_DENIED;
    }
    while (length && !rc) {
        ssize_t put = write(fd, bytes, length);
        rc = put < 0 ? ERR_FULL : OK;
        bytes += put > 0 ? put : 0;
        length -= put > 0 ? (size_t)put : 0;
    }
    if (!rc && fsync(fd))
        rc = ERR_IO;
    if (close(fd) && !rc)
        rc = ERR_IO;
    if (rc)
        log_err("repair", "%s: %s", path, strerror(errno));
    return rc;
}

/* An entry is three lines: the measurement, the condition, the good fields (or an empty line). A
 * group is whole when the line "." stands behind it; else nothing of it was deleted yet. */
static int run_journal(struct mend *m, char *text)
{
    char *rest = text;
    struct text lines;
    char *bytes = malloc(strlen(text) + 1);
    int points = 0, rc = OK;

    if (!bytes)
        return ERR_FULL;
    lines = text_on(bytes, strlen(text) + 1);
    for (;;) {
        const char *measurement = strsep(&rest, "\n");
        if (!measurement || !rest || !strcmp(measurement, "."))
            break;
        const char *where = strsep(&rest, "\n");
        const char *good = rest ? strsep(&rest, "\n") : NULL;
        if (!good)
            break;
        rc = delete_point(m, measurement, where);
        if (rc)
            break;
        if (*good)
            text_format(&lines, "%s\n", good);
        points++;
    }
    if (!rc && lines.used)
        rc = change_write(m, bytes);
    free(bytes);
    return rc ? rc : points;
}

static bool is_group_whole(const char *text)
{
    size_t length = strlen(text);

    return length >= 3 && !strcmp(text + length - 3, "\n.\n");
}

int mend_finish(struct mend *m)
{
    char path[PATH_ROOM];
    struct stat st;
    char *text = NULL;
    FILE *file;
    int points = 0;

    journal_name(m, path, sizeof path);
    file = fopen(path, "r");
    if (!file)
        return 0;
    if (fstat(fileno(file), &st) == 0 && st.st_size > 0 &&
        (text = malloc((size_t)st.st_size + 1))) {
        text[fread(text, 1, (size_t)st.st_size, file)] = '\0';
        if (is_group_whole(text))
            points = run_journal(m, text);
    }
    (void)fclose(file); /* only read */
    free(text);
    if (points < 0)
        return points;
    int rc = write_synced(path, "", 0, O_TRUNC);
    return rc ? rc : points;
}

int change_group(struct mend *m, const char *entries, size_t length)
{
    char path[PATH_ROOM];

    journal_name(m, path, sizeof path);
    int rc = write_synced(path, entries, length, O_TRUNC);
    return rc ? rc : mend_finish(m);
}

int mend_lock(struct mend *m)
{
    char path[PATH_ROOM];
    int rc = change_folder(m);

    if (rc)
        return rc;
    snprintf(path, sizeof path, "%s/lock-%s", m->folder, m->door->who);
    m->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (m->lock < 0) {
        log_err("repair", "%s: %s", path, strerror(errno));
        return ERR_DENIED;
    }
    if (!flock(m->lock, LOCK_EX | LOCK_NB))
        return OK;
    log_err("repair", "another repair of %s is at work", m->door->who);
    mend_unlock(m);
    return ERR_BUSY;
}

void mend_unlock(struct mend *m)
{
    if (m->lock >= 0)
        close(m->lock);
    m->lock = -1;
}
