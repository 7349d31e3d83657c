/*
 * Threads with a small stack, and condition variables that wait by base/clock: a waiting thread
 * asks for a moment of clock_us() and never sees a timespec.
 */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include "base/error.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* The name is for top -H and debuggers: its first 15 bytes are used. ERR_SYSTEM */
int thread_begin(pthread_t *to, const char *name, void *(*run)(void *), void *context) MUST_CHECK;

/* Waits for its end. Only for one that was told to end, and that does so soon. */
void thread_join(pthread_t thread);

void condition_init(pthread_cond_t *c);

/* For base/lock.c alone, whose locks say who waits at them. False: the time is up. True: look
 * again, since it may also have been woken for nothing. */
bool condition_wait_until(pthread_cond_t *c, pthread_mutex_t *held, int64_t until_us);

#endif
