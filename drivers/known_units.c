/* The ids stand with the drivers' places (drivers/known_units.h). */
#include "drivers/known_units.h"

#include "drivers/driver.h"

#include <string.h>

/* Several drivers may know one id. */
static bool is_listed(const struct hid_unit *plugged, size_t count, const struct hid_unit *unit)
{
    for (size_t i = 0; i < count; i++)
        if (plugged[i].number == unit->number)
            return true;
    return false;
}

static size_t add_kind(const char *ids, struct hid_unit *to, size_t count, size_t size)
{
    struct hid_unit found[HID_UNITS];
    int n = hid_list(ids, found, HID_UNITS);

    for (int i = 0; i < n && count < size; i++)
        if (!is_listed(to, count, &found[i]))
            to[count++] = found[i];
    return count;
}

size_t known_units(struct hid_unit *to, size_t size)
{
    size_t count = 0;

    for (size_t i = 0; drivers[i]; i++)
        for (const struct place *place = drivers[i]->places; place->scheme; place++)
            if (!strcmp(place->scheme, "hid") && place->usb_ids)
                count = add_kind(place->usb_ids, to, count, size);
    return count;
}
