/* Who may (web/inside.h). */
#include "web/inside.h"

#include "base/secret.h"
#include "base/text.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

bool token_is(const char *given, const char *token)
{
    size_t length = strlen(given), wanted = strlen(token);
    unsigned differs = length != wanted;

    for (size_t i = 0; i < length && wanted; i++)
        differs |= (unsigned char)given[i] ^ (unsigned char)token[i % wanted];
    return !differs && wanted;
}

const char *const token_keys[WEB_TOKENS + 1] = {"mate_token_file", "token_file"};

int tokens_read(struct web *w)
{
    int worst = OK;

    for (size_t i = 0; token_keys[i]; i++) {
        const char *file = section_text(w->section, token_keys[i]);
        int rc = *file ? secret_read("web", file, w->tokens[i], WEB_TOKEN) : OK;
        worst = rc ? rc : worst;
    }
    return worst;
}

const char *token_of(const struct web *w, const char *key)
{
    size_t i = 0;

    while (token_keys[i] && strcmp(token_keys[i], key) != 0)
        i++;
    return token_keys[i] ? w->tokens[i] : "";
}

void address_of(struct MHD_Connection *c, char to[WEB_ADDRESS])
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *from = info ? info->client_addr : NULL;
    socklen_t length = from && from->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                           : sizeof(struct sockaddr_in);

    if (!from || getnameinfo(from, length, to, WEB_ADDRESS, NULL, 0, NI_NUMERICHOST))
        snprintf(to, WEB_ADDRESS, "somewhere");
}

static const char *given_token(const struct exchange *x)
{
    static const char scheme[] = "Bearer ";
    const char *given =
        MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION);

    return given && !strncmp(given, scheme, strlen(scheme)) ? given + strlen(scheme) : NULL;
}

/* Whoever guesses waits, even with the right one: else guessing would cost nothing. */
static enum MHD_Result refuse(const struct exchange *x, const char *given)
{
    struct problem p = {.status = MHD_HTTP_UNAUTHORIZED,
                        .detail = given ? "this is not the token"
                                        : "a token is needed: Authorization: Bearer TOKEN"};
    char address[WEB_ADDRESS];

    address_of(x->connection, address);
    if (given)
        stranger_note(x->web, address);
    return answer_trouble(x->connection, &p);
}

static unsigned has_to_wait_s(const struct exchange *x)
{
    char address[WEB_ADDRESS];

    address_of(x->connection, address);
    return stranger_waits_s(x->web, address);
}

int token_check(const struct exchange *x, enum MHD_Result *answered)
{
    char why[160];
    struct text t = text_on(why, sizeof why);
    struct problem p = {.detail = why};

    if (!x->route->token_key)
        return OK;
    const char *token = token_of(x->web, x->route->token_key), *given = given_token(x);
    p.retry_s = has_to_wait_s(x);
    if (!*token) {
        text_format(&t, "nobody may come in here yet: name the file of a token as %s in [web]",
                    x->route->token_key);
        p = (struct problem){.status = MHD_HTTP_FORBIDDEN, .detail = why};
    } else if (p.retry_s) {
        text_format(&t, "too many wrong tokens came from here: wait %u seconds", p.retry_s);
        p.status = MHD_HTTP_TOO_MANY_REQUESTS;
    } else if (given && token_is(given, token)) {
        return OK;
    }
    *answered = p.status ? answer_trouble(x->connection, &p) : refuse(x, given);
    return ERR_DENIED;
}
