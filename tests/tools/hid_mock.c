/*
 * Runs a program that finds USB HID units where there are none (libumockdev):
 *
 *      umockdev-wrapper hid_mock SCRIPT LOG -- PROGRAM...
 *
 * SCRIPT, one word first on each line:
 *
 *      device 1-1.4 0            plugged in at this USB path, as hidraw0; what follows is its own
 *      ids 0665:5161             (the usual ones)
 *      report 8                  bytes in a report; 0: a question is whatever came at once
 *      instant                   answers before the question can have ended at 2400 bit/s
 *      merged                    all reports of an answer come at once
 *      stray 28 31               comes 40 ms after each answer, unasked
 *      answer 51 0d = 28 31 0d   a question (with its CR), and the answer to it
 *      pull 3                    pulled out instead of the 3rd answer
 *      again 1-2 3 500           and plugged in again there, as hidraw3, 500 ms later
 *
 * LOG gets what the program wrote, one report a line: "1-1.4 > 00 51 0d 00 00 00 00 00 00", and
 * "1-1.4 pulled", "1-2 plugged in". The exit code is the program's.
 */
#include "base/clock.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/hidraw.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <umockdev.h>
#include <unistd.h>

enum { DEVICES = 8, ANSWERS = 16, BYTES = 512, MS = 1000, BYTE_US = 4167, TURN_US = 20 * MS };

/* A vendor's page, one input and one output report of 8 bytes, no report numbers. */
static const char descriptor[] = "0600FF0901A1010902150026FF00750895088102"
                                 "090395089102C0";
static const char sys_usb[] = "/devices/pci0000:00/0000:00:14.0/usb1";

struct bytes {
    size_t length;
    uint8_t at[BYTES];
};

static struct device {
    char usb_path[32];
    unsigned vid, pid, node, report, pull_at, again_ms, again_node;
    char again_path[32];
    bool is_merged, is_instant, is_plugged;
    struct bytes stray;
    struct exchange {
        struct bytes question, answer;
    } answers[ANSWERS];
    size_t count;

    int master, peer;
    unsigned asked;
    struct bytes heard; /* of the question, without report numbers and filling */
    struct bytes coming;
    int64_t next_us, stray_us, again_us; /* 0: not due */
} devices[DEVICES];
static size_t device_count;
static UMockdevTestbed *testbed;
static FILE *record;

static void die(const char *what, const char *why)
{
    fprintf(stderr, "hid_mock: %s: %s\n", what, why);
    exit(99);
}

/* ---- the script ---------------------------------------------------------------------------- */

static void read_bytes(const char *hex, struct bytes *to)
{
    int n = hex_read(hex, to->at, sizeof to->at);

    if (n < 0)
        die("no bytes", hex);
    to->length = (size_t)n;
}

static void read_answer(struct device *d, char *text)
{
    char *equals = strchr(text, '=');

    if (!equals || d->count == ANSWERS)
        die("no answer", text);
    *equals = '\0';
    read_bytes(text, &d->answers[d->count].question);
    read_bytes(equals + 1, &d->answers[d->count].answer);
    d->count++;
}

static void read_line(char *line)
{
    struct device *d = device_count ? &devices[device_count - 1] : NULL;
    char word[16] = "";
    int at = 0;

    line = text_trim(line);
    if (!*line || *line == '#')
        return;
    sscanf(line, "%15s %n", word, &at);
    if (!strcmp(word, "device") && device_count < DEVICES) {
        d = &devices[device_count++];
        *d = (struct device){.vid = 0x0665, .pid = 0x5161, .report = 8};
        if (sscanf(line + at, "%31s %u", d->usb_path, &d->node) == 2)
            return;
    }
    if (!d)
        die("before any device", line);
    if (!strcmp(word, "answer"))
        read_answer(d, line + at);
    else if (!strcmp(word, "stray"))
        read_bytes(line + at, &d->stray);
    else if (!strcmp(word, "merged"))
        d->is_merged = true;
    else if (!strcmp(word, "instant"))
        d->is_instant = true;
    else if (sscanf(line, "ids %x:%x", &d->vid, &d->pid) != 2 &&
             sscanf(line, "report %u", &d->report) != 1 &&
             sscanf(line, "pull %u", &d->pull_at) != 1 &&
             sscanf(line, "again %31s %u %u", d->again_path, &d->again_node, &d->again_ms) != 3)
        die("not understood", line);
}

