/* What is plugged in, and where, by libudev; opened by hidapi (bus/hid_find.h). */
#include "bus/hid_find.h"

#include "base/lock.h"
#include "base/text.h"

#include <errno.h>
#include <hidapi.h>
#include <libudev.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* hidapi keeps its last error for the whole process: opening takes turns. So does looking, which
 * no thread needs to do while another is: what the tests put in place of nodes cannot bear it. */
static struct lock turn = LOCK_INITIAL(LOCK_HID_LIST);

static void copy(char *to, const char *from)
{
    struct text t = text_on(to, HID_TEXT);

    text_add(&t, from ? from : "");
}

/* Names in whatever the firmware wrote: what is not plain ASCII becomes '?'. */
static void copy_name(char *to, const char *from)
{
    struct text t = text_on(to, HID_TEXT);

    for (; from && *from; from++)
        text_char(&t, *from >= ' ' && *from < 0x7f ? *from : '?');
}

static bool look_at_node(struct hid_unit *u)
{
    struct stat info;

    if (stat(u->node, &info) || !S_ISCHR(info.st_mode))
        return false;
    u->number = info.st_rdev;
    u->plugged_us = (int64_t)info.st_ctim.tv_sec * 1000000 + info.st_ctim.tv_nsec / 1000;
    return true;
}

/* Where it is plugged in; for what is on no USB at all, the name the kernel gave it. */
static bool find_socket(struct udev_device *node, struct hid_unit *u)
{
    struct udev_device *usb =
        udev_device_get_parent_with_subsystem_devtype(node, "usb", "usb_device");
    struct udev_device *at = usb ? usb : udev_device_get_parent(node);

    copy(u->usb_path, at ? udev_device_get_sysname(at) : NULL);
    if (usb) {
        copy_name(u->product, udev_device_get_sysattr_value(usb, "product"));
        copy_name(u->manufacturer, udev_device_get_sysattr_value(usb, "manufacturer"));
    }
    return *u->usb_path != '\0';
}

/* "0003:00000665:00005161": the bus, and the ids. */
static bool is_kind(struct udev_device *node, uint16_t vid, uint16_t pid)
{
    struct udev_device *hid = udev_device_get_parent_with_subsystem_devtype(node, "hid", NULL);
    const char *id = hid ? udev_device_get_property_value(hid, "HID_ID") : NULL;
    unsigned v = 0, p = 0;

    return id && sscanf(id, "%*x:%x:%x", &v, &p) == 2 && v == vid && p == pid;
}

static bool describe(struct udev_device *node, uint16_t vid, uint16_t pid, struct hid_unit *u)
{
    *u = (struct hid_unit){.vid = vid, .pid = pid};
    copy(u->node, udev_device_get_devnode(node));
    return is_kind(node, vid, pid) && look_at_node(u) && find_socket(node, u);
}

/* A unit is one plug: of several interfaces, or several usages of one, the first counts. */
static bool is_listed(const struct hid_unit *units, size_t count, const char *usb_path)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(units[i].usb_path, usb_path))
            return true;
    return false;
}

/* Not by hid_enumerate, which cannot bear that a plug is pulled while it looks. */
static size_t list_kind(struct udev *udev, uint16_t vid, uint16_t pid, struct hid_unit *to,
                        size_t size)
{
    struct udev_enumerate *all = udev_enumerate_new(udev);
    struct udev_list_entry *at;
    size_t count = 0;

    if (!all)
        return 0;
    udev_enumerate_add_match_subsystem(all, "hidraw");
    udev_enumerate_scan_devices(all);
    udev_list_entry_foreach(at, udev_enumerate_get_list_entry(all))
    {
        struct udev_device *node = udev_device_new_from_syspath(udev, udev_list_entry_get_name(at));
        if (node && count < size && describe(node, vid, pid, &to[count]) &&
            !is_listed(to, count, to[count].usb_path))
            count++;
        udev_device_unref(node);
    }
    udev_enumerate_unref(all);
    return count;
}

int hid_list(const char *ids, struct hid_unit *to, size_t size)
{
    struct udev *udev = udev_new();
    size_t count = 0;
    uint16_t vid, pid;
    int used;

    if (!udev)
        return ERR_SYSTEM;
    lock_take(&turn);
    for (; sscanf(ids, " %4hx:%4hx%n", &vid, &pid, &used) == 2; ids += used)
        count += list_kind(udev, vid, pid, to + count, size - count);
    lock_give(&turn);
    udev_unref(udev);
    return (int)count;
}

void hid_loan_name(const struct hid_unit *unit, char *to, size_t size)
{
    struct text t = text_on(to, size);

    text_format(&t, "hidraw-%u-%u", major(unit->number), minor(unit->number));
}

static int explain(const struct hid_unit *u, enum log_level level, const char *who, int error)
{
    if (error == EACCES || error == EPERM) {
        log_say(level, who,
                "%s (%04x:%04x at usb_path = %s) may not be opened: a udev rule must give it to a "
                "group, SUBSYSTEM==\"hidraw\", ATTRS{idVendor}==\"%04x\", "
                "ATTRS{idProduct}==\"%04x\", GROUP=\"dialout\", MODE=\"0660\", and your user be in "
                "it (\"sudo usermod -aG dialout $USER\")",
                u->node, u->vid, u->pid, u->usb_path, u->vid, u->pid);
        return ERR_DENIED;
    }
    log_say(level, who, "%04x:%04x at usb_path = %s was unplugged just now (%s)", u->vid, u->pid,
            u->usb_path, error ? strerror(error) : u->node);
    return ERR_GONE;
}

int hid_unit_open(const struct hid_unit *unit, enum log_level level, const char *who,
                  hid_device **handle)
{
    struct hid_unit now = *unit;
    int error = 0;

    *handle = NULL;
    lock_take(&turn);
    /* Between listing and opening it may have been unplugged and its number given to another. */
    if (look_at_node(&now) && now.number == unit->number && now.plugged_us == unit->plugged_us) {
        errno = 0;
        *handle = hid_open_path(unit->node);
        error = errno;
    }
    lock_give(&turn);
    return *handle ? OK : explain(unit, level, who, error);
}

int hid_unit_allowed(const struct hid_unit *unit, enum log_level level, const char *who)
{
    return access(unit->node, R_OK | W_OK) ? explain(unit, level, who, errno) : OK;
}

void hid_unit_close(hid_device *handle)
{
    lock_take(&turn);
    hid_close(handle);
    lock_give(&turn);
}
