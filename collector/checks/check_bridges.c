/* Inverters on USB: is there a node, and may it be opened? */
#include "collector/checks/check_console.h"
#include "collector/checks/checks.h"
#include "collector/checks/root.h"
#include "drivers/known_units.h"

#include "drivers/driver.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static bool is_bridge(const char *id)
{
    for (size_t i = 0; drivers[i]; i++)
        for (const struct place *p = drivers[i]->places; p->scheme; p++)
            if (!strcmp(p->scheme, "hid") && p->usb_ids && strstr(p->usb_ids, id))
                return true;
    return false;
}

/* Those with a node: on a made-up machine of its tree, else those that libudev tells of, which is
 * how the wire will look for them. */
static size_t list_units(const struct scene *s, struct usb_device *to, size_t size)
{
    struct hid_unit plugged[HID_UNITS];
    size_t count = 0;

    if (root_is_real()) {
        size_t found = known_units(plugged, HID_UNITS);
        for (size_t i = 0; i < found && count < size; i++, count++) {
            to[count] = (struct usb_device){0};
            snprintf(to[count].id, sizeof to->id, "%04x:%04x", plugged[i].vid, plugged[i].pid);
            snprintf(to[count].name, sizeof to->name, "%s", plugged[i].usb_path);
            snprintf(to[count].hidraw, sizeof to->hidraw, "%.31s",
                     strrchr(plugged[i].node, '/') + 1);
        }
        return count;
    }
    for (size_t i = 0; i < s->usb_count && count < size; i++)
        if (*s->usb[i].hidraw && is_bridge(s->usb[i].id))
            to[count++] = s->usb[i];
    return count;
}

static bool is_wanted(const struct scene *s, const char *id)
{
    for (size_t i = 0; i < s->plan->bus_count; i++)
        if (!strcmp(s->plan->buses[i].line->scheme, "hid") &&
            !strcasecmp(s->plan->buses[i].where, id))
            return true;
    return false;
}

/* One that no bus wants is no trouble of these settings. */
static void look_at(struct scene *s, const struct usb_device *d)
{
    bool is_ours = is_wanted(s, d->id);
    char node[64], file[300] = "";
    struct finding f;

    snprintf(node, sizeof node, "/dev/%s", d->hidraw);
    if (person_may(&s->person, node, R_OK | W_OK))
        return;
    finding_begin(&f, is_ours ? TROUBLE : WARNING, is_ours ? ERR_DENIED : OK, "unit %s at %s",
                  d->id, d->name);
    explain_denied(s, &f, node, d, "hidraw");
    if (rules_have(d->id, "hidraw", file, sizeof file))
        text_format(&f.seen, "; the rule in %s is there, so it was not applied, or lost", file);
    report_add(s->report, &f);
}

static void is_missing(struct scene *s, const struct plan_bus *bus, const struct usb_device *found,
                       size_t count)
{
    bool is_seen = false;
    struct finding f;

    for (size_t i = 0; i < count; i++)
        if (!strcasecmp(found[i].id, bus->where))
            return;
    for (size_t i = 0; i < s->usb_count; i++)
        is_seen |= !strcasecmp(s->usb[i].id, bus->where);
    if (is_seen) /* its driver is the trouble: the adapters' check tells */
        return;
    finding_begin(&f, TROUBLE, ERR_GONE, "unit %s of bus %s", bus->where, bus->name);
    text_add(&f.seen, "no USB device with these ids is plugged in");
    text_add(&f.means, "the cable is loose, or the inverter's USB socket sleeps with it");
    text_add(&f.mend, "plug it in and look: lsusb, then: helio scan");
    report_add(s->report, &f);
}

void check_bridges(struct scene *s)
{
    struct usb_device found[HID_UNITS];
    size_t count = list_units(s, found, HID_UNITS);

    for (size_t i = 0; i < count; i++)
        look_at(s, &found[i]);
    for (size_t i = 0; i < s->plan->bus_count; i++)
        if (!strcmp(s->plan->buses[i].line->scheme, "hid"))
            is_missing(s, &s->plan->buses[i], found, count);
}