static void read_script(const char *path)
{
    char line[4 * BYTES];
    FILE *file = fopen(path, "r");

    if (!file)
        die(path, strerror(errno));
    while (fgets(line, sizeof line, file))
        read_line(line);
    fclose(file);
}

/* ---- plugs --------------------------------------------------------------------------------- */

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

static void describe(const struct device *d, struct text *t)
{
    char at[4][200];

    for (unsigned i = 0; i < 4; i++)
        folder(d, i, at[i], sizeof at[i]);
    text_format(t,
                "P: %s\nN: hidraw%u\nE: DEVNAME=/dev/hidraw%u\nE: MAJOR=240\nE: MINOR=%u\n"
                "E: SUBSYSTEM=hidraw\nA: dev=240:%u\\n\nL: device=../../../0003:%04X:%04X.%04X\n\n",
                at[0], d->node, d->node, d->node, d->node, d->vid, d->pid, d->node + 1);
    text_format(t,
                "P: %s\nE: DRIVER=hid-generic\nE: HID_ID=0003:%08X:%08X\nE: HID_NAME=MOCK UPS\n"
                "E: HID_PHYS=usb-%s/input0\nE: HID_UNIQ=\nE: SUBSYSTEM=hid\n"
                "H: report_descriptor=%s\n\n",
                at[1], d->vid, d->pid, d->usb_path, descriptor);
    text_format(t,
                "P: %s\nE: DEVTYPE=usb_interface\nE: DRIVER=usbhid\nE: INTERFACE=3/0/0\n"
                "E: SUBSYSTEM=usb\nA: bInterfaceNumber=00\\n\nA: bInterfaceClass=03\\n\n\n",
                at[2]);
    text_format(
        t,
        "P: %s\nE: DEVTYPE=usb_device\nE: DRIVER=usb\nE: PRODUCT=%x/%x/2\n"
        "E: SUBSYSTEM=usb\nA: idVendor=%04x\\n\nA: idProduct=%04x\\n\nA: bcdDevice=0002\\n\n"
        "A: manufacturer=MOCK\\n\nA: product=MOCK UPS\\n\n",
        at[3], d->vid, d->pid, d->vid, d->pid);
}

