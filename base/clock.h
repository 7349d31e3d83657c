/*
 * Time, said once: monotonic for waiting, wall clock for stamping. Nobody else sleeps. A test
 * can take the hands: then time moves only when somebody waits, and waiting costs nothing. Or it
 * sets a rate: then all time of the program, its sleeps and its limits run so many times as fast.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/error.h"

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

enum { US_PER_MS = 1000, MS_PER_S = 1000 };

int64_t clock_us(void);      /* monotonic, microseconds */
int64_t clock_wall_ms(void); /* since 1970, UTC */
void clock_sleep_us(int64_t us);

/* Processor time that this thread has used; no rate and no hand turns it. */
int64_t clock_worked_us(void);

/* As poll(), for so long at most (0: only a look). A signal ends it early: 0. */
int clock_poll(struct pollfd *fds, unsigned count, int64_t us);

/* The moment after `us`, as condition variables want it (base/thread.c): of CLOCK_MONOTONIC. */
struct timespec clock_after(int64_t us);

/* Before this program was written, or decades after: such a clock was never set. */
bool clock_is_trusted(int64_t wall_ms);

/* A moment somebody may have measured something: from 2000 on. */
bool clock_is_possible(int64_t wall_ms);

/* For tests and simulations: stop the world's clock at this hour and move it by waiting. */
void clock_take(int64_t wall_ms);
void clock_step(int64_t ms); /* the wall clock alone is set forward or back */
void clock_give_back(void);
bool clock_is_taken(void);

/*
 * For tests of the whole program: "10", ten times as fast; "10@1777723200000" the same, where the
 * wall clock was right at that moment (milliseconds since 1970): processes that are to agree about
 * it get the same text. NULL and "" are 1. Before the first thread begins. ERR_USAGE: no such rate.
 */
int clock_set_rate(const char *text) MUST_CHECK;
double clock_rate(void);
bool clock_is_rated(void); /* other than 1 */

/* What lasts so long here takes so long outside: limits that a library or the kernel keeps. Rounded
 * up; 0 for what is over. */
int64_t clock_real_us(int64_t us);
/* And back: what lasts so long outside, as systemd's watchdog, takes so long here. */
int64_t clock_made_us(int64_t real_us);

/* "2026-05-02T11:24:05Z" */
enum { CLOCK_TEXT = 40 };
const char *clock_iso(int64_t wall_ms, char to[CLOCK_TEXT]);

#endif
