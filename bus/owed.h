/* Answers that may still come: a late one must not pass for the answer to what follows. */
#ifndef BUS_OWED_H
#define BUS_OWED_H

#include "bus/bus.h"

/* A number for what is asked: the same for the same bytes. */
uint64_t owed_question(const struct ask *ask);

/* An answer still owed to another question of this shape could pass for ours: lets it come. */
int owed_wait(struct bus *bus, const struct ask *ask, uint64_t question) MUST_CHECK;

void owed_note(struct bus *bus, const struct ask *ask, uint64_t question);
bool owed_is(const struct bus *bus, uint64_t question);

#endif
