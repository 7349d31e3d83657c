/* Units appear in a sysfs that is not there, and vanish from it. */
#include "tests/tools/hid_mock/mock.h"

#include "base/clock.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/hidraw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <umockdev.h>
#include <unistd.h>

/* A vendor's page, one input and one output report of 8 bytes, no report numbers. */
static const char descriptor[] = "0600FF0901A1010902150026FF00750895088102"
                                 "090395089102C0";
static const char sys_usb[] = "/devices/pci0000:00/0000:00:14.0/usb1";

static UMockdevTestbed *testbed;

void plugs_begin(void)
{
    testbed = umockdev_testbed_new();
}

void plugs_end(void)
{
    g_object_unref(testbed);
}

/* Only what is asked at opening: the length of the report descriptor, and itself. */
static gboolean on_ioctl(UMockdevIoctlBase *base, UMockdevIoctlClient *client, gpointer unused)
{
    gulong request = umockdev_ioctl_client_get_request(client);
    UMockdevIoctlData *all = umockdev_ioctl_client_get_arg(client), *arg;
    struct hidraw_report_descriptor d = {0};

    (void)base;
    (void)unused;
    if (_IOC_TYPE(request) != 'H')
        return FALSE;
    d.size = (uint32_t)hex_read(descriptor, d.value, sizeof d.value);
    arg = umockdev_ioctl_data_resolve(all, 0, _IOC_SIZE(request), NULL);
    if (request == HIDIOCGRDESCSIZE)
        memcpy(arg->data, &d.size, sizeof(int));
    else if (request == HIDIOCGRDESC)
        memcpy(arg->data, &d, sizeof d);
    else {
        umockdev_ioctl_client_complete(client, -1, ENOTTY);
        return TRUE;
    }
    umockdev_ioctl_client_complete(client, 0, 0);
    return TRUE;
}

/* The four folders of sysfs that a unit is, the deepest first. */
static void folder(const struct device *d, unsigned up, char *to, size_t size)
{
    struct text t = text_on(to, size);

    text_format(&t, "%s/%s", sys_usb, d->usb_path);
    if (up < 3)
        text_format(&t, "/%s:1.0", d->usb_path);
    if (up < 2)
        text_format(&t, "/0003:%04X:%04X.%04X", d->vid, d->pid, d->node + 1);
    if (up < 1)
        text_format(&t, "/hidraw/hidraw%u", d->node);
}

/* The node last: whoever sees it finds all that is above it. */
static void describe(const struct device *d, struct text *t)
{
    char at[4][200];

    for (unsigned i = 0; i < 4; i++)
        folder(d, i, at[i], sizeof at[i]);
    text_format(
        t,
        "P: %s\nE: DEVTYPE=usb_device\nE: DRIVER=usb\nE: PRODUCT=%x/%x/2\n"
        "E: SUBSYSTEM=usb\nA: idVendor=%04x\\n\nA: idProduct=%04x\\n\nA: bcdDevice=0002\\n\n"
        "A: manufacturer=MOCK\\n\nA: product=MOCK UPS\\n\n\n",
        at[3], d->vid, d->pid, d->vid, d->pid);
    text_format(t,
                "P: %s\nE: DEVTYPE=usb_interface\nE: DRIVER=usbhid\nE: INTERFACE=3/0/0\n"
                "E: SUBSYSTEM=usb\nA: bInterfaceNumber=00\\n\nA: bInterfaceClass=03\\n\n\n",
                at[2]);
    text_format(t,
                "P: %s\nE: DRIVER=hid-generic\nE: HID_ID=0003:%08X:%08X\nE: HID_NAME=MOCK UPS\n"
                "E: HID_PHYS=usb-%s/input0\nE: HID_UNIQ=\nE: SUBSYSTEM=hid\n"
                "H: report_descriptor=%s\n\n",
                at[1], d->vid, d->pid, d->usb_path, descriptor);
    text_format(t,
                "P: %s\nN: hidraw%u\nE: DEVNAME=/dev/hidraw%u\nE: MAJOR=240\nE: MINOR=%u\n"
                "E: SUBSYSTEM=hidraw\nA: dev=240:%u\\n\nL: device=../../../0003:%04X:%04X.%04X\n\n",
                at[0], d->node, d->node, d->node, d->node, d->vid, d->pid, d->node + 1);
}

void plug_in(struct device *d)
{
    char words[4096], node[32];
    struct text t = text_on(words, sizeof words), n = text_on(node, sizeof node);
    UMockdevIoctlBase *base = umockdev_ioctl_base_new();
    GError *error = NULL;

    describe(d, &t);
    text_format(&n, "/dev/hidraw%u", d->node);
    g_signal_connect(base, "handle-ioctl", G_CALLBACK(on_ioctl), NULL);
    if (!umockdev_testbed_attach_ioctl(testbed, node, base, &error))
        die("plug in", error->message);
    if (!umockdev_testbed_add_from_string(testbed, words, &error))
        die("plug in", error->message);
    d->master = umockdev_testbed_get_dev_fd(testbed, node);
    /* Not by its path, which stands for the node here: what was not read yet is seen there. */
    d->peer = ioctl(d->master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (d->master < 0 || d->peer < 0)
        die("plug in", strerror(errno));
    /* Held by the program as well, the plug could never be pulled. */
    if (fcntl(d->master, F_SETFD, FD_CLOEXEC))
        die("plug in", strerror(errno));
    bridge_begin(d);
    d->is_plugged = true;
    fprintf(record, "%s plugged in\n", d->usb_path);
}

/* The library keeps what it noted of a node and its terminal, and stumbles over it when the kernel
 * gives the same number again. */
static void forget_notes(const struct device *d)
{
    char *root = umockdev_testbed_get_root_dir(testbed), path[300];
    struct text t = text_on(path, sizeof path);
    int number = 0;

    if (ioctl(d->master, TIOCGPTN, &number))
        die("pull out", strerror(errno));
    text_format(&t, "%s/dev/.ptymap/_dev_pts_%d", root, number);
    if (unlink(path))
        die(path, strerror(errno));
    t = text_on(path, sizeof path);
    text_format(&t, "%s/dev/.node/hidraw%u", root, d->node);
    if (unlink(path) && errno != ENOENT)
        die(path, strerror(errno));
    free(root);
}

void pull_out(struct device *d)
{
    char path[200 + 4], node[32];
    struct text n = text_on(node, sizeof node);

    text_format(&n, "/dev/hidraw%u", d->node);
    umockdev_testbed_detach_ioctl(testbed, node, NULL);
    for (unsigned i = 0; i < 4; i++) {
        memcpy(path, "/sys", 4);
        folder(d, i, path + 4, sizeof path - 4);
        umockdev_testbed_remove_device(testbed, path);
    }
    forget_notes(d);
    close(d->peer);
    close(d->master);
    bridge_end(d);
    fprintf(record, "%s pulled\n", d->usb_path);
    fflush(record);
    d->is_plugged = false;
    d->heard.length = d->coming.length = 0;
    d->pull_at = 0;
    d->next_us = d->stray_us = 0;
    d->again_us = d->again_ms ? clock_us() + (int64_t)d->again_ms * MS : 0;
}

void plug_in_again(struct device *d)
{
    struct text t = text_on(d->usb_path, sizeof d->usb_path);

    text_add(&t, d->again_path);
    d->node = d->again_node;
    d->again_us = 0;
    plug_in(d);
}
