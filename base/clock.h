/*
 * Time, said once: monotonic for waiting, wall clock for stamping. Nobody else sleeps. A test
 * can take the hands: then time moves only when somebody waits, and waiting costs nothing.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

enum { US_PER_MS = 1000, MS_PER_S = 1000 };

int64_t clock_us(void);      /* monotonic, microseconds */
int64_t clock_wall_ms(void); /* since 1970, UTC */
void clock_sleep_us(int64_t us);

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

/* "2026-05-02T11:24:05Z" */
enum { CLOCK_TEXT = 40 };
const char *clock_iso(int64_t wall_ms, char to[CLOCK_TEXT]);

#endif
