/* libmosquitto, driven by hand (mqtt/session.h). */
#include "mqtt/session.h"

#include "base/log.h"
#include "base/secret.h"
#include "base/text.h"

#include <errno.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FILTERS_ASKED = 16, PASSWORD_MAX = 256 };

struct session {
    struct mosquitto *m;
    const struct client_plan *plan;
    struct session_events on;
    struct {
        int mid;
        const char *filter;
    } asked[FILTERS_ASKED];
    bool is_up, is_alarm, is_tls;
    char library[160]; /* what the library logged first as an error */
    char where[140];   /* "127.0.0.1:1883" */
    char why[200];
};

static pthread_once_t library_ready = PTHREAD_ONCE_INIT;

static void begin_library(void)
{
    (void)mosquitto_lib_init();
}

static const char *text(const struct session *s, const char *key)
{
    return section_text(s->plan->section, key);
}

/* ---- words for what went wrong ----------------------------------------------------------- */

// clang-format off
static const struct {
    int reason;
    bool is_alarm;
    const char *words;
} reasons[] = {
    {1,   true,  "the broker does not speak this MQTT: try another protocol ="},
    {2,   true,  "the broker does not take this client id: try another client ="},
    {3,   false, "the broker is not ready"},
    {4,   true,  "the broker refuses the user or the password: see user and password_file"},
    {5,   true,  "the broker refuses the user or the password: see user and password_file"},
    {132, true,  "the broker speaks no MQTT 5: set protocol = 3.1.1"},
    {133, true,  "the broker does not take this client id: try another client ="},
    {134, true,  "the broker refuses the user or the password: see user and password_file"},
    {135, true,  "not permitted: see user, password_file, and the broker's access list (docs/mqtt.md has one)"},
    {136, false, "the broker is not ready"},
    {137, false, "the broker is busy"},
    {138, true,  "the broker has banned this client"},
    {142, false, "another client came with the same id"},
    {144, true,  "the broker does not take this topic"},
    {149, false, "the message is larger than the broker takes"},
    {151, false, "the broker's quota is used up"},
    {159, false, "the broker wants fewer connections a second"},
};
// clang-format on

const char *session_reason(int reason)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].reason == reason)
            return reasons[i].words;
    return mosquitto_reason_string(reason);
}

static bool needs_mending(int reason)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].reason == reason)
            return reasons[i].is_alarm;
    return false;
}

