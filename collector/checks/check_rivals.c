/* Programs that take adapters for their own: ModemManager, brltty, UPS programs. */
#include "collector/checks/adapters.h"
#include "collector/checks/checks.h"
#include "collector/checks/root.h"

#include <stdlib.h>
#include <string.h>

static const char UDEV_AGAIN[] =
    "sudo udevadm control --reload && sudo udevadm trigger --action=add";

/* ---- ModemManager ------------------------------------------------------------------------ */

static void modem_manager(struct scene *s)
{
    struct finding f;

    if (!is_running("ModemManager"))
        return;
    for (size_t i = 0; i < s->usb_count; i++) {
        const struct usb_device *d = &s->usb[i];
        if (!*d->tty || !adapter_of(d->id) || rules_have(d->id, "ID_MM_DEVICE_IGNORE", NULL, 0))
            continue;
        finding_begin(&f, WARNING, OK, "ModemManager and /dev/%s", d->tty);
        text_format(&f.seen, "ModemManager runs, and no udev rule tells it to leave %s alone",
                    d->id);
        text_format(&f.means, "when the adapter is plugged in it may be asked for half a minute "
                              "whether it is a modem; the devices get these questions");
        text_format(&f.mend,
                    "echo 'SUBSYSTEM==\"tty\", ATTRS{idVendor}==\"%.4s\", "
                    "ATTRS{idProduct}==\"%.4s\", ENV{ID_MM_DEVICE_IGNORE}=\"1\"' | sudo tee -a "
                    "/etc/udev/rules.d/60-helio.rules && %s",
                    d->id, d->id + 5, UDEV_AGAIN);
        report_add(s->report, &f);
    }
}

/* ---- brltty ------------------------------------------------------------------------------ */

struct claim {
    char product[16]; /* "1a86/7523", as udev writes it: no leading zeros */
    bool is_found;
};

static bool see_claim(void *who, char *line)
{
    struct claim *c = who;

    c->is_found = strcasestr(line, c->product) != NULL;
    return !c->is_found;
}

/* Its rules, unless a file of the same name in /etc stands in front of them. */
static bool braille_claims(const char *id, char *file, size_t size)
{
    static const char *const folders[] = {"/etc/udev/rules.d", "/usr/lib/udev/rules.d",
                                          "/lib/udev/rules.d"};
    struct claim c = {.is_found = false};
    char path[ROOT_PATH], before[ROOT_PATH], full[ROOT_PATH];
    struct stat info;

    snprintf(c.product, sizeof c.product, "%lx/%lx/", strtoul(id, NULL, 16),
             strtoul(id + 5, NULL, 16));
    for (size_t i = 0; i < sizeof folders / sizeof *folders && !c.is_found; i++) {
        char *names = root_list(folders[i]);
        FOR_NAMES (name, names) {
            if (!strstr(name, "brltty") || c.is_found)
                continue;
            snprintf(path, sizeof path, "%s/%s", folders[i], name);
            snprintf(before, sizeof before, "%s/%s", folders[0], name);
            if (i && lstat(root_path(before, full), &info) == 0)
                continue;
            root_lines(path, see_claim, &c);
            snprintf(file, size, "%s", name);
        }
        free(names);
    }
    return c.is_found;
}

static void braille(struct scene *s)
{
    char file[ROOT_NAME];
    struct finding f;

    for (size_t i = 0; i < s->usb_count; i++) {
        const struct usb_device *d = &s->usb[i];
        if (!adapter_of(d->id) || !braille_claims(d->id, file, sizeof file))
            continue;
        bool is_lost = !*d->tty && !*d->hidraw;
        finding_begin(&f, is_lost ? TROUBLE : WARNING, is_lost ? ERR_GONE : OK,
                      "brltty and %s at %s", d->id, d->name);
        text_format(&f.seen, "the rules of brltty, %s, claim %s%s", file, d->id,
                    is_lost ? ", and it has no port" : "");
        text_format(&f.means, "brltty takes the adapter for a braille display: its port comes and "
                              "goes again a second later");
        text_format(
            &f.mend,
            "sudo apt remove brltty; or, where somebody reads braille: sudo ln -s /dev/null "
            "/etc/udev/rules.d/%s && sudo udevadm control --reload; then pull the plug and "
            "put it in again",
            file);
        report_add(s->report, &f);
    }
}

/* ---- programs for UPSs ------------------------------------------------------------------- */

struct ups {
    const char *drivers;
    char section[64], found[64], driver[64];
};

static bool see_ups(void *who, char *line)
{
    struct ups *u = who;
    char *value = strchr(line, '=');

    if (*line == '[')
        snprintf(u->section, sizeof u->section, "%.*s", (int)strcspn(line + 1, "]"), line + 1);
    if (strncmp(line, "driver", 6) != 0 || !value)
        return true;
    value += 1 + strspn(value + 1, " \t\"");
    value[strcspn(value, " \t\"#")] = '\0';
    if (*value && strstr(u->drivers, value)) {
        snprintf(u->found, sizeof u->found, "%s", u->section);
        snprintf(u->driver, sizeof u->driver, "%s", value);
    }
    return !*u->found;
}

static const char *running_ups_driver(void)
{
    static const char *const programs[] = {"usbhid-ups", "blazer_usb", "nutdrv_qx", "apcupsd",
                                           NULL};

    for (const char *const *p = programs; *p; p++)
        if (is_running(*p))
            return *p;
    return NULL;
}

static void ups_programs(struct scene *s)
{
    struct ups u = {.drivers = "usbhid-ups blazer_usb nutdrv_qx"};
    const char *running = running_ups_driver();
    struct finding f;

    root_lines("/etc/nut/ups.conf", see_ups, &u);
    for (size_t i = 0; i < s->usb_count && (running || *u.found); i++) {
        const struct usb_device *d = &s->usb[i];
        if (strcmp(d->id, "0665:5161") != 0)
            continue;
        finding_begin(&f, running ? TROUBLE : WARNING, running ? ERR_BUSY : OK,
                      "UPS programs and %s at %s", d->id, d->name);
        if (running)
            text_format(&f.seen, "%s runs, and knows %s as a UPS", running, d->id);
        else
            text_format(&f.seen,
                        "[%s] in /etc/nut/ups.conf has driver = %s, which knows %s as a UPS",
                        u.found, u.driver, d->id);
        text_format(&f.means, "a UPS program takes the inverter away from the kernel, or reads its "
                              "answers");
        text_format(&f.mend,
                    "sudo systemctl disable --now nut-driver@%s.service nut-server.service "
                    "nut-monitor.service; with a UPS beside it, name that one by vendorid, "
                    "productid and serial in /etc/nut/ups.conf; then pull the plug and put "
                    "it in again",
                    *u.found ? u.found : "NAME");
        report_add(s->report, &f);
    }
}

void check_rivals(struct scene *s)
{
    modem_manager(s);
    braille(s);
    ups_programs(s);
}
