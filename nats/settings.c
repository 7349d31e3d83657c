/* The words of a nats sink, and what they must not say together. */
#include "nats/settings.h"

#include "nats/message.h"

#include "base/log.h"

#include <stdio.h>
#include <string.h>

// clang-format off
const struct setting nats_settings[] = {
    /* key                type    default                  least most choices help */
    { "url",              TEXT,   "nats://127.0.0.1:4222", 0, 0, NULL, "Where the servers listen, one after the other: nats://a:4222, nats://b:4222; tls:// encrypts" },
    { "stream",           TEXT,   "SOLAR",                 0, 0, NULL, "The JetStream stream whose word counts: what another one takes is not taken" },
    { "subject",          TEXT,   "solar",                 0, 0, NULL, "Readings go to SUBJECT.<site>.<device>" },
    { "format",           CHOICE, "line",                  0, 0, "line json", "Each message is one line of line protocol, or one JSON object" },
    { "measurement",      TEXT,   "solar",                 0, 0, NULL, "line: the measurement" },
    { "create_stream",    YESNO,  "no",                    0, 0, NULL, "Make the stream when it is not there" },
    { "replicas",         NUMBER, "3",                     1, 5, NULL, "create_stream: how many servers keep each message; a single server can do 1" },
    { "keep_days",        NUMBER, "0",                     0, 36500, NULL, "create_stream: older messages go; 0: never" },
    { "duplicate_window", NUMBER, "600",                   1, 86400, NULL, "create_stream: for so many seconds what is sent twice is kept once" },
    { "user",             TEXT,   "",                      0, 0, NULL, "Who writes" },
    { "password_file",    TEXT,   "",                      0, 0, NULL, "The file that holds the password, for you alone to read (chmod 600)" },
    { "token_file",       TEXT,   "",                      0, 0, NULL, "The file that holds the token, instead of a user" },
    { "creds_file",       TEXT,   "",                      0, 0, NULL, "The .creds file of a user (JWT and seed), instead of a user" },
    { "nkey",             TEXT,   "",                      0, 0, NULL, "The public NKey, U...; its seed is in nkey_file" },
    { "nkey_file",        TEXT,   "",                      0, 0, NULL, "The file that holds the seed, SU..., of nkey" },
    { "ca_file",          TEXT,   "",                      0, 0, NULL, "tls: certificates to trust instead of the system's" },
    { "cert_file",        TEXT,   "",                      0, 0, NULL, "tls: the certificate this site shows, where the server asks for one" },
    { "key_file",         TEXT,   "",                      0, 0, NULL, "tls: its key" },
    SETTINGS_END,
};
// clang-format on

bool nats_next_url(const char **at, char *to, size_t size)
{
    *at += strspn(*at, ", \t");
    size_t length = strcspn(*at, ", \t");

    snprintf(to, size, "%.*s", (int)length, *at);
    *at += length;
    return length > 0;
}

static void check_urls(struct section *s)
{
    const char *at = section_text(s, "url");
    char url[300];
    unsigned count = 0;

    while (nats_next_url(&at, url, sizeof url)) {
        count++;
        if (strncmp(url, "nats://", 7) != 0 && strncmp(url, "tls://", 6) != 0)
            section_fault(s, "url", "%.80s: must begin with nats:// or tls://", url);
        else if (strchr(url, '@'))
            section_fault(s, "url", "a password does not belong here: use user and password_file");
        else if (strlen(url) > 250 || strpbrk(url, "?#") || strchr(strstr(url, "://") + 3, '/'))
            section_fault(s, "url", "%.80s is no address of a server", url);
    }
    if (!count || count > NATS_URLS)
        section_fault(s, "url", "wants one to %d addresses", NATS_URLS);
}

static void check_names(struct section *s)
{
    const char *stream = section_text(s, "stream"), *subject = section_text(s, "subject");

    if (!*stream || strlen(stream) > 200 || strpbrk(stream, " .*>/\\\t"))
        section_fault(s, "stream", "is no name of a stream: letters, digits, - and _");
    if (!*subject || *subject == '.' || *subject == '$' || strlen(subject) > 100 ||
        subject[strlen(subject) - 1] == '.' || strstr(subject, "..") || strpbrk(subject, " *>\t"))
        section_fault(s, "subject", "is no subject to begin with: words with dots between them");
    if (!section_says(s, "measurement") || *section_text(s, "measurement") == '_')
        section_fault(s, "measurement", "must be a name, and not begin with _");
}

/* One way to say who one is; each with its other half. */
static void check_identity(struct section *s)
{
    static const char *const ways[] = {"user", "token_file", "creds_file", "nkey"};
    static const char *const halves[][2] = {
        {"user", "password_file"}, {"nkey", "nkey_file"}, {"cert_file", "key_file"}};
    unsigned count = 0;

    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        count += section_says(s, ways[i]);
    if (count > 1)
        section_fault(s, NULL, "one of user, token_file, creds_file and nkey, not several");
    for (size_t i = 0; i < sizeof halves / sizeof *halves; i++)
        for (int half = 0; half < 2; half++)
            if (section_says(s, halves[i][half]) && !section_says(s, halves[i][!half]))
                section_fault(s, halves[i][!half], "is missing beside %s", halves[i][half]);
}

void nats_check(struct section *s)
{
    static const char *const made[] = {"replicas", "keep_days", "duplicate_window"};

    check_urls(s);
    check_names(s);
    check_identity(s);
    if (section_number(s, "timeout") < 1)
        section_fault(s, "timeout", "a stream that chooses a new leader needs a second or more");
    for (size_t i = 0; i < sizeof made / sizeof *made && !section_yes(s, "create_stream"); i++)
        if (section_has(s, made[i]))
            section_fault(s, made[i], "belongs to create_stream = yes");
    section_check_printable(s);
}