static void fault(struct session *s, bool is_alarm, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The first fault is the cause; what follows from it says less. */
static void fault(struct session *s, bool is_alarm, const char *format, ...)
{
    va_list list;

    if (*s->why)
        return;
    s->is_alarm = is_alarm;
    va_start(list, format);
    vsnprintf(s->why, sizeof s->why, format, list);
    va_end(list);
}

static void fault_tls(struct session *s)
{
    bool is_name = strstr(s->library, "host name") != NULL;
    bool is_trust = strstr(s->library, "certificate verify failed") != NULL;

    if (is_name)
        fault(s, true, "%s: its certificate is for another name than server = %s", s->where,
              text(s, "server"));
    else if (is_trust)
        fault(s, true, "%s: its certificate is signed by nobody we trust: see ca_file", s->where);
    else if (strstr(s->library, "alert") && strstr(s->library, "certificate"))
        fault(s, true, "%s: the broker wants a certificate of ours: see cert_file and key_file",
              s->where);
    else
        fault(s, false, "%s: no TLS connection (%.80s); is this the broker's TLS port?", s->where,
              *s->library ? s->library : "no reason given");
}

static void fault_closed(struct session *s)
{
    const char *perhaps = "";

    if (!s->is_tls)
        perhaps = "; is this the broker's TLS port? then set tls = yes";
    else if (!*text(s, "cert_file")) /* TLS 1.3 has no better way to say it */
        perhaps = "; does it want a certificate of ours? then set cert_file and key_file";
    fault(s, false, "%s closed the connection before it was one%s", s->where, perhaps);
}

static void fault_system(struct session *s, int number)
{
    if (number == ECONNREFUSED)
        fault(s, false, "nobody listens at %s: is the broker running, are server and port right?",
              s->where);
    else if (number == ECONNRESET && !s->is_up)
        fault_closed(s);
    else
        fault(s, false, "%s: %s", s->where, strerror(number));
}

static void fault_code(struct session *s, int rc, int number)
{
    if (rc == MOSQ_ERR_TLS || rc == MOSQ_ERR_TLS_HANDSHAKE)
        fault_tls(s);
    else if (rc == MOSQ_ERR_ERRNO)
        fault_system(s, number);
    else if (rc == MOSQ_ERR_EAI)
        fault(s, false, "server = %s: no such name", text(s, "server"));
    else if (rc == MOSQ_ERR_KEEPALIVE)
        fault(s, false, "%s: the broker no longer answers", s->where);
    else if (rc == MOSQ_ERR_CONN_LOST && !s->is_up)
        fault_closed(s);
    else if (rc == MOSQ_ERR_CONN_LOST)
        fault(s, false, "%s closed the connection", s->where);
    else
        fault(s, false, "%s: %s", s->where, mosquitto_strerror(rc));
}

/* ---- what the library tells ---------------------------------------------------------------- */

static void on_log(struct mosquitto *m, void *who, int level, const char *words)
{
    struct session *s = who;

    (void)m;
    if (level == MOSQ_LOG_ERR && !*s->library) /* the first is the cause */
        snprintf(s->library, sizeof s->library, "%s", words);
}

static void on_connect(struct mosquitto *m, void *who, int reason, int flags,
                       const mosquitto_property *more)
{
    struct session *s = who;

    (void)m, (void)flags, (void)more;
    if (reason == 135) /* of a whole connection it means what 5 meant before */
        reason = 5;
    if (reason) {
        fault(s, needs_mending(reason), "%s: %s", s->where, session_reason(reason));
        return;
    }
    s->is_up = true;
    s->on.up(s->on.who);
}

static void on_disconnect(struct mosquitto *m, void *who, int reason,
                          const mosquitto_property *more)
{
    struct session *s = who;

    (void)m, (void)more;
    if (reason >= 128) /* the broker's own word, of MQTT 5 */
        fault(s, needs_mending(reason), "%s: %s", s->where, session_reason(reason));
}

static void on_publish(struct mosquitto *m, void *who, int mid, int reason,
                       const mosquitto_property *more)
{
    struct session *s = who;

    (void)m, (void)more;
    s->on.acknowledged(s->on.who, mid, reason >= 128 ? reason : 0);
}

static void on_subscribe(struct mosquitto *m, void *who, int mid, int count, const int *granted,
                         const mosquitto_property *more)
{
    struct session *s = who;

    (void)m, (void)more;
    for (int i = 0; i < FILTERS_ASKED; i++)
        if (s->asked[i].filter && s->asked[i].mid == mid && count > 0 && granted[0] >= 128)
            s->on.denied(s->on.who, s->asked[i].filter);
}

static void on_message(struct mosquitto *m, void *who, const struct mosquitto_message *message,
                       const mosquitto_property *more)
{
    struct session *s = who;

    (void)m, (void)more;
    /* The library puts a NUL behind each payload, but gives none when it is empty. */
    s->on.heard(s->on.who,
                &(struct client_word){.topic = message->topic,
                                      .payload = message->payload ? message->payload : "",
                                      .length = (size_t)message->payloadlen,
                                      .is_retained = message->retain});
}

/* ---- beginning ----------------------------------------------------------------------------- */

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
    const char *ca = text(s, "ca_file");
    int rc =
        mosquitto_tls_set(s->m, or_null(ca), *ca ? NULL : "/etc/ssl/certs",
                          or_null(text(s, "cert_file")), or_null(text(s, "key_file")), no_password);

    if (rc == MOSQ_ERR_INVAL)
        fault(s, true, "ca_file, cert_file or key_file cannot be read");
    else if (rc)
        fault(s, true, "TLS: %s", mosquitto_strerror(rc));
    return !rc;
}

