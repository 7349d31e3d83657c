/*
 * One reading as one message: its subject, its id, its words. Pure.
 *
 *   solar.home.south     Nats-Msg-Id: home/4711-1700000000000
 *   solar,device=south,driver=tracer,site=home pv_voltage=37,charge_stage=2i 1700000000000
 *
 * The id is the same whenever the same row is sent, so that the stream keeps it once; the moment is
 * part of it since a site whose disk was replaced counts its rows from 1 again.
 */
#ifndef NATS_MESSAGE_H
#define NATS_MESSAGE_H

#include "store/record.h"

#include <stdbool.h>
#include <stddef.h>

enum { NATS_URLS = 16, NATS_SUBJECT = 320, NATS_ID = 200, NATS_PAYLOAD = 24 * 1024 };

/* "solar.home.south"; what may not stand in a token becomes _. */
void nats_subject(const char *prefix, const char *site, const char *device, char to[NATS_SUBJECT]);

void nats_id(const char *site, const struct record *r, char to[NATS_ID]);

/* The row an id stands for, or -1. */
int64_t nats_id_seq(const char *id);

/* {"time": 1700000000000, "site": "home", "device": "south", "driver": "tracer", "kind": "live",
 *  "values": {"pv_power": 812.25}}; its length, 0 when there is nothing to say, or ERR_FULL. */
int nats_json(const struct record *r, const char *site, char *to, size_t size);

/* Would a stream with this subject ("solar.>", "solar.*.south") take what goes to `to`? */
bool nats_covers(const char *filter, const char *subject);

/* Lines are made on the floor's other side: whoever builds the house hands in who makes them. */
struct nats_lines {
    size_t memory;
    void (*begin)(void *maker, const char *measurement, const char *site);
    int (*make)(void *maker, const struct record *r, char *to, size_t size);
    void (*done)(void *maker);
};
void nats_lines_by(const struct nats_lines *lines);

#endif
