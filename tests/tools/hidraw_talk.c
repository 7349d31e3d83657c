/*
 * Asks a HID unit with the library the program uses, and shows what comes back.
 *
 *   hidraw_talk VENDOR:PRODUCT list              PATH MAKER NAME RELEASE, a line each
 *   hidraw_talk VENDOR:PRODUCT BYTES [COUNT]     asks each unit, in 8-byte reports, and reads
 *                                                until a carriage return or COUNT reports
 *   hidraw_talk VENDOR:PRODUCT lose              reads until the unit is gone: PATH "gone"
 *
 * PATH REPORTS HEX is what it prints for an answer. Ends with 0 if every unit answered.
 */
#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"

#include <hidapi.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { REPORT = 8, ASK_MAX = 64, ANSWER_MAX = 512, WAIT_MS = 3000 };

static bool say(hid_device *unit, const uint8_t *ask, size_t length)
{
    for (size_t at = 0; at < length; at += REPORT) {
        uint8_t report[1 + REPORT] = {0}; /* first the number of the report: none */
        size_t rest = length - at;

        memcpy(report + 1, ask + at, rest < REPORT ? rest : REPORT);
        if (hid_write(unit, report, sizeof(report)) != (int)sizeof(report))
            return false;
    }
    return true;
}

/* A buffer larger than a report: each read must still give one report. */
static int hear(hid_device *unit, uint8_t *answer, size_t most)
{
    size_t used = 0;

    while (used < most) {
        uint8_t report[64];
        int length = hid_read_timeout(unit, report, sizeof(report), WAIT_MS);

        if (length != REPORT)
            return -1;
        memcpy(answer + used, report, REPORT);
        used += REPORT;
        if (memchr(report, '\r', REPORT))
            break;
    }
    return (int)used;
}

static bool ask_one(const char *path, const uint8_t *ask, size_t length, size_t most)
{
    hid_device *unit = hid_open_path(path);
    uint8_t answer[ANSWER_MAX];
    int heard = unit && say(unit, ask, length) ? hear(unit, answer, most) : -1;

    printf("%s %d ", path, heard / REPORT);
    for (int i = 0; i < heard; i++)
        printf("%02x", answer[i]);
    printf("\n");
    if (unit)
        hid_close(unit);
    return heard > 0;
}

static bool lose(const char *path)
{
    hid_device *unit = hid_open_path(path);
    int64_t until = clock_us() + (int64_t)20 * MS_PER_S * US_PER_MS;
    uint8_t report[REPORT];
    bool is_gone = false;

    printf("%s %s\n", path, unit ? "is open" : "cannot be opened");
    (void)fflush(stdout);
    while (unit && !is_gone && clock_us() < until)
        is_gone = hid_read_timeout(unit, report, sizeof(report), WAIT_MS) < 0;
    printf("%s %s\n", path, is_gone ? "gone" : "still there");
    if (unit)
        hid_close(unit);
    return is_gone;
}

static bool show(const struct hid_device_info *at)
{
    printf("%s %ls %ls %04x\n", at->path, at->manufacturer_string, at->product_string,
           at->release_number);
    return true;
}

int main(int argc, char **argv)
{
    unsigned vendor, product, count = 0, most = ANSWER_MAX / REPORT;
    uint8_t ask[ASK_MAX];
    bool is_good = true;
    int length = 0;

    if (argc < 3 || sscanf(argv[1], "%4x:%4x", &vendor, &product) != 2 || hid_init())
        return error_exit(ERR_USAGE);
    bool is_list = !strcmp(argv[2], "list"), is_lost = !strcmp(argv[2], "lose");
    if (!is_list && !is_lost && (length = hex_read(argv[2], ask, sizeof(ask))) <= 0)
        return error_exit(ERR_USAGE);
    if (argc > 3 && (sscanf(argv[3], "%u", &most) != 1 || most > ANSWER_MAX / REPORT))
        return error_exit(ERR_USAGE);
    struct hid_device_info *all = hid_enumerate((uint16_t)vendor, (uint16_t)product);
    for (struct hid_device_info *at = all; at; at = at->next, count++) {
        bool is_done = is_list   ? show(at)
                       : is_lost ? lose(at->path)
                                 : ask_one(at->path, ask, (size_t)length, (size_t)most * REPORT);

        is_good = is_good && is_done;
    }
    hid_free_enumeration(all);
    (void)hid_exit();
    return count && is_good ? 0 : error_exit(ERR_GONE);
}
