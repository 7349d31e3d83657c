/* A small table under a lock (bus/hid_known.h). */
#include "bus/hid_known.h"

#include "base/clock.h"
#include "base/lock.h"
#include "base/text.h"

#include <pthread.h>
#include <string.h>

/* A unit that said nothing is left alone for so long: each time costs the asker some seconds. One
 * just plugged in may only be starting: it is asked again after as long as it has been there. */
static const int64_t LATELY_US = 10000000, LATELY_LEAST_US = 1000000;

struct known {
    char usb_path[HID_TEXT]; /* "": a free place */
    uint64_t number;
    int64_t plugged_us, asked_us, alone_us;
    char serial[HID_SERIAL]; /* "": it said nothing */
};

static struct lock lock = LOCK_INITIAL(LOCK_HID_KNOWN);
static struct known table[HID_UNITS];

/* The place of this socket; else a free one, else the one asked longest ago. */
static struct known *place_of(const struct hid_unit *unit)
{
    struct known *oldest = table;

    for (struct known *k = table; k < table + HID_UNITS; k++) {
        if (!strcmp(k->usb_path, unit->usb_path))
            return k;
        if (!*oldest->usb_path)
            continue;
        if (!*k->usb_path || k->asked_us < oldest->asked_us)
            oldest = k;
    }
    return oldest;
}

static bool is_same_plug(const struct known *k, const struct hid_unit *unit)
{
    return !strcmp(k->usb_path, unit->usb_path) && k->number == unit->number &&
           k->plugged_us == unit->plugged_us;
}

enum hid_said hid_recall(const struct hid_unit *unit, char serial[HID_SERIAL])
{
    enum hid_said said = NEVER_ASKED;

    *serial = '\0';
    lock_take(&lock);
    const struct known *k = place_of(unit);
    if (is_same_plug(k, unit)) {
        memcpy(serial, k->serial, HID_SERIAL);
        said = *k->serial                               ? SAID_SERIAL
               : clock_us() < k->asked_us + k->alone_us ? SAID_NOTHING_LATELY
                                                        : SAID_NOTHING;
    }
    lock_give(&lock);
    return said;
}

static int64_t alone_us(const struct hid_unit *unit)
{
    int64_t age_us = clock_wall_ms() * US_PER_MS - unit->plugged_us;

    if (age_us < 0 || age_us > LATELY_US) /* below 0: the clock was set */
        return LATELY_US;
    return age_us > LATELY_LEAST_US ? age_us : LATELY_LEAST_US;
}

void hid_remember(const struct hid_unit *unit, const char *serial)
{
    struct text usb_path, words;

    lock_take(&lock);
    struct known *k = place_of(unit);
    *k = (struct known){.number = unit->number,
                        .plugged_us = unit->plugged_us,
                        .asked_us = clock_us(),
                        .alone_us = alone_us(unit)};
    usb_path = text_on(k->usb_path, sizeof k->usb_path);
    text_add(&usb_path, unit->usb_path);
    words = text_on(k->serial, sizeof k->serial);
    text_add(&words, serial ? serial : "");
    lock_give(&lock);
}
