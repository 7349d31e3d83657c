/* Telling a device: words to orders, and carrying them out. The command line, the daemon's control
 * socket and later a web form and a topic all come through here. */
#ifndef COLLECTOR_TELLING_H
#define COLLECTOR_TELLING_H

#include "collector/plan/addressee.h"
#include "collector/run/house.h"

#include "base/text.h"

enum { ORDERS_MAX = 32 };

/* NAME=VALUE words to orders; `why` says what is wrong with them. */
int orders_read(const struct driver *driver, char *const *words, int count, struct order *to,
                struct told *told) MUST_CHECK;

/* The words a setting takes, as in "on | off" (some have commas), `before` in front; nothing when
 * it takes none. */
void order_words(const struct command *command, const char *before, struct text *to);

/* Checks the permission, borrows the wire, tells, and gives it back. What the device shows of these
 * orders afterwards comes into `shown`; NULL: nobody wants to know. */
int orders_do(struct device *d, const struct order *orders, int count, struct told *told,
              struct reading *shown) MUST_CHECK;

/* A unit behind a device, found on the wire, as a device of its own; `why` says why not. */
int telling_unit(struct device *speaker, const struct addressee *to, struct device *unit,
                 struct told *told) MUST_CHECK;

/* Both, for whoever is meant. Units behind a device are looked for on the wire: only in the thread
 * of its bus. */
int telling_do(struct house *h, const struct addressee *to, char *const *words, int count,
               struct told *told, struct reading *shown) MUST_CHECK;

/* A command as the family writes it: by the same permission and the same budget, but sent once as
 * it stands, and not read back. */
int telling_raw(struct house *h, const struct addressee *to, const char *words,
                struct told *told) MUST_CHECK;

#endif