static bool set_user(struct session *s)
{
    const char *user = text(s, "user"), *file = text(s, "password_file");
    char password[PASSWORD_MAX];
    bool has_password = *file != '\0';

    if (!*user)
        return true;
    if (has_password && secret_read(s->plan->name, file, password, sizeof password)) {
        fault(s, true, "password_file %s cannot be used", file);
        return false;
    }
    int rc = mosquitto_username_pw_set(s->m, user, has_password ? password : NULL);
    explicit_bzero(password, sizeof password);
    if (rc)
        fault(s, true, "user: %s", mosquitto_strerror(rc));
    return !rc;
}

static bool set_up(struct session *s)
{
    const char *will = s->plan->will_topic;

    mosquitto_log_callback_set(s->m, on_log);
    mosquitto_connect_v5_callback_set(s->m, on_connect);
    mosquitto_disconnect_v5_callback_set(s->m, on_disconnect);
    mosquitto_publish_v5_callback_set(s->m, on_publish);
    mosquitto_subscribe_v5_callback_set(s->m, on_subscribe);
    mosquitto_message_v5_callback_set(s->m, on_message);
    if (mosquitto_int_option(s->m, MOSQ_OPT_PROTOCOL_VERSION,
                             s->plan->is_five ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311))
        fault(s, true, "protocol: the library does not know it");
    (void)mosquitto_int_option(s->m, MOSQ_OPT_TCP_NODELAY, 1);
    if (*will && mosquitto_will_set(s->m, will, 7, "offline", 1, true))
        fault(s, true, "the last will on %s is not taken", will);
    return !*s->why && set_user(s) && (!s->is_tls || set_tls(s));
}

/*
 * One of the server's addresses as numbers, the next with each attempt, so that one that leads
 * nowhere does not stand before one that would do. With TLS the name itself is needed: it is what
 * the certificate is held against.
 */
