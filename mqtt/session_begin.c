/* Where to, as whom, and trusting whom: all before the first packet (mqtt/session_inside.h). */
#include "mqtt/session_inside.h"

#include "base/clock.h"
#include "base/secret.h"

#include <errno.h>
#include <mqtt_protocol.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { PASSWORD_MAX = 256, KEEPALIVE_LEAST_S = 5 };

/* A key with a password would have the library ask a terminal that is not there. */
static int no_password(char *to, int size, int is_writing, void *who)
{
    (void)to, (void)size, (void)is_writing, (void)who;
    return 0;
}

static const char *or_null(const char *words)
{
    return *words ? words : NULL;
}

static bool set_tls(struct session *s)
{
    const char *ca = session_text(s, "ca_file");
    int rc = mosquitto_tls_set(s->m, or_null(ca), *ca ? NULL : "/etc/ssl/certs",
                               or_null(session_text(s, "cert_file")),
                               or_null(session_text(s, "key_file")), no_password);

    if (rc == MOSQ_ERR_INVAL)
        session_fault(s, true, "ca_file, cert_file or key_file cannot be read");
    else if (rc)
        session_fault(s, true, "TLS: %s", mosquitto_strerror(rc));
    return !rc;
}

static bool set_user(struct session *s)
{
    const char *user = session_text(s, "user"), *file = session_text(s, "password_file");
    char password[PASSWORD_MAX];
    bool has_password = *file != '\0';

    if (!*user)
        return true;
    if (has_password && secret_read(s->plan->name, file, password, sizeof password)) {
        session_fault(s, true, "password_file %s cannot be used", file);
        return false;
    }
    int rc = mosquitto_username_pw_set(s->m, user, has_password ? password : NULL);
    explicit_bzero(password, sizeof password);
    if (rc)
        session_fault(s, true, "user: %s", mosquitto_strerror(rc));
    return !rc;
}

bool session_dress(struct session *s)
{
    const char *will = s->plan->will_topic;

    if (mosquitto_int_option(s->m, MOSQ_OPT_PROTOCOL_VERSION,
                             s->plan->is_five ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311))
        session_fault(s, true, "protocol: the library does not know it");
    (void)mosquitto_int_option(s->m, MOSQ_OPT_TCP_NODELAY, 1);
    if (*will && mosquitto_will_set(s->m, will, 7, "offline", 1, true))
        session_fault(s, true, "the last will on %s is not taken", will);
    return !*s->why && set_user(s) && (!s->is_tls || set_tls(s));
}

/*
 * One of the server's addresses as numbers, the next with each attempt, so that one that leads
 * nowhere does not stand before one that would do. With TLS the name itself is needed: it is what
 * the certificate is held against.
 */
static bool choose_address(struct session *s, unsigned attempt, char *to, size_t size)
{
    const char *server = session_text(s, "server");
    struct addrinfo *all = NULL, *one, hints = {.ai_socktype = SOCK_STREAM};
    unsigned count = 0;

    snprintf(to, size, "%s", server);
    if (s->is_tls)
        return true;
    int rc = getaddrinfo(server, NULL, &hints, &all);
    if (rc) {
        session_fault(s, false, "server = %s: %s", server, gai_strerror(rc));
        return false;
    }
    for (one = all; one; one = one->ai_next)
        count++;
    one = all;
    for (unsigned i = count ? attempt % count : 0; i && one; i--)
        one = one->ai_next;
    if (one &&
        getnameinfo(one->ai_addr, one->ai_addrlen, to, (socklen_t)size, NULL, 0, NI_NUMERICHOST))
        snprintf(to, size, "%s", server);
    freeaddrinfo(all);
    return true;
}

int session_port(const struct session *s)
{
    int port = (int)section_number(s->plan->section, "port");

    return port ? port : s->is_tls ? 8883 : 1883;
}

void session_name_place(struct session *s)
{
    snprintf(s->where, sizeof s->where, "%.120s:%d", session_text(s, "server"), session_port(s));
}

static int keepalive_s(const struct session *s)
{
    int64_t us = clock_real_us((int64_t)(section_number(s->plan->section, "keepalive") * 1e6));
    int seconds = (int)(us / 1000000);

    return seconds > KEEPALIVE_LEAST_S ? seconds : KEEPALIVE_LEAST_S;
}

void session_connect(struct session *s, unsigned attempt)
{
    char address[120];
    int rc;

    if (!choose_address(s, attempt, address, sizeof address))
        return;
    errno = 0;
    rc = mosquitto_connect_async(s->m, address, session_port(s), keepalive_s(s));
    if (rc)
        session_fault_code(s, rc, errno);
}
