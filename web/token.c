/* Who may (web/inside.h). */
#include "web/inside.h"

#include "base/secret.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

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

static const char *given_token(const struct exchange *x)
{
    static const char scheme[] = "Bearer ";
    const char *given =
        MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION);

    return given && !strncmp(given, scheme, strlen(scheme)) ? given + strlen(scheme) : NULL;
}

/* Whoever brings a wrong one is counted, and soon has to wait; by address and by what it is for, so
 * that nobody who guesses one token is in the way of those who have another. */
static enum MHD_Result refuse(const struct exchange *x, const char *given)
{
    char address[WEB_ADDRESS], who[WEB_WHO], why[160];
    struct text t = text_on(why, sizeof why);
    struct problem p = {.status = MHD_HTTP_UNAUTHORIZED, .detail = why};

    if (!given) {
        p.detail = "a token is needed: Authorization: Bearer TOKEN";
        return answer_trouble(x->connection, &p);
    }
    visitor_address(x->web->visitors, x->connection, address);
    snprintf(who, sizeof who, "%s (%s)", address, x->route->token_key);
    p.retry_s = stranger_waits_s(x->web, who);
    if (p.retry_s) {
        p.status = MHD_HTTP_TOO_MANY_REQUESTS;
        text_format(&t, "too many wrong tokens came from here: wait %u seconds", p.retry_s);
    } else {
        stranger_note(x->web, who);
        text_add(&t, "this is not the token");
    }
    return answer_trouble(x->connection, &p);
}

int token_check(const struct exchange *x, enum MHD_Result *answered)
{
    char why[160];
    struct text t = text_on(why, sizeof why);

    if (!x->route->token_key)
        return OK;
    const char *token = token_of(x->web, x->route->token_key), *given = given_token(x);
    if (!*token) {
        text_format(&t, "nobody may come in here yet: name the file of a token as %s in [web]",
                    x->route->token_key);
        *answered = answer_problem(x->connection, MHD_HTTP_FORBIDDEN, why);
        return ERR_DENIED;
    }
    if (given && token_is(given, token)) {
        visitor_trust(x->web->visitors, x->connection);
        return OK;
    }
    *answered = refuse(x, given);
    return ERR_DENIED;
}
