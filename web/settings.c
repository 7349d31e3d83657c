/* The settings of [web], and what they come to (web/web.h). */
#include "web/inside.h"

#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

// clang-format off
const struct setting web_settings[] = {
    /* key              type    default      least most   choices help */
    { "enabled",        YESNO,  "no",        0,    0,     NULL, "Listen at all" },
    { "listen",         TEXT,   "127.0.0.1", 0,    0,     NULL, "The address to listen at; from elsewhere come through a proxy that speaks https" },
    { "port",           NUMBER, "8080",      1,    65535, NULL, "The port" },
    { "hosts",          TEXT,   "",          0,    0,     NULL, "Names by which browsers may call it, beside localhost, addresses and the machine's own: \"solar.example.org\"; with its port where that is not the usual one" },
    { "allow_tell",     YESNO,  "no",        0,    0,     NULL, "Let the page and the API change settings of devices that allow it themselves" },
    { "token_file",     TEXT,   "",          0,    0,     NULL, "The file of the token that whoever changes a setting must bring (chmod 600)" },
    { "mate_token_file", TEXT,  "",          0,    0,     NULL, "The file of the token that an old MATE collector, or another helio, uploads with (chmod 600)" },
    { "mate_device",    TEXT,   "mate",      0,    0,     NULL, "What is uploaded belongs to devices of this name and -mx, -fx, -dc" },
    { "answers_mb",     NUMBER, "16",        1,    1024,  NULL, "So much memory may all answers on their way hold, in MB; who asks for more waits" },
    { "listeners",      NUMBER, "16",        1,    200,   NULL, "So many may listen to /api/v1/live, three quarters of them from one address" },
    { "trusted_proxy",  TEXT,   "",          0,    0,     NULL, "Addresses of proxies whose X-Forwarded-For says who asks: \"127.0.0.1\"; behind any other all are one" },
    { "old_addresses",  YESNO,  "no",        0,    0,     NULL, "Answer at /cmds and /graph as the old inverter program did" },
    { "old_ports",      TEXT,   "",          0,    0,     NULL, "Listen at these ports too: the old program's were \"8889 8890\"" },
    { "old_device",     TEXT,   "",          0,    0,     NULL, "The inverter that old addresses speak of; else the first Axpert" },
    SETTINGS_END,
};
// clang-format on

int web_address(const struct section *s, double number, struct addrinfo **to)
{
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
                                   .ai_socktype = SOCK_STREAM};
    char port[16];
    struct text t = text_on(port, sizeof port);

    text_number(&t, number);
    return getaddrinfo(section_text(s, "listen"), port, &hints, to) ? ERR_CONFIG : OK;
}

int web_ports(const struct section *s, double to[1 + WEB_OLD_PORTS])
{
    char words[80];
    char *rest = words;
    struct text t = text_on(words, sizeof words);
    int count = 1;

    to[0] = section_number(s, "port");
    text_add(&t, section_text(s, "old_ports"));
    for (char *word = strsep(&rest, ", "); word; word = strsep(&rest, ", ")) {
        if (!*word)
            continue;
        if (t.is_cut || count > WEB_OLD_PORTS || !number_read(word, &to[count]) || to[count] < 1 ||
            to[count] > 65535 || to[count] != (int)to[count])
            return -1;
        for (int i = 0; i < count; i++)
            if (to[i] == to[count])
                return -1;
        count++;
    }
    return count;
}

void web_check(struct section *s)
{
    struct addrinfo *found = NULL;
    double ports[1 + WEB_OLD_PORTS];

    if (web_address(s, section_number(s, "port"), &found))
        section_fault(s, "listen", "must be an address, as 127.0.0.1 or ::1");
    else
        freeaddrinfo(found);
    if (web_ports(s, ports) < 0)
        section_fault(s, "old_ports", "must be up to %d ports from 1 to 65535, none of them twice",
                      WEB_OLD_PORTS);
    if (!*section_text(s, "mate_device"))
        section_fault(s, "mate_device", "must not be empty");
}
