/* The parts of hid_mock: the script, the plugs, and in main.c the talk. */
#ifndef TESTS_HID_MOCK_H
#define TESTS_HID_MOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { DEVICES = 8, ANSWERS = 16, BYTES = 512, MS = 1000, BYTE_US = 4167, TURN_US = 20 * MS };

struct bytes {
    size_t length;
    uint8_t at[BYTES];
};

struct device {
    char usb_path[32];
    unsigned vid, pid, node, report, pull_at, again_ms, again_node;
    char again_path[32];
    char socket[108]; /* who really answers; "": the answers below */
    bool is_merged, is_instant, is_single, is_plugged;
    unsigned noise_ms; /* between reports that nobody asked for; 0: none */
    struct bytes stray;
    struct bytes other;  /* the answer to whatever is not among the answers */
    struct bytes before; /* comes before each third answer */
    struct exchange {
        struct bytes question, answer;
    } answers[ANSWERS];
    size_t count;

    int master, peer, far; /* far: the socket; -1 for none */
    unsigned asked;
    struct bytes heard; /* of the question, without report numbers and filling */
    struct bytes coming;
    int64_t next_us, stray_us, again_us; /* 0: not due */
    int64_t noise_us;
    uint32_t noise; /* the last random number */

    enum mood { WELL, MUTE, REFUSES } mood;
    unsigned break_at, break_ms; /* the next answer ends there, and silence follows */
    int64_t silent_until_us;
};

extern FILE *record;

/* Says why and ends with a code that no program here ends with. */
void die(const char *what, const char *why) __attribute__((noreturn));

/* Returns how many devices it names. */
size_t read_script(const char *path, struct device devices[DEVICES]);

/* The far end of a unit whose script names a socket (bridge.c). */
void bridge_begin(struct device *d);
void bridge_end(struct device *d);
void bridge_pass(struct device *d, const uint8_t *report, size_t length);
void bridge_tend(struct device *d); /* what it said goes on; if it left, so does the unit */

void orders_begin(const char *path);
void orders_take(struct device *devices, size_t count);

void add_reports(struct device *d, const struct bytes *more);
bool is_room(const struct device *d, size_t more); /* in the queue of reports nobody has read */

void plugs_begin(void);
void plugs_end(void);
void plug_in(struct device *d);
void plug_in_again(struct device *d);
void pull_out(struct device *d);

#endif
