/* Who may (web/inside.h). */
#include "web/inside.h"

#include "base/text.h"

#include <string.h>

bool token_is(const char *given, const char *token)
{
    size_t length = strlen(given), wanted = strlen(token);
    unsigned differs = length != wanted;

    for (size_t i = 0; i < length && wanted; i++)
        differs |= (unsigned char)given[i] ^ (unsigned char)token[i % wanted];
    return !differs && wanted;
}

int token_check(const struct exchange *x, enum MHD_Result *answered)
{
    static const char scheme[] = "Bearer ";
    const char *given =
        MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION);
    char why[160];
    struct text t = text_on(why, sizeof why);

    if (!x->route->token_key)
        return OK;
    if (!*x->web->mate_token) {
        text_format(&t, "nobody may come in here yet: name the file of a token as %s in [web]",
                    x->route->token_key);
        *answered = answer_problem(x->connection, MHD_HTTP_FORBIDDEN, why);
        return ERR_DENIED;
    }
    if (given && !strncmp(given, scheme, strlen(scheme)) &&
        token_is(given + strlen(scheme), x->web->mate_token))
        return OK;
    *answered = answer_problem(x->connection, MHD_HTTP_UNAUTHORIZED,
                               given ? "this is not the token"
                                     : "a token is needed: Authorization: Bearer TOKEN");
    return ERR_DENIED;
}
