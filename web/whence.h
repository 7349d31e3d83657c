/* Where somebody comes from (web/visitors.h). */
#ifndef WEB_WHENCE_H
#define WEB_WHENCE_H

#include "web/visitors.h"

#include <stdint.h>

/* An address of IPv4, or the half of one of IPv6 that names a network: whoever has that has all the
 * others in it, too. */
struct whence {
    uint8_t bytes[8];
    bool is_six;
};

struct whence whence_of(const struct sockaddr *from);
bool whence_is(const struct whence *a, const struct whence *b);

/* "192.0.2.7"; "somewhere": nobody knows. */
void whence_figures(const struct sockaddr *from, char to[VISITOR_ADDRESS]);

/* Are these figures one of the words? They have commas or blanks between. */
bool whence_lists(const char *words, const char *figures);

/* The last address of an X-Forwarded-For. False: there is none, and `to` stays as it is. */
bool whence_forwarded(const char *words, char to[VISITOR_ADDRESS]);

#endif