static void plug_in(struct device *d)
{
    char words[4096], node[32];
    struct text t = text_on(words, sizeof words), n = text_on(node, sizeof node);
    UMockdevIoctlBase *base = umockdev_ioctl_base_new();
    GError *error = NULL;

    describe(d, &t);
    text_format(&n, "/dev/hidraw%u", d->node);
    if (!umockdev_testbed_add_from_string(testbed, words, &error))
        die("plug in", error->message);
    g_signal_connect(base, "handle-ioctl", G_CALLBACK(on_ioctl), NULL);
    if (!umockdev_testbed_attach_ioctl(testbed, node, base, &error))
        die("plug in", error->message);
    d->master = umockdev_testbed_get_dev_fd(testbed, node);
    /* Not by its path, which stands for the node here: what was not read yet is seen there. */
    d->peer = ioctl(d->master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (d->master < 0 || d->peer < 0)
        die("plug in", strerror(errno));
    /* Held by the program as well, the plug could never be pulled. */
    if (fcntl(d->master, F_SETFD, FD_CLOEXEC))
        die("plug in", strerror(errno));
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

static void pull_out(struct device *d)
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
    fprintf(record, "%s pulled\n", d->usb_path);
    fflush(record);
    d->is_plugged = false;
    d->heard.length = d->coming.length = 0;
    d->pull_at = 0;
    d->next_us = d->stray_us = 0;
    d->again_us = d->again_ms ? clock_us() + (int64_t)d->again_ms * MS : 0;
}

static void plug_in_again(struct device *d)
{
    struct text t = text_on(d->usb_path, sizeof d->usb_path);

    text_add(&t, d->again_path);
    d->node = d->again_node;
    d->again_us = 0;
    plug_in(d);
}

/* ---- questions and answers ----------------------------------------------------------------- */

/* Reports are always full: the rest is zeros. */
static void add_reports(struct device *d, const struct bytes *more)
{
    size_t whole = d->report ? d->report : 8;
    size_t padded = (more->length + whole - 1) / whole * whole;

    if (d->coming.length + padded > BYTES)
        die(d->usb_path, "nobody reads the answers");
    memcpy(d->coming.at + d->coming.length, more->at, more->length);
    memset(d->coming.at + d->coming.length + more->length, 0, padded - more->length);
    d->coming.length += padded;
}

static void answer(struct device *d)
{
    d->asked++;
    if (d->asked == d->pull_at) {
        pull_out(d);
        return;
    }
    for (size_t i = 0; i < d->count; i++) {
        const struct exchange *e = &d->answers[i];
        if (e->question.length != d->heard.length ||
            memcmp(e->question.at, d->heard.at, d->heard.length))
            continue;
        add_reports(d, &e->answer);
        d->next_us =
            clock_us() + (d->is_instant ? 0 : (int64_t)e->question.length * BYTE_US + TURN_US);
        break;
    }
    d->heard.length = 0;
}

static void hear_report(struct device *d, const uint8_t *bytes, size_t length)
{
    char words[4 * BYTES];
    struct text t = text_on(words, sizeof words);

    text_hex(&t, bytes, length);
    fprintf(record, "%s > %s\n", d->usb_path, words);
    fflush(record);
    if (d->heard.length + length > BYTES)
        die(d->usb_path, "an endless question");
    for (size_t i = 1; i < length; i++) {
        d->heard.at[d->heard.length++] = bytes[i];
        if (d->report && bytes[i] == '\r')
            break;
    }
    if (!d->report || d->heard.at[d->heard.length - 1] == '\r')
        answer(d);
}

static void hear(struct device *d)
{
    uint8_t bytes[BYTES];
    ssize_t n = read(d->master, bytes, sizeof bytes);
    size_t whole = d->report ? d->report + 1 : (size_t)n;

    for (size_t at = 0; n > 0 && at < (size_t)n && d->is_plugged; at += whole)
        hear_report(d, bytes + at, whole < (size_t)n - at ? whole : (size_t)n - at);
}

/* One report is there for each read: the next one is given when the last one was taken. */
static void speak(struct device *d)
{
    size_t n = d->is_merged ? d->coming.length : d->report ? d->report : 8;
    int unread = 0;

    if (ioctl(d->peer, FIONREAD, &unread) || unread)
        return;
    if (write(d->master, d->coming.at, n) != (ssize_t)n)
        die(d->usb_path, "cannot answer");
    d->coming.length -= n;
    memmove(d->coming.at, d->coming.at + n, d->coming.length);
    d->next_us = d->coming.length ? clock_us() + 10 * MS : 0;
    if (!d->coming.length && d->stray.length && !d->stray_us)
        d->stray_us = clock_us() + 40 * MS;
}

static void tend(struct device *d)
{
    int64_t now = clock_us();

    if (d->again_us && now >= d->again_us)
        plug_in_again(d);
    if (!d->is_plugged)
        return;
    struct pollfd p = {.fd = d->master, .events = POLLIN};
    if (poll(&p, 1, 0) > 0 && p.revents & POLLIN)
        hear(d);
    if (d->is_plugged && d->next_us && now >= d->next_us)
        speak(d);
    if (d->is_plugged && d->stray_us && now >= d->stray_us) {
        d->stray_us = 0;
        if (write(d->master, d->stray.at, d->stray.length) < 0)
            die(d->usb_path, "cannot stray");
    }
}

int main(int argc, char **argv)
{
    int status;
    pid_t child;

    if (argc < 5 || strcmp(argv[3], "--"))
        die("usage", "hid_mock SCRIPT LOG -- PROGRAM...");
    read_script(argv[1]);
    record = fopen(argv[2], "we");
    if (!record)
        die(argv[2], strerror(errno));
    testbed = umockdev_testbed_new();
    for (size_t i = 0; i < device_count; i++)
        plug_in(&devices[i]);
    fflush(record);
    child = fork();
    if (child == 0) {
        execvp(argv[4], argv + 4);
        die(argv[4], strerror(errno));
    }
    while (waitpid(child, &status, WNOHANG) == 0) {
        for (size_t i = 0; i < device_count; i++)
            tend(&devices[i]);
        clock_sleep_us(MS);
    }
    fclose(record);
    g_object_unref(testbed);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}
