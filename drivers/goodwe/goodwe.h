/*
 * GoodWe's string inverters: packets over USB HID or RS-485. A unit answers nobody before it has
 * been given an address, and forgets it when it loses its panels' power.
 *
 *      aa 55  80  0b  01 01  00         01 8c        what do you make now?
 *      aa 55  0b  80  01 81  2e  ....   07 89        46 bytes of numbers
 *      ----- from to  code   length     sum of all bytes before it, the higher byte first
 *
 * Whoever has an address of 80 or more is a master. Only reading is ever sent: codes 02 and 03
 * would change something.
 *
 * Over USB a question travels in one report, behind a head of its own; the answer comes in reports
 * of 8 bytes that have none, with zeros before it and the tail of an older one behind it:
 *
 *      cc 99  09  aa 55 80 0b 01 01 00 01 8c      00 00 00 aa 55 0b 80 01 | 81 2e ... | 89 00 5a 30
 *             length
 */
#ifndef DRIVERS_GOODWE_H
#define DRIVERS_GOODWE_H

#include "drivers/bytes.h"
#include "drivers/device.h"

enum { GOODWE_REGISTER = 0x00, GOODWE_READ = 0x01 }; /* control codes */

/* What is asked; an answer has the same number and 80. */
enum {
    GOODWE_OFFLINE = 0x00, /* who has no address yet? */
    GOODWE_ALLOCATE = 0x01,
    GOODWE_REMOVE = 0x02,
    GOODWE_ANSWER = 0x80,
    GOODWE_RUNNING = 0x81,
    GOODWE_ID = 0x82,
    GOODWE_SETTING = 0x83,
};

enum {
    GOODWE_MASTER = 0x80,
    GOODWE_NOBODY = 0x7f, /* the address of who has none */
    GOODWE_USUAL = 0x0b,
    GOODWE_HEAD = 7,
    GOODWE_SERIAL = 16,
    GOODWE_DATA_MAX = 255,
    GOODWE_USB_HEAD = 0xcc, /* cc 99, and how long the packet is */
    GOODWE_USB_DRESS = 3,
};

/* Which layout its numbers have: told apart by their length. */
enum { KIND_ONE = 1, KIND_THREE = 2, KIND_LONG = 4 };
enum { DATA_ONE = 46, DATA_THREE = 66, DATA_ID = 64, DATA_SETTING = 12 };
enum { ERRORS_ONE = 20, ERRORS_THREE = 32 }; /* where the error bits stand */

extern const struct speech goodwe_speech, goodwe_usb_speech;
extern const struct row goodwe_rows[];

/* Units want the same question no sooner than this after itself; asked too often, some lock up. */
static const int64_t GOODWE_AGAIN_US = 500000;
enum { GOODWE_TRUST = 500 }; /* right answers, until a wire is believed to garble none */

/* ---- packets (packet.c): pure */

struct goodwe_packet {
    uint8_t from, to, control, function, length;
    uint16_t sum;
    const uint8_t *data;
    size_t end; /* where it ends in what was looked through */
};

/* Makes one; returns how long it is. */
size_t goodwe_make(uint8_t *to, uint8_t from, uint8_t whom, uint8_t control, uint8_t function,
                   const uint8_t *data, uint8_t length);

/*
 * The next packet among bytes that also hold zeros, junk and the tails of others.
 * ERR_TIMEOUT: it may still come. ERR_CRC: a wrong sum. ERR_FOREIGN: it begins like one, but
 * nobody of this family has such addresses. ERR_GARBAGE: nothing like one.
 */
int goodwe_hunt(const uint8_t *bytes, size_t length, struct goodwe_packet *to) MUST_CHECK;

/* The next one that answers this question. */
int goodwe_judge(const uint8_t *asked, const uint8_t *bytes, size_t length,
                 struct goodwe_packet *to) MUST_CHECK;

/* "I am new here": it asks for an address. */
bool goodwe_is_new(const struct goodwe_packet *p);

/* A question without what its line wants before it. */
const uint8_t *goodwe_asked(const uint8_t *asked);

/* The same, as a bus wants to hear it (bus/bus.h). */
int goodwe_whole(const struct ask *ask, const uint8_t *bytes, size_t length);

/* Which layout so many bytes of numbers have; 0: none. */
unsigned goodwe_kind(unsigned length);

/* Puts before a packet what this line wants there. */
void goodwe_dress(const struct speech *speech, uint8_t bytes[], struct ask *ask);

/* ---- addresses (registrar.c) */

enum { GOODWE_SEATS = 16, GOODWE_STRANGERS = 8 };

/* Everything that its devices know together about one wire. */
struct goodwe_wire {
    unsigned count;
    struct goodwe_seat {
        const char *name;   /* of its device */
        const char *wanted; /* the serial number it is meant for; "": whoever comes first */
        char serial[GOODWE_SERIAL + 1];
        uint8_t address;
        enum { SEAT_FREE, SEAT_GIVEN, SEAT_TAKEN } state; /* GIVEN: its device knows it not yet */
        unsigned failures;                                /* searches in which nobody came to it */
    } seats[GOODWE_SEATS];
    char strangers[GOODWE_STRANGERS][GOODWE_SERIAL + 1]; /* those told of */
    unsigned told;                                       /* of those, in the hour that began then */
    int64_t told_us;
    unsigned swept; /* addresses taken back from whoever had them before us */
    unsigned owed;  /* searches that somebody may pass over who was heard, but not understood */
    int64_t quiet_until_us; /* nobody answered the last search: not searched again before this */
    int64_t look_again_us;  /* the next long look for whoever is missing */
    bool has_begun;
    unsigned returns; /* of the line, as we began */
};

int goodwe_join(struct device *d) MUST_CHECK;
int goodwe_meet(struct device *d) MUST_CHECK;
int goodwe_call_in(struct device *d, uint8_t first, uint8_t last);
void goodwe_look_round(struct device *d);
bool goodwe_has_begun_anew(struct device *d, const struct answer *a);
const char *goodwe_serial(const struct device *d); /* "": it was not heard yet */

/* ---- one device: what it said last, on a wire that garbles (doubt.c) */

struct goodwe_memory {
    uint64_t garbled; /* answers on its bus, so far */
    unsigned clean;   /* right ones since the last of those */
    bool is_waiting;  /* for the same once more */
    uint8_t function, length, data[GOODWE_DATA_MAX];
};

bool goodwe_doubts(struct device *d, const uint8_t *asked, const uint8_t *answered, size_t length);

int goodwe_greet(struct device *d, struct identity *who) MUST_CHECK;

/* ---- the other side (twin.c) */

struct goodwe_twin {
    bool is_registered;
    uint8_t address;
    unsigned skips;   /* searches it still passes over */
    uint64_t dice;    /* where the next number of those comes from */
    int64_t heard_us; /* somebody spoke to it */
};

extern const char *const goodwe_models[];
int goodwe_twin_begin(struct twin *t) MUST_CHECK;
void goodwe_twin_restart(struct twin *t);
void goodwe_twin_now(struct twin *t);
int goodwe_heard(const uint8_t *bytes, size_t length);
int goodwe_answer(struct twin *t, const uint8_t *asked, size_t length, struct answer *a) MUST_CHECK;
void goodwe_refuse(const uint8_t *asked, size_t length, struct answer *a);
size_t goodwe_stranger(struct chance *c, uint8_t *to);

#endif
