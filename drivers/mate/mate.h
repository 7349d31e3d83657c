/*
 * Outback's MATEnet: an MX or FLEXmax charger, an FX inverter, a FLEXnet DC, on a hub's ports or
 * alone. The MATE asks, eight bytes at a time; the first byte of every packet, both ways, has its
 * ninth bit set. Sums are plain sums of all bytes before them.
 *
 *      >  ^port cmd addr addr val val sum sum
 *      <  ^02 value value sum sum                 a register
 *      <  ^type page page ... page sum sum        a status page of 13 bytes
 *      <  ^16 log log ... log sum sum             a day of the log, 14 bytes
 */
#ifndef DRIVERS_MATE_H
#define DRIVERS_MATE_H

#include "drivers/bytes.h"
#include "drivers/device.h"

enum mate_command { MATE_READ = 0x02, MATE_WRITE = 0x03, MATE_STATUS = 0x04, MATE_LOG = 0x16 };
enum mate_type { MATE_HUB = 1, MATE_FX = 2, MATE_MX = 3, MATE_DC = 4 };

enum {
    MATE_ASKED = 8,    /* bytes of every question */
    MATE_PAGE = 13,    /* of a status page */
    MATE_PAGES = 6,    /* as many as a device has, at most */
    MATE_DAY = 14,     /* of a day of the log */
    MATE_ERROR = 0x80, /* in the first byte: the device says no */
    MATE_PORTS = 10,
    REG_TYPE = 0x0000,
    REG_REVISION = 0x0002, /* and the two behind it */
    REG_TEMPERATURE = 0x4000,
    REG_TELL_TEMPERATURE = 0x4001,
    REG_TIME = 0x4004,
    REG_DATE = 0x4005,
};

/* An FX of 230 V says half of its volts and twice its amperes. */
enum { KIND_120V = 1, KIND_230V = 2 };

extern const struct speech mate_speech;
extern const struct row mate_mx_rows[], mate_fx_rows[], mate_dc_rows[], mate_hub_rows[];

/* ---- packets (packet.c): pure */

uint16_t mate_sum(const uint8_t *bytes, size_t length);
size_t mate_ask(uint8_t to[ASK_MAX], uint8_t port, uint8_t command, uint16_t at, uint16_t value);

/*
 * OK: an answer to this question; *skipped bytes stand before it (old units send two zeros first).
 * ERR_REFUSED: the device says no. ERR_TIMEOUT: it is not whole. The rest says what was wrong.
 */
int mate_judge(const uint8_t *asked, const uint8_t *bytes, size_t length,
               size_t *skipped) MUST_CHECK;

/* A frame that a tap wrote (tap.c). */
bool mate_tapped(const uint8_t *frame, size_t length, struct tapped *to);

/* Which page a position of a block belongs to: pages follow each other without a gap. */
static inline uint8_t mate_page_of(uint16_t at)
{
    return (uint8_t)((at >> 8) + (at & 0xff) / MATE_PAGE);
}

/* Time and date as these devices take them. */
uint16_t mate_time_word(unsigned hour, unsigned minute, unsigned second);
uint16_t mate_date_word(unsigned year, unsigned month, unsigned day);
double mate_celsius(unsigned raw); /* of the battery sensor's number, rounded */

/* ---- one question, for drivers */

int mate_read(struct device *d, uint16_t at, uint16_t *value) MUST_CHECK;
int mate_write(struct device *d, uint16_t at, uint16_t value,
               uint16_t *reply) MUST_CHECK; /* once */
/* A device without a port of its own in the settings: alone on the wire, or the first of its kind
 * on the hub. */
int mate_meet(struct device *d) MUST_CHECK;
/* Who is on this port? An empty one costs a short silence. */
int mate_knock(struct device *d, uint8_t port, unsigned *type) MUST_CHECK;
int mate_greet(struct device *d, struct identity *who) MUST_CHECK;

/* ---- the other side (twin.c) */

int mate_heard(const uint8_t *bytes, size_t length);
int mate_answer(struct twin *t, const uint8_t *asked, size_t length, struct answer *a) MUST_CHECK;
void mate_refuse(const uint8_t *asked, size_t length, struct answer *a);
size_t mate_stranger(struct chance *c, uint8_t *to);

#endif
