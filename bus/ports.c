/* libudev's list of tty devices (bus/ports.h). */
#include "bus/ports.h"

#include <libudev.h>
#include <stdio.h>
#include <string.h>

static void copy(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from ? from : "");
}

/* by-id names the adapter itself; adapters without a serial number get a by-path name. */
static void find_stable(struct udev_device *dev, struct port *p)
{
    struct udev_list_entry *link;

    udev_list_entry_foreach(link, udev_device_get_devlinks_list_entry(dev))
    {
        const char *name = udev_list_entry_get_name(link);
        if (!*p->stable || strstr(name, "/by-id/"))
            copy(p->stable, sizeof p->stable, name);
    }
}

static bool describe(struct udev_device *dev, struct port *p)
{
    struct udev_device *usb, *parent = udev_device_get_parent(dev);
    const char *path = udev_device_get_devnode(dev);

    if (!path || !parent)
        return false; /* consoles and pseudo-terminals have no hardware behind them */
    *p = (struct port){0};
    copy(p->path, sizeof p->path, path);
    copy(p->driver, sizeof p->driver, udev_device_get_driver(parent));
    find_stable(dev, p);
    usb = udev_device_get_parent_with_subsystem_devtype(dev, "usb", "usb_device");
    if (usb) {
        const char *vendor = udev_device_get_sysattr_value(usb, "idVendor"),
                   *product = udev_device_get_sysattr_value(usb, "idProduct");
        snprintf(p->usb_id, sizeof p->usb_id, "%s:%s", vendor ? vendor : "",
                 product ? product : "");
        copy(p->product, sizeof p->product, udev_device_get_sysattr_value(usb, "product"));
    }
    return true;
}

int ports_find(struct port *to, size_t size)
{
    struct udev *udev = udev_new();
    struct udev_enumerate *all = udev ? udev_enumerate_new(udev) : NULL;
    struct udev_list_entry *entry;
    size_t count = 0;

    if (!all) {
        udev_unref(udev);
        return ERR_SYSTEM;
    }
    udev_enumerate_add_match_subsystem(all, "tty");
    udev_enumerate_scan_devices(all);
    udev_list_entry_foreach(entry, udev_enumerate_get_list_entry(all))
    {
        struct udev_device *dev =
            udev_device_new_from_syspath(udev, udev_list_entry_get_name(entry));
        if (dev && count < size && describe(dev, &to[count]))
            count++;
        udev_device_unref(dev);
    }
    udev_enumerate_unref(all);
    udev_unref(udev);
    return (int)count;
}

bool port_is_wanted(const struct port *p, const char *usb_ids)
{
    return *p->usb_id && usb_ids && strstr(usb_ids, p->usb_id);
}
