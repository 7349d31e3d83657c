/*
 * Who is connected: so many from one address, more once its token was right, and some room that is
 * kept for addresses which have no connection yet. A head that is not whole in time ends its
 * connection, however busily its bytes come.
 */
#ifndef WEB_VISITORS_H
#define WEB_VISITORS_H

#include "base/error.h"
#include "base/section.h"

#include <microhttpd.h>
#include <stdbool.h>

enum {
    VISITORS = 256,         /* of all addresses */
    VISITORS_NEW = 32,      /* of them kept for those who have no more than a few: */
    VISITORS_FEW = 2,       /* one may be on its way out */
    VISITORS_EACH = 16,     /* from one address */
    VISITORS_TRUSTED = 128, /* whose token was right within the hour */
    HEAD_US = 10000000,     /* from its first byte until a head is whole */
    BODY_US = 20000000      /* and a body behind it */
};

struct visitors;

/* Whoever comes from an address named in `trusted_proxy` of this section is many. */
int visitors_open(struct visitors **to, const struct section *s) MUST_CHECK;
void visitors_close(struct visitors *v);

/* As the library wants to hand them over; `who` are the visitors. */
enum MHD_Result visitors_let_in(void *who, const struct sockaddr *from, socklen_t length);
void visitors_note(void *who, struct MHD_Connection *c, void **visitor,
                   enum MHD_ConnectionNotificationCode what);

/* Its head is whole; all of it; it is answered, and the next one may come. */
void visitor_has_head(struct visitors *v, struct MHD_Connection *c);
void visitor_has_all(struct visitors *v, struct MHD_Connection *c);
void visitor_is_done(struct visitors *v, struct MHD_Connection *c);

void visitor_trust(struct visitors *v, struct MHD_Connection *c); /* its token was right */

/* Who asks, in figures: through a trusted proxy, who that says it is. */
enum { VISITOR_ADDRESS = 48 };
void visitor_address(const struct visitors *v, struct MHD_Connection *c, char to[VISITOR_ADDRESS]);

#endif
