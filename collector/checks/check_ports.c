/* The ports of the buses: are they there, may they be opened, does nobody else have them? */
#include "collector/checks/adapters.h"
#include "collector/checks/check_console.h"
#include "collector/checks/checks.h"
#include "collector/checks/root.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- not there --------------------------------------------------------------------------- */

/* "/dev/serial/by-id/usb-FTDI... (ttyUSB0)": one for each link; the last one and how many. */
static unsigned list_stable(const char *folder, struct text *to, char last[ROOT_PATH])
{
    char *names = root_list(folder), path[ROOT_PATH], real[ROOT_PATH];
    unsigned count = 0;

    FOR_NAMES (name, names) {
        snprintf(path, sizeof path, "%s/%s", folder, name);
        if (!root_real(path, real))
            continue;
        text_format(to, "%s%s (%s)", count++ ? ", " : "", path, strrchr(real, '/') + 1);
        snprintf(last, ROOT_PATH, "%s", path);
    }
    free(names);
    return count;
}

static unsigned list_others(const struct scene *s, struct text *to, char last[ROOT_PATH])
{
    unsigned count = 0;

    for (size_t i = 0; i < s->usb_count; i++) {
        if (!*s->usb[i].tty)
            continue;
        text_format(to, "%s/dev/%s (%s)", count++ ? ", " : "", s->usb[i].tty, s->usb[i].id);
        snprintf(last, ROOT_PATH, "/dev/%s", s->usb[i].tty);
    }
    return count;
}

static void is_missing(struct scene *s, const struct plan_bus *bus)
{
    char last[ROOT_PATH] = "";
    struct finding f;
    unsigned count;

    finding_begin(&f, TROUBLE, ERR_GONE, "port %s of bus %s", bus->where, bus->name);
    text_format(&f.seen, "it is not there; there are: ");
    count = list_stable("/dev/serial/by-id", &f.seen, last);
    if (!count)
        count = list_stable("/dev/serial/by-path", &f.seen, last);
    if (!count)
        count = list_others(s, &f.seen, last);
    if (!count)
        text_add(&f.seen, "no serial adapters at all");
    text_add(&f.means, count ? "the adapter is unplugged, or has another name than the settings say"
                             : "no adapter is plugged in, or the kernel has no driver for it");
    if (count == 1)
        text_format(&f.mend, "if it is that one: sed -i 's|%s|%s|' '%s'", bus->where, last,
                    s->config ? s->config : "helio.conf");
    else if (count)
        text_format(&f.mend,
                    "choose one of them: line = %s:%s under [bus %s]; helio scan tells "
                    "who is behind each",
                    bus->line->scheme, last, bus->name);
    else
        text_add(&f.mend, "plug it in and look what comes: dmesg --follow; lsusb should list it; "
                          "then: ls -l /dev/serial/by-id");
    report_add(s->report, &f);
}

/* ---- not ours to open -------------------------------------------------------------------- */

static void put_rule(struct text *to, const struct usb_device *d, const char *subsystem)
{
    text_format(to,
                "echo 'SUBSYSTEM==\"%s\", ATTRS{idVendor}==\"%.4s\", ATTRS{idProduct}==\"%.4s\", "
                "GROUP=\"dialout\", MODE=\"0660\"' | sudo tee -a /etc/udev/rules.d/60-helio.rules "
                "&& sudo udevadm control --reload && sudo udevadm trigger --action=add "
                "--subsystem-match=%s",
                subsystem, d->id, d->id + 5, subsystem);
}

/* The group may, so the user must be in it; or the group may not, so a rule must give it. */
void explain_denied(struct scene *s, struct finding *f, const char *node,
                    const struct usb_device *d, const char *subsystem)
{
    char group[64], owner[64];
    struct stat info;

    if (root_stat(node, &info))
        return;
    group_name(info.st_gid, group, sizeof group);
    user_name(info.st_uid, owner, sizeof owner);
    text_format(&f->seen, "%s belongs to %s:%s, mode %04o; %s may not read and write it", node,
                owner, group, info.st_mode & 07777U, s->person.name);
    if ((info.st_mode & 060) == 060 && info.st_gid != 0) {
        bool is_listed = person_is_in(&s->person, info.st_gid);
        text_format(&f->means,
                    is_listed ? "you are in the group %s since after you logged in"
                              : "only the group %s may",
                    group);
        if (!is_listed)
            text_format(&f->mend, "sudo usermod -aG %s %s, then ", group, s->person.name);
        text_add(&f->mend,
                 s->person.is_self ? "log out and log in again" : "systemctl restart helio");
        return;
    }
    text_add(&f->means, "no udev rule has given it to a group");
    if (d)
        put_rule(&f->mend, d, subsystem);
    else
        text_format(&f->mend, "sudo chgrp dialout %s && sudo chmod 660 %s", node, node);
    if (!person_is_in(&s->person, info.st_gid) || info.st_gid == 0)
        text_format(&f->mend,
                    "; the user must be in that group: sudo usermod -aG dialout %s, then "
                    "log in again",
                    s->person.name);
}

/* Without settings there is no bus: it is a port that could be used. */
static void port_begin(struct finding *f, int rc, const struct plan_bus *bus)
{
    finding_begin(f, TROUBLE, rc, "port %s%s%s", bus->where, *bus->name ? " of bus " : "",
                  bus->name);
}

