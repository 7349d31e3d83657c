/*
 * The steps of registering: one packet and its answer each, as the wire has them. Which step comes
 * when is the registrar's (registrar.c).
 *
 *      remove (00 02)    ──▶ the address    ──▶ 00 82 from it
 *      search (00 00)    ──▶ 7f, nobody's   ──▶ 00 80 from 7f, with a serial number
 *      allocate (00 01)  ──▶ 7f, number and address ──▶ 00 81 from that address
 */
#ifndef DRIVERS_GOODWE_STEPS_H
#define DRIVERS_GOODWE_STEPS_H

#include "drivers/goodwe/goodwe.h"

/* The maker gives an inverter half a second to answer. Whoever is told to give its address back
 * does so even if nobody waits for its yes. */
static const int64_t GOODWE_ANSWER_US = 500000, GOODWE_GLANCE_US = 100000;
enum { GOODWE_ALLOCATIONS = 3 };

bool goodwe_is_end(int rc);     /* the line is gone, or somebody wants us to stop */
bool goodwe_is_silence(int rc); /* nobody answered; on some adapters we hear ourselves */

/* Whoever has this address gives it back. OK: there was somebody. */
int goodwe_take_back(struct device *d, uint8_t address) MUST_CHECK;

/* The serial number in a register request, if it can be one. */
int goodwe_read_serial(const struct goodwe_packet *p, char serial[GOODWE_SERIAL + 1]) MUST_CHECK;

/* Several may answer at once: then there is nothing to be understood. */
int goodwe_who_is_new(struct device *d, int64_t wait_us, char serial[GOODWE_SERIAL + 1]) MUST_CHECK;

/* Offers an address, and again when the yes was lost. */
int goodwe_allocate(struct device *d, const char *serial, uint8_t address, int tries,
                    int64_t wait_us) MUST_CHECK;

/* Seats, of the registrar */
struct goodwe_seat *goodwe_seat_at(struct goodwe_wire *w, uint8_t address); /* NULL: nobody's */
bool goodwe_is_taken(struct goodwe_wire *w, uint8_t address);

#endif
