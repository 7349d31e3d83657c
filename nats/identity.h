/* Who we are to the servers, and how they are to be trusted (nats/identity.c). */
#ifndef NATS_IDENTITY_H
#define NATS_IDENTITY_H

#include "base/section.h"

#include <nats/nats.h>

/* Addresses, user, token, credentials, TLS: from the section and its files into the options. */
int identity_set(natsOptions *o, const char *who, const struct section *s) MUST_CHECK;

#endif
