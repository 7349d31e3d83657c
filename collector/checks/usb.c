/* /sys/bus/usb/devices, and who of /sys/class/tty and hidraw lies below (collector/checks/usb.h).
 */
#include "collector/checks/usb.h"

#include "collector/checks/root.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool read_of(const char *name, const char *what, char *to, size_t size)
{
    char path[ROOT_PATH];

    snprintf(path, sizeof path, "/sys/bus/usb/devices/%s/%s", name, what);
    return root_read(path, to, size);
}

/* The first interface that has a driver. */
static void find_driver(struct usb_device *d, const char *names)
{
    char path[ROOT_PATH];
    size_t length = strlen(d->name);

    FOR_NAMES (name, names) {
        if (strncmp(name, d->name, length) != 0 || name[length] != ':')
            continue;
        snprintf(path, sizeof path, "/sys/bus/usb/devices/%s/driver", name);
        if (!root_link_name(path, d->driver, sizeof d->driver))
            continue;
        snprintf(d->part, sizeof d->part, "%s", name);
        return;
    }
}

/* Which name of a class lies below this device: the path of its interface is in its own. */
static void find_child(const struct usb_device *d, const char *class, char *to, size_t size)
{
    char *names, path[ROOT_PATH], real[ROOT_PATH], part[80];

    snprintf(path, sizeof path, "/sys/class/%s", class);
    snprintf(part, sizeof part, "/%s:", d->name);
    names = root_list(path);
    FOR_NAMES (name, names) {
        snprintf(path, sizeof path, "/sys/class/%s/%s", class, name);
        if (!root_real(path, real) || !strstr(real, part))
            continue;
        snprintf(to, size, "%s", name);
        break;
    }
    free(names);
}

static bool describe(struct usb_device *d, const char *name, const char *names)
{
    char vendor[8], product[8], class[8], bus[8], number[8];

    *d = (struct usb_device){0};
    if (strchr(name, ':') || !read_of(name, "idVendor", vendor, sizeof vendor) ||
        !read_of(name, "idProduct", product, sizeof product))
        return false;
    if (read_of(name, "bDeviceClass", class, sizeof class) && !strcmp(class, "09"))
        return false;
    snprintf(d->name, sizeof d->name, "%s", name);
    snprintf(d->id, sizeof d->id, "%.4s:%.4s", vendor, product);
    (void)read_of(name, "product", d->product, sizeof d->product); /* many have none */
    if (read_of(name, "busnum", bus, sizeof bus) && read_of(name, "devnum", number, sizeof number))
        snprintf(d->node, sizeof d->node, "/dev/bus/usb/%03d/%03d", atoi(bus), atoi(number));
    find_driver(d, names);
    find_child(d, "tty", d->tty, sizeof d->tty);
    find_child(d, "hidraw", d->hidraw, sizeof d->hidraw);
    return true;
}

size_t usb_list(struct usb_device *to, size_t size)
{
    char *names = root_list("/sys/bus/usb/devices");
    size_t count = 0;

    FOR_NAMES (name, names) {
        if (count < size && describe(&to[count], name, names))
            count++;
    }
    free(names);
    return count;
}

const struct usb_device *usb_of_tty(const struct usb_device *list, size_t count, const char *tty)
{
    for (size_t i = 0; i < count; i++)
        if (*tty && !strcmp(list[i].tty, tty))
            return &list[i];
    return NULL;
}
