/* The parts of the rules, for their own files only. */
#ifndef COLLECTOR_RULES_INSIDE_H
#define COLLECTOR_RULES_INSIDE_H

#include "collector/rules/rules.h"

/* What outlives the process. False: the store did not take it. */
void seat_remember(struct rules *r, struct rule_seat *s);
bool seat_recall(struct rules *r, struct rule_seat *s, struct rule *raised_by);

/* To the log and to the events of the store. */
void seat_say(struct rules *r, const struct rule_seat *s, int level, const char *text);

/* Begins the order in s->word; seat_look_after sends it, and later settles it. */
void seat_order(struct rules *r, struct rule_seat *s);

/* What is noted of an order must be on the disk before it is sent: this came of it. */
void seat_committed(struct rules *r, struct rule_seat *s, const struct rule_known *k, int rc);
void seat_look_after(struct rules *r, struct rule_seat *s, struct daemon *d,
                     const struct rule_known *k);

#endif
