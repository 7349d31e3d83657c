/* Files that hold secrets: there, readable by us, and by nobody else. */
#include "collector/checks/checks.h"

#include "collector/checks/root.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool is_secret_file(const char *key)
{
    size_t length = strlen(key);

    return length > 5 && !strcmp(key + length - 5, "_file") &&
           (strstr(key, "token") || strstr(key, "password") || strstr(key, "key"));
}

/* A file of a secret is refused then (base/secret.c); settings are read, and everybody reads on. */
static void is_open_to_others(struct scene *s, const char *path, const struct stat *info,
                              const char *what, bool is_refused)
{
    struct finding f;

    finding_begin(&f, is_refused ? TROUBLE : WARNING, is_refused ? ERR_DENIED : OK, "file %s",
                  path);
    text_format(&f.seen, "its mode is %04o", info->st_mode & 07777U);
    text_format(&f.means, "others on this machine can read %s%s", what,
                is_refused ? ", so it is not used" : "");
    text_format(&f.mend, "%schmod %s '%s'; and make a new secret if others use this machine",
                sudo(), is_refused ? "600" : "o-rwx", path);
    report_add(s->report, &f);
}

static void is_closed_to_us(struct scene *s, const char *path, const char *key)
{
    struct finding f;

    finding_begin(&f, TROUBLE, ERR_DENIED, "file %s", path);
    text_format(&f.seen, "%s may not read it (%s)", s->person.name, key);
    text_add(&f.means, "who runs helio needs the secret");
    text_format(&f.mend, "sudo chown %s '%s' && sudo chmod 600 '%s'", s->person.name, path, path);
    report_add(s->report, &f);
}

static void is_absent(struct scene *s, const char *path, const char *key)
{
    struct finding f;

    finding_begin(&f, TROUBLE, ERR_INPUT, "file %s", path);
    text_format(&f.seen, "there is no such file (%s)", key);
    text_add(&f.means, "helio has no secret to show");
    text_format(&f.mend,
                "%sinstall -m 600 -o %s /dev/null '%s', then write the secret into it with "
                "an editor",
                sudo(), s->person.name, path);
    report_add(s->report, &f);
}

/* "http://user:password@host": a secret in the settings themselves. */
static bool has_secret_inside(const char *value)
{
    const char *at = strstr(value, "://"), *end = at ? strchr(at + 3, '@') : NULL;

    return end && memchr(at + 3, ':', (size_t)(end - at - 3)) &&
           !memchr(at + 3, '/', (size_t)(end - at - 3));
}

static void look_at(struct scene *s, const struct section *section, bool *is_inside)
{
    struct stat info;

    for (size_t i = 0; i < section->count; i++) {
        const char *key = section->entries[i].key, *value = section->entries[i].value;
        *is_inside |= has_secret_inside(value);
        if (!is_secret_file(key) || *value != '/')
            continue;
        if (root_stat(value, &info))
            is_absent(s, value, key);
        else if (!person_may(&s->person, value, R_OK))
            is_closed_to_us(s, value, key);
        else if (info.st_mode & 077 && !strstr(value, "/credentials/"))
            is_open_to_others(s, value, &info, key, true);
    }
}

void check_secrets(struct scene *s)
{
    bool is_inside = false;
    struct stat info;

    if (!s->plan->file)
        return;
    for (size_t i = 0; i < s->plan->file->count; i++)
        look_at(s, &s->plan->file->sections[i], &is_inside);
    if (is_inside && s->config && !stat(s->config, &info) && info.st_mode & 004)
        is_open_to_others(s, s->config, &info, "the password in an address of these settings",
                          false);
}
