/* Where the store is kept: whose folder, writable, and with room. */
#include "collector/checks/checks.h"

#include "collector/checks/root.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LEAST_MB = 50 };

void judge_space(struct report *r, const char *folder, const struct statvfs *disk)
{
    unsigned long long free_mb = (unsigned long long)disk->f_bavail * disk->f_frsize / 1000000;
    bool is_fixed = disk->f_flag & ST_RDONLY, has_no_names = disk->f_files && !disk->f_favail;
    struct finding f;

    if (!is_fixed && !has_no_names && free_mb >= LEAST_MB)
        return;
    bool is_trouble = is_fixed || has_no_names || !disk->f_bavail;
    finding_begin(&f, is_trouble ? TROUBLE : WARNING, is_trouble ? ERR_FULL : OK, "disk of %s",
                  folder);
    if (is_fixed) {
        text_add(&f.seen, "it is mounted read-only");
        text_add(&f.means,
                 "nothing can be kept; a failing card is often made read-only by the kernel");
        text_format(&f.mend,
                    "dmesg | grep -i -e ext4 -e mmc tells why; then: sudo mount -o "
                    "remount,rw \"$(stat -c %%m '%s')\"",
                    folder);
    } else {
        text_format(&f.seen, "%llu MB are free%s", free_mb, has_no_names ? ", and no inodes" : "");
        text_add(&f.means, is_trouble ? "readings wait in memory, a megabyte of them, and then the "
                                        "oldest go"
                                      : "it will be full soon");
        text_format(&f.mend,
                    "df -h '%s'; what is large: sudo du -xh --max-depth=2 / | sort -h | "
                    "tail; the journal: sudo journalctl --vacuum-size=50M; packages: sudo "
                    "apt clean; the store keeps less with max_mb or keep_days under [store]",
                    folder);
    }
    report_add(r, &f);
}

/* Only a folder that is the store's alone may be given away with all that is in it: one that is
 * named so, or lies deep enough to be nobody else's; never / or /var/lib. */
static bool is_given_whole(const char *folder)
{
    unsigned depth = 0;

    for (const char *c = folder; *c; c++)
        depth += c[0] == '/' && c[1];
    return depth > 2 || strstr(strrchr(folder, '/'), "helio");
}

/* `path` is what may not be written: the store's file, or the nearest folder above it. */
static void mend_owner(struct scene *s, struct text *to, const char *store, const char *path)
{
    char own[400];

    snprintf(own, sizeof own, "%.*s", (int)(strrchr(store, '/') - store), store);
    if (!strcmp(path, store))
        text_format(to, "sudo chown %s '%s'*", s->person.name, store);
    else if (!strcmp(own, path) && is_given_whole(path))
        text_format(to, "sudo chown -R %s '%s'", s->person.name, path);
    else if (strcmp(own, path) != 0 && *own)
        text_format(to, "sudo install -d -o %s '%s'", s->person.name, own);
    else
        text_format(to,
                    "sudo install -d -o %s '%s/helio', and path = %s/helio/helio.db under "
                    "[store]",
                    s->person.name, own, own);
}

static void may_not_write(struct scene *s, const char *store, const char *path,
                          const struct stat *info)
{
    char owner[64];
    struct finding f;

    user_name(info->st_uid, owner, sizeof owner);
    finding_begin(&f, TROUBLE, ERR_DENIED, "store %s", path);
    text_format(&f.seen, "it belongs to %s, mode %04o; %s may not write it", owner,
                info->st_mode & 07777U, s->person.name);
    text_add(&f.means,
             !strcmp(owner, "_helio")
                 ? "it is the daemon's store; what you ask goes through the daemon when it runs"
                 : "whoever runs helio must own its store");
    if (!strcmp(owner, "_helio") && s->person.is_self)
        text_format(&f.mend,
                    "sudo systemctl start helio; or check as that user: sudo -u _helio "
                    "helio check -c '%s'; or name a store of your own with path under "
                    "[store]",
                    s->config ? s->config : "/etc/helio/helio.conf");
    else {
        mend_owner(s, &f.mend, store, path);
        text_add(&f.mend, "; or name another with path under [store]");
    }
    report_add(s->report, &f);
}

/* The nearest folder that is there: helio makes the last one itself. */
static void find_folder(char *path)
{
    char full[ROOT_PATH];

    do {
        char *slash = strrchr(path, '/');
        slash[slash == path] = '\0';
    } while (access(root_path(path, full), F_OK) && path[1]);
}

void check_space(struct scene *s)
{
    char path[400], folder[400], full[ROOT_PATH];
    struct statvfs disk;
    struct stat info;

    plan_store_path(s->plan, path, sizeof path);
    if (*path != '/')
        return;
    memcpy(folder, path, sizeof folder);
    find_folder(folder);
    if (!root_stat(path, &info) && !person_may(&s->person, path, W_OK))
        may_not_write(s, path, path, &info);
    else if (!root_stat(folder, &info) && !person_may(&s->person, folder, W_OK))
        may_not_write(s, path, folder, &info);
    if (!statvfs(root_path(folder, full), &disk))
        judge_space(s->report, folder, &disk);
}
