/*
 * THE reaction table. The first row that fits decides; the last takes what is left, so
 * that nothing is undecided. A server that fails on what it was sent (500) is asked again for
 * ever: nobody can tell that from one whose disk is full.
 */
#include "upload/verdict.h"

#include "base/text.h"

#include <string.h>

struct reaction {
    long least, most;
    bool (*is_it)(const char *words); /* NULL: whatever it says */
    enum verdict verdict;
    bool is_alarm, asks_later;
    const char *remedy;
};

/* The old server says {"status": "success"}, and a row when it is asked for one. The page of a
 * router that wants a log-in says something else. */
static bool is_of_server(const char *words)
{
    words += strspn(words, " \t\r\n");
    return !*words || !strncmp(words, "null", 4) ||
           ((*words == '{' || *words == '[') && !strstr(words, "\"error\""));
}

// clang-format off
static const struct reaction reactions[] = {
    { 200, 299, is_of_server, TAKEN,   false, false, "" },
    { 200, 299, NULL, LATER,   true,  false, "; such a server does not say that (a log-in page?): put the right address into url" },
    { 409, 409, NULL, TAKEN,   false, false, "" }, /* it has it already: an answer was lost */
    { 400, 400, NULL, REFUSED, false, false, "" },
    { 413, 413, NULL, REFUSED, false, false, "" },
    { 415, 415, NULL, REFUSED, false, false, "" },
    { 422, 422, NULL, REFUSED, false, false, "" },
    { 401, 401, NULL, LATER,   true,  false, "; it wants a token: mend token_file and reload" },
    { 403, 403, NULL, LATER,   true,  false, "; this token may not write there: mend token_file and reload" },
    { 404, 404, NULL, LATER,   true,  false, "; url must be that of the old collector's ENDPOINT_URL: http://host:5000/mate" },
    { 408, 408, NULL, LATER,   false, false, "" },
    { 425, 425, NULL, LATER,   false, true,  "" },
    { 429, 429, NULL, LATER,   false, true,  "" },
    { 503, 503, NULL, LATER,   false, true,  "" },
    { 500, 599, NULL, LATER,   false, false, "" },
    { 300, 399, NULL, LATER,   true,  false, "; it sends us elsewhere: put the right address into url" },
    { 0,  9999, NULL, LATER,   true,  false, "" },
};
// clang-format on

static const struct reaction *reaction_to(long status, const char *words)
{
    const struct reaction *r = reactions;
    const size_t last = sizeof reactions / sizeof *reactions - 1;

    while (r < reactions + last &&
           (status < r->least || status > r->most || (r->is_it && !r->is_it(words))))
        r++;
    return r;
}

/* The answer's first line, as far as a message has room. */
static void add_words(struct text *t, const char *words)
{
    enum { WORDS_MOST = 80 };

    for (unsigned i = 0; i < WORDS_MOST && words[i] && !strchr("\r\n", words[i]); i++)
        text_char(t, (unsigned char)words[i] < 32 ? ' ' : words[i]);
}

void upload_judge(long status, const char *words, const char *retry_after, struct outcome *o)
{
    const struct reaction *r = reaction_to(status, words);
    struct text t = text_on(o->why, sizeof o->why);
    double seconds;

    o->verdict = r->verdict;
    o->is_alarm = r->is_alarm;
    if (r->asks_later && number_read(retry_after, &seconds) && seconds > 0 && seconds < 1e6)
        o->retry_after_ms = (int64_t)(seconds * 1000);
    if (r->verdict == TAKEN)
        return;
    text_format(&t, "%ld ", status);
    add_words(&t, words);
    text_add(&t, r->remedy);
}
