/* Adapters that are plugged in: has the right driver each of them? */
#include "collector/checks/adapters.h"
#include "collector/checks/checks.h"
#include "collector/checks/root.h"

#include <stdio.h>
#include <string.h>

/* The table's words with this unit's places in them. */
static void put_mend(struct text *to, const char *words, const struct usb_device *d)
{
    static const char *const names[] = {"$PART", "$SOCKET", "$NODE"};
    const char *const values[] = {d->part, d->name, d->node};

    while (*words) {
        size_t i = 0;
        while (i < 3 && strncmp(words, names[i], strlen(names[i])) != 0)
            i++;
        if (i == 3) {
            text_char(to, *words++);
            continue;
        }
        text_add(to, values[i]);
        words += strlen(names[i]);
    }
}

static void begin(struct finding *f, enum gravity gravity, const struct usb_device *d,
                  const struct adapter *a)
{
    finding_begin(f, gravity, gravity == TROUBLE ? ERR_GONE : OK, "adapter %s at %s", d->id,
                  d->name);
    text_format(&f->seen, "%s ", a->chip);
}

/* Blacklisted, or not part of this kernel, or taken away by another program. */
static void no_driver(struct scene *s, const struct usb_device *d, const struct adapter *a)
{
    struct finding f;

    begin(&f, TROUBLE, d, a);
    text_format(&f.seen, "is plugged in, and no driver has it");
    text_format(&f.means,
                "there is no port for it: the module %s (in Linux since %s) is not "
                "loaded, is on a blacklist, or another program took the adapter away",
                a->module, a->since);
    text_format(&f.mend,
                "sudo modprobe %s; if that changes nothing: grep -r %s /etc/modprobe.d, and "
                "dmesg | grep %s tells who took it",
                a->module, a->module, d->name);
    report_add(s->report, &f);
}

static void wrong_driver(struct scene *s, const struct usb_device *d, const struct adapter *a)
{
    struct finding f;

    begin(&f, TROUBLE, d, a);
    text_format(&f.seen, "is driven by %s", d->driver);
    text_format(&f.means, "it works with %s (in Linux since %s)", a->drivers, a->since);
    text_format(&f.mend,
                "echo %s | sudo tee /sys/bus/usb/drivers/%s/unbind && sudo modprobe %s && echo %s "
                "| sudo tee /sys/bus/usb/drivers/%s/bind",
                d->part, d->driver, a->module, d->part, a->module);
    report_add(s->report, &f);
}

static void known_case(struct scene *s, const struct usb_device *d, const struct adapter *a,
                       const struct bound *b)
{
    struct finding f;

    begin(&f, b->gravity, d, a);
    text_format(&f.seen, "is driven by %s%s%s", d->driver, *d->tty ? " as /dev/" : "", d->tty);
    text_add(&f.means, b->means);
    put_mend(&f.mend, b->mend, d);
    report_add(s->report, &f);
}

/* "6.1.0-13-amd64" is older than 6.5. */
static bool kernel_is_before(int major, int minor)
{
    char release[80];
    int a = 0, b = 0;

    return root_read("/proc/sys/kernel/osrelease", release, sizeof release) &&
           sscanf(release, "%d.%d", &a, &b) == 2 && (a < major || (a == major && b < minor));
}

void check_adapters(struct scene *s)
{
    for (size_t i = 0; i < s->usb_count; i++) {
        const struct usb_device *d = &s->usb[i];
        const struct adapter *a = adapter_of(d->id);
        if (!a)
            continue;
        const struct bound *b = bound_of(d->id, d->driver);
        if (b && b->gravity == WARNING && !kernel_is_before(6, 5))
            continue;
        if (b)
            known_case(s, d, a, b);
        else if (!*d->driver)
            no_driver(s, d, a);
        else if (!adapter_is_driven_by(a, d->driver))
            wrong_driver(s, d, a);
    }
}
