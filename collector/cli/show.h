/* Readings and fields as people and programs see them. */
#ifndef COLLECTOR_SHOW_H
#define COLLECTOR_SHOW_H

#include "base/json.h"
#include "collector/run/rounds.h"

#include <stdio.h>

/* One device's round, whether it is a unit of the plan or one heard through it. */
void show_news(FILE *to, const struct news *n, bool is_json);

/* "south (tracer, address 1) 2026-05-02T11:24:05Z", then a line a metric. */
void show_reading(FILE *to, const struct device *d, int result, const struct reading *r);

/* One object on one line. */
void show_reading_json(FILE *to, const struct device *d, int result, const struct reading *r);

/* Fields under their native names: bits as booleans, words as strings, a code with its text. */
void json_field(struct json *j, const struct field *f);
void json_metrics(struct json *j, const struct reading *r);

/* "  bavolt               12.3 V        battery_voltage" */
void show_field(FILE *to, const struct field *f);

/* The number alone, as `read` prints it; words when asked for and known. */
void show_plain(FILE *to, const struct field *f, bool in_words);

#endif
