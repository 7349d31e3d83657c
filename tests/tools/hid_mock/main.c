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
 *      socket PATH               instead of answers: its reports go to this socket and come from it
 *                                (helio sim --reports PATH); when that ends, it is pulled out
 *      single                    of these reports only one comes for each read, 10 ms apart
 *      noise 30                  a report of garbage every 30 ms, but not within an answer
 *      pull 3                    pulled out instead of the 3rd answer
 *      again 1-2 3 500           and plugged in again there, as hidraw3, 500 ms later
 *      other 28 4e ...           the answer to any other question; without it: silence
 *      orders FIFO               before any device: while the program runs, more is read there
 *
 * Orders, with the number of a device in the script, from 1:
 *
 *      pull 1                    the plug is pulled
 *      plug 1 1-2 3              and put in there, as hidraw3
 *      mute 1, refuse 1, heal 1  from now on it answers nothing, NAK to everything, as it should
 *      break 1 20 3000           its next answer ends after 20 bytes, and 3 s of silence follow
 *      say 1 28 31 0d            said to whoever listens
 *      before 1 28 31 0d         said before each third of its answers; no bytes: no more
 *
 * LOG gets what the program wrote, one report a line: "1-1.4 > 00 51 0d 00 00 00 00 00 00", and
 * "1-1.4 pulled", "1-2 plugged in"; of what came from a socket PATH/east each report, "east < 28
 * 31". The exit code is the program's.
 */
#include "tests/tools/hid_mock/mock.h"

#include "base/clock.h"
#include "base/text.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { QUEUE = 64 }; /* reports that the kernel keeps for a reader who is slow */

FILE *record;

void die(const char *what, const char *why)
{
    fprintf(stderr, "hid_mock: %s: %s\n", what, why);
    exit(99);
}

/* Reports are always full: the rest is zeros. */
void add_reports(struct device *d, const struct bytes *more)
{
    size_t whole = d->report ? d->report : 8;
    size_t padded = (more->length + whole - 1) / whole * whole;

    if (d->coming.length + padded > BYTES)
        return; /* nobody reads them: lost, as in the kernel's queue */
    memcpy(d->coming.at + d->coming.length, more->at, more->length);
    memset(d->coming.at + d->coming.length + more->length, 0, padded - more->length);
    d->coming.length += padded;
}

static const struct bytes *find_answer(const struct device *d)
{
    static const struct bytes nak = {7, "(NAKss\r"};

    if (d->mood == REFUSES)
        return &nak;
    for (size_t i = 0; i < d->count; i++) {
        const struct exchange *e = &d->answers[i];
        if (e->question.length == d->heard.length &&
            !memcmp(e->question.at, d->heard.at, d->heard.length))
            return &e->answer;
    }
    return d->other.length ? &d->other : NULL;
}

static void answer(struct device *d)
{
    const struct bytes *found = find_answer(d);
    int64_t turn_us = d->is_instant ? 0 : (int64_t)d->heard.length * BYTE_US + TURN_US;

    d->asked++;
    d->heard.length = 0;
    if (d->asked == d->pull_at) {
        pull_out(d);
        return;
    }
    if (!found || d->mood == MUTE || clock_us() < d->silent_until_us)
        return;
    struct bytes said = *found;
    if (d->break_at && d->break_at < said.length) {
        said.length = d->break_at;
        d->silent_until_us = clock_us() + (int64_t)d->break_ms * MS;
        d->break_at = 0;
    }
    if (d->asked % 3 == 0)
        add_reports(d, &d->before);
    add_reports(d, &said);
    d->next_us = clock_us() + turn_us;
}

static void hear_report(struct device *d, const uint8_t *bytes, size_t length)
{
    char words[4 * BYTES];
    struct text t = text_on(words, sizeof words);

    text_hex(&t, bytes, length);
    fprintf(record, "%s > %s\n", d->usb_path, words);
    fflush(record);
    bridge_pass(d, bytes, length);
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

/* Where a report ends that was written before the next one, which no terminal keeps apart: behind
 * CC 99 stands how long it is. Whatever fills it up makes a report of its own, as a wrong one. */
static size_t report_length(const struct device *d, const uint8_t *bytes, size_t length)
{
    size_t whole = length;

    if (d->report)
        whole = d->report + 1;
    else if (length > 4 && bytes[1] == 0xcc && bytes[2] == 0x99)
        whole = 4 + (size_t)bytes[3];
    return whole < length ? whole : length;
}

static void hear(struct device *d)
{
    uint8_t bytes[BYTES];
    ssize_t n = read(d->master, bytes, sizeof bytes);

    for (size_t at = 0, whole; n > 0 && at < (size_t)n && d->is_plugged; at += whole) {
        whole = report_length(d, bytes + at, (size_t)n - at);
        hear_report(d, bytes + at, whole);
    }
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

bool is_room(const struct device *d, size_t more)
{
    int unread = 0;

    return !ioctl(d->peer, FIONREAD, &unread) && (size_t)unread + more <= QUEUE * 8;
}

/* Nobody knows what such reports hold. Every fourth begins like an answer. */
static void make_noise(struct device *d)
{
    static const uint8_t like_one[] = {0xaa, 0x55, 0x0b, 0x80, 0x01};
    uint8_t report[8];

    for (size_t i = 0; i < sizeof report; i++) {
        d->noise = d->noise * 1664525 + 1013904223;
        report[i] = (uint8_t)(d->noise >> 24);
    }
    if (d->noise >> 30 == 0)
        memcpy(report, like_one, sizeof like_one);
    if (is_room(d, sizeof report) && write(d->master, report, sizeof report) < 0)
        die(d->usb_path, "cannot make noise");
}

static void tend(struct device *d)
{
    int64_t now = clock_us();

    if (d->again_us && now >= d->again_us)
        plug_in_again(d);
    if (!d->is_plugged)
        return;
    bridge_tend(d);
    if (!d->is_plugged)
        return;
    struct pollfd p = {.fd = d->master, .events = POLLIN};
    if (poll(&p, 1, 0) > 0 && p.revents & POLLIN)
        hear(d);
    if (d->is_plugged && d->next_us && now >= d->next_us)
        speak(d);
    if (d->is_plugged && d->noise_ms && now >= d->noise_us && !d->coming.length) {
        make_noise(d);
        d->noise_us = now + (int64_t)d->noise_ms * MS;
    }
    if (d->is_plugged && d->stray_us && now >= d->stray_us) {
        d->stray_us = 0;
        if (write(d->master, d->stray.at, d->stray.length) < 0)
            die(d->usb_path, "cannot stray");
    }
}

int main(int argc, char **argv)
{
    static struct device devices[DEVICES];
    size_t device_count;
    int status;
    pid_t child;

    if (argc < 5 || strcmp(argv[3], "--"))
        die("usage", "hid_mock SCRIPT LOG -- PROGRAM...");
    record = fopen(argv[2], "we");
    if (!record)
        die(argv[2], strerror(errno));
    device_count = read_script(argv[1], devices);
    plugs_begin();
    for (size_t i = 0; i < device_count; i++)
        plug_in(&devices[i]);
    fflush(record);
    child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        execvp(argv[4], argv + 4);
        die(argv[4], strerror(errno));
    }
    while (waitpid(child, &status, WNOHANG) == 0) {
        for (size_t i = 0; i < device_count; i++)
            tend(&devices[i]);
        orders_take(devices, device_count);
        clock_sleep_us(MS);
    }
    fclose(record);
    plugs_end();
    return WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}