static void may_not_open(struct scene *s, const struct plan_bus *bus, const char *node)
{
    struct finding f;

    port_begin(&f, ERR_DENIED, bus);
    explain_denied(s, &f, node, usb_of_tty(s->usb, s->usb_count, strrchr(node, '/') + 1), "tty");
    report_add(s->report, &f);
}

/* ---- somebody else's --------------------------------------------------------------------- */

static void is_held(struct scene *s, const struct plan_bus *bus, const char *holder)
{
    const char *at = strstr(holder, "(process ");
    struct finding f;

    port_begin(&f, ERR_BUSY, bus);
    text_format(&f.seen, "%s has it open", holder);
    text_add(&f.means, "two programs on one port take each other's answers");
    if (strstr(holder, "getty"))
        text_format(&f.mend, "sudo systemctl disable --now serial-getty@%s.service",
                    strrchr(bus->where, '/') ? strrchr(bus->where, '/') + 1 : bus->where);
    else
        text_format(&f.mend,
                    "stop it: systemctl status %d names its service; then: sudo systemctl "
                    "disable --now THAT.service, or sudo kill %d",
                    atoi(at + 9), atoi(at + 9));
    report_add(s->report, &f);
}

/* ttyUSB0 is enough where there is one; with two it may be the other after a reboot. */
static void may_be_another(struct scene *s, const struct plan_bus *bus, const char *node)
{
    char *names, path[ROOT_PATH], real[ROOT_PATH];
    unsigned others = 0;
    struct finding f;

    for (size_t i = 0; i < s->usb_count; i++)
        others += *s->usb[i].tty != '\0';
    if (others < 2 || strcmp(bus->where, node) != 0 ||
        !usb_of_tty(s->usb, s->usb_count, strrchr(node, '/') + 1))
        return;
    names = root_list("/dev/serial/by-id");
    FOR_NAMES (name, names) {
        snprintf(path, sizeof path, "/dev/serial/by-id/%s", name);
        if (!root_real(path, real) || strcmp(real, node) != 0)
            continue;
        finding_begin(&f, WARNING, OK, "port %s of bus %s", bus->where, bus->name);
        text_format(&f.seen, "%u adapters are plugged in, and this one is named by its number",
                    others);
        text_add(&f.means, "after a reboot the number may be another adapter's");
        text_format(&f.mend, "sed -i 's|%s|%s|' '%s'", bus->where, path, s->config);
        report_add(s->report, &f);
    }
    free(names);
}

static bool has_port(const struct plan_bus *bus)
{
    static const char *const schemes[] = {"rtu", "serial", "serial9", "pjon", NULL};

    for (const char *const *p = schemes; *p; p++)
        if (!strcmp(bus->line->scheme, *p))
            return true;
    return false;
}

/* May it be opened, and has nobody else got it? */
static bool is_free(struct scene *s, const struct plan_bus *bus, const char *node)
{
    char holder[80];
    bool may = person_may(&s->person, node, R_OK | W_OK), is_taken;

    if (!may)
        may_not_open(s, bus, node);
    is_taken = holder_of(node, holder, sizeof holder);
    if (is_taken)
        is_held(s, bus, holder);
    return may && !is_taken;
}

/* Nobody can open what is plugged in later without it; who is root needs no group. */
static void check_group(struct scene *s)
{
    struct finding f;
    gid_t group;

    if (s->person.uid == 0 || !group_find("dialout", &group) || person_is_in(&s->person, group))
        return;
    finding_begin(&f, WARNING, OK, "group dialout");
    text_format(&f.seen, "%s is not in it", s->person.name);
    text_add(&f.means, "serial ports belong to this group: only who is in it may open them");
    text_format(&f.mend, "sudo usermod -aG dialout %s, then log out and log in again",
                s->person.name);
    report_add(s->report, &f);
}

/* There are no settings yet: the ports that could stand in them. */
static void look_at_plugged(struct scene *s)
{
    unsigned count = 0;

    for (size_t i = 0; i < s->usb_count; i++) {
        const struct usb_device *d = &s->usb[i];
        const struct adapter *a = adapter_of(d->id);
        struct plan_bus bus = {.name = ""};
        if (!a)
            continue;
        count++;
        if (!*d->tty)
            continue; /* the other checks tell why, or it is a unit on USB */
        snprintf(bus.where, sizeof bus.where, "/dev/%s", d->tty);
        if (is_free(s, &bus, bus.where))
            report_fact(s->report, OK, "port", bus.where, "%s: %s; helio scan asks who is there",
                        d->id, a->chip);
    }
    if (count)
        return;
    report_fact(s->report, OK, "adapters", "none",
                "nothing that such devices are read by is plugged in");
    check_group(s);
}

void check_ports(struct scene *s)
{
    char node[ROOT_PATH];

    if (!s->config && !s->plan->bus_count)
        look_at_plugged(s);

    for (size_t i = 0; i < s->plan->bus_count; i++) {
        const struct plan_bus *bus = &s->plan->buses[i];
        if (!has_port(bus))
            continue;
        if (!root_real(bus->where, node)) {
            is_missing(s, bus);
            continue;
        }
        (void)is_free(s, bus, node);
        check_console(s, bus, node);
        check_small_uart(s, bus, node);
        may_be_another(s, bus, node);
    }
}