static bool choose_address(struct session *s, unsigned attempt, char *to, size_t size)
{
    const char *server = text(s, "server");
    struct addrinfo *all = NULL, *one, hints = {.ai_socktype = SOCK_STREAM};
    unsigned count = 0;

    snprintf(to, size, "%s", server);
    if (s->is_tls)
        return true;
    int rc = getaddrinfo(server, NULL, &hints, &all);
    if (rc) {
        fault(s, false, "server = %s: %s", server, gai_strerror(rc));
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

static int port_of(const struct session *s)
{
    int port = (int)section_number(s->plan->section, "port");

    return port ? port : s->is_tls ? 8883 : 1883;
}

static void begin(struct session *s, unsigned attempt)
{
    char address[120];
    int rc;

    snprintf(s->where, sizeof s->where, "%.120s:%d", text(s, "server"), port_of(s));
    s->m = mosquitto_new(s->plan->id, true, s);
    if (!s->m) {
        fault(s, false, "no memory");
        return;
    }
    if (!set_up(s) || !choose_address(s, attempt, address, sizeof address))
        return;
    errno = 0;
    rc = mosquitto_connect_async(s->m, address, port_of(s),
                                 (int)section_number(s->plan->section, "keepalive"));
    if (rc)
        fault_code(s, rc, errno);
}

struct session *session_open(const struct client_plan *plan, unsigned attempt,
                             const struct session_events *events, char *why, size_t size,
                             bool *is_alarm)
{
    struct session *s = calloc(1, sizeof *s);

    pthread_once(&library_ready, begin_library);
    snprintf(why, size, "no memory");
    *is_alarm = false;
    if (!s)
        return NULL;
    s->plan = plan;
    s->on = *events;
    s->is_tls = section_yes(plan->section, "tls");
    begin(s, attempt);
    if (!*s->why)
        return s;
    snprintf(why, size, "%s", s->why);
    *is_alarm = s->is_alarm;
    session_close(s);
    return NULL;
}

/* ---- going on ------------------------------------------------------------------------------ */

static void empty(int wake_fd)
{
    uint64_t count;

    if (read(wake_fd, &count, sizeof count) < 0)
        return; /* nobody woke us */
}

static bool is_nobody(int fd)
{
    struct sockaddr_storage peer;
    socklen_t size = sizeof peer;

    return getpeername(fd, (struct sockaddr *)&peer, &size) != 0;
}

int session_step(struct session *s, int wake_fd, int timeout_ms)
{
    struct pollfd fds[2] = {{.fd = mosquitto_socket(s->m), .events = POLLIN},
                            {.fd = wake_fd, .events = POLLIN}};
    int number = 0, rc = MOSQ_ERR_SUCCESS;
    socklen_t size = sizeof number;

    if (*s->why || fds[0].fd < 0) {
        fault(s, false, "%s closed the connection", s->where);
        return ERR_GONE;
    }
    if (mosquitto_want_write(s->m))
        fds[0].events |= POLLOUT;
    if (poll(fds, 2, timeout_ms) < 0 && errno != EINTR)
        return ERR_SYSTEM;
    if (fds[1].revents)
        empty(wake_fd);
    if (fds[0].revents & POLLERR && !getsockopt(fds[0].fd, SOL_SOCKET, SO_ERROR, &number, &size) &&
        number) {
        fault_system(s, number);
        return ERR_GONE;
    }
    errno = 0;
    /* Before all is up, being writable may be what the TLS handshake waits for; reading does it. */
    if (fds[0].revents & (s->is_up ? POLLIN | POLLHUP : POLLIN | POLLHUP | POLLOUT))
        rc = mosquitto_loop_read(s->m, 1);
    if (!rc && fds[0].revents & POLLOUT)
        rc = mosquitto_loop_write(s->m, 1);
    if (!rc)
        rc = mosquitto_loop_misc(s->m);
    if (rc)
        fault_code(s, rc, errno);
    else if (!s->is_up && fds[0].revents & POLLHUP && is_nobody(fds[0].fd))
        fault_system(s, ECONNREFUSED); /* OpenSSL may have swallowed the reason */
    return *s->why ? ERR_GONE : OK;
}

const char *session_why(const struct session *s, bool *is_alarm)
{
    *is_alarm = s->is_alarm;
    return s->why;
}

bool session_wants_write(const struct session *s)
{
    return mosquitto_want_write(s->m);
}

int session_publish(struct session *s, const char *topic, const char *payload, size_t length,
                    bool is_retained)
{
    int mid = 0, rc = mosquitto_publish(s->m, &mid, topic, (int)length, payload, 1, is_retained);

    if (rc == MOSQ_ERR_OVERSIZE_PACKET || rc == MOSQ_ERR_PAYLOAD_SIZE || rc == MOSQ_ERR_INVAL ||
        rc == MOSQ_ERR_RETAIN_NOT_SUPPORTED || rc == MOSQ_ERR_QOS_NOT_SUPPORTED)
        return ERR_REFUSED;
    if (rc)
        fault_code(s, rc, errno);
    return rc ? ERR_GONE : mid;
}

int session_subscribe(struct session *s, const char *filter)
{
    int i = 0, rc;

    while (i < FILTERS_ASKED && s->asked[i].filter)
        i++;
    if (i == FILTERS_ASKED)
        return ERR_FULL;
    s->asked[i].filter = filter;
    /* MQTT 5 can keep the mark on what was published as retained just now. */
    rc = mosquitto_subscribe_v5(s->m, &s->asked[i].mid, filter, 0,
                                s->plan->is_five ? MQTT_SUB_OPT_RETAIN_AS_PUBLISHED : 0, NULL);
    if (rc)
        fault_code(s, rc, errno);
    return rc ? ERR_GONE : OK;
}

void session_goodbye(struct session *s)
{
    (void)mosquitto_disconnect(s->m);
}

void session_close(struct session *s)
{
    if (!s)
        return;
    if (s->m)
        mosquitto_destroy(s->m);
    free(s);
}
