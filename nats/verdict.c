/*
 * THE reaction table. The first row that fits decides: by the stream's own code, else by the
 * library's status. What no row names is asked again for ever, and told.
 */
#include "nats/verdict.h"

#include "base/text.h"

#include <string.h>

struct reaction {
    jsErrCode code;    /* 0: any */
    natsStatus status; /* NATS_OK: any */
    enum verdict verdict;
    bool is_alarm;
    const char *remedy; /* %s is the stream */
};

// clang-format off
static const struct reaction reactions[] = {
    { JSStreamNotFoundErr,              NATS_OK, LATER,   true,  "; no stream %s: make it (nats stream add), or set create_stream = yes" },
    { JSStreamNotMatchErr,              NATS_OK, LATER,   true,  "; another stream takes our subject, not %s: mend stream or subject" },
    { JSStreamMessageExceedsMaximumErr, NATS_OK, REFUSED, false, "" },
    { JSNotEnabledErr,                  NATS_OK, LATER,   true,  "; the server runs without JetStream" },
    { JSNotEnabledForAccountErr,        NATS_OK, LATER,   true,  "; this account has no JetStream" },
    { JSStreamSealedErr,                NATS_OK, LATER,   true,  "; stream %s is sealed: nothing can be added" },
    { JSAccountResourcesExceededErr,    NATS_OK, LATER,   true,  "; the account's limit is reached" },
    { JSStorageResourcesExceededErr,    NATS_OK, LATER,   true,  "; the servers' storage is full" },
    { JSMemoryResourcesExceededErr,     NATS_OK, LATER,   true,  "; the servers' memory is full" },
    { JSInsufficientResourcesErr,       NATS_OK, LATER,   true,  "; the servers have no room for stream %s" },
    { JSStreamReplicasNotSupportedErr,  NATS_OK, LATER,   true,  "; a single server keeps one copy: replicas = 1" },
    { JSClusterNoPeersErr,              NATS_OK, LATER,   true,  "; not enough servers for these replicas of %s" },
    { JSStreamStoreFailedErr,           NATS_OK, LATER,   false, "; is stream %s full (discard = new) or its disk?" },
    { 0, NATS_MAX_PAYLOAD,            REFUSED, false, "" },
    { 0, NATS_NO_RESPONDERS,          LATER,   true,  "; no stream takes our subject: make %s (nats stream add), or set create_stream = yes" },
    { 0, NATS_NOT_FOUND,              LATER,   true,  "; no stream %s: make it (nats stream add), or set create_stream = yes" },
    { 0, NATS_CONNECTION_AUTH_FAILED, LATER,   true,  "; mend user, password_file, token_file, creds_file or nkey, and reload" },
    { 0, NATS_NOT_PERMITTED,          LATER,   true,  "; this user may not publish there" },
    { 0, NATS_SSL_ERROR,              LATER,   true,  "; name the servers' authority with ca_file" },
    { 0, NATS_SECURE_CONNECTION_REQUIRED, LATER, true, "; the server wants TLS: tls:// in url" },
    { 0, NATS_SECURE_CONNECTION_WANTED,   LATER, true, "; the server has no TLS: nats:// in url" },
    { 0, NATS_TIMEOUT,                LATER,   false, "; stream %s did not acknowledge in time" },
    { 0, NATS_OK,                     LATER,   false, "" },
};
// clang-format on

static const struct reaction *reaction_to(natsStatus status, jsErrCode code)
{
    const struct reaction *r = reactions;

    while ((r->code && r->code != code) || (r->status != NATS_OK && r->status != status))
        r++;
    return r;
}

void nats_judge(natsStatus status, jsErrCode code, const char *text, const char *stream,
                struct outcome *to)
{
    const struct reaction *r = reaction_to(status, code);
    const char *name = strstr(r->remedy, "%s");
    struct text t = text_on(to->why, sizeof to->why);

    *to = (struct outcome){.verdict = r->verdict, .is_alarm = r->is_alarm};
    text_format(&t, "%.90s", text && *text ? text : natsStatus_GetText(status));
    if (name)
        text_format(&t, "%.*s%.40s%s", (int)(name - r->remedy), r->remedy, stream, name + 2);
    else
        text_add(&t, r->remedy);
}
