/* The reasons of the charge assistant, for its own files only. */
#ifndef COLLECTOR_RULE_INSIDE_H
#define COLLECTOR_RULE_INSIDE_H

#include "collector/rules/rule_step.h"

static const int64_t RULE_RETRY_US = 300000000; /* between orders that failed */

/* What is told once a day, not at every look. */
enum said { SAID_TYPE = 1, SAID_BULK = 2, SAID_WARM = 4, SAID_SPENT = 8, SAID_FOREIGN = 16 };

/* Why it must be lowered now, or NULL. */
const char *rule_why_lower(const struct rule *r, const struct rule_state *s,
                           const struct rule_known *k);

/* True while raising must wait; the word says what for. */
bool rule_must_wait(const struct rule *r, const struct rule_state *s, const struct rule_known *k,
                    struct rule_word *word);

/* Which refusal stands against raising, or 0; the word says it. */
int rule_must_refuse(const struct rule *r, const struct rule_state *s, const struct rule_known *k,
                     struct rule_word *word);

bool rule_same_volts(double a, double b);
bool rule_say(struct rule_word *word, const char *why); /* true */

#endif
