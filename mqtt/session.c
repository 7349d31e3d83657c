/* libmosquitto, driven by hand (mqtt/session.h). */
#include "mqtt/session_inside.h"

#include "base/clock.h"

#include <errno.h>
#include <mqtt_protocol.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static pthread_once_t library_ready = PTHREAD_ONCE_INIT;

static void begin_library(void)
{
    (void)mosquitto_lib_init();
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
        session_fault_reason(s, reason);
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
        session_fault_reason(s, reason);
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

static void listen_to_library(struct mosquitto *m)
{
    mosquitto_log_callback_set(m, on_log);
    mosquitto_connect_v5_callback_set(m, on_connect);
    mosquitto_disconnect_v5_callback_set(m, on_disconnect);
    mosquitto_publish_v5_callback_set(m, on_publish);
    mosquitto_subscribe_v5_callback_set(m, on_subscribe);
    mosquitto_message_v5_callback_set(m, on_message);
}

/* ---- from beginning to end ----------------------------------------------------------------- */

static void begin(struct session *s, unsigned attempt)
{
    session_name_place(s);
    s->m = mosquitto_new(s->plan->id, true, s);
    if (!s->m) {
        session_fault(s, false, "no memory");
        return;
    }
    listen_to_library(s->m);
    if (session_dress(s))
        session_connect(s, attempt);
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

int session_step(struct session *s, int wake_fd, int64_t wait_us)
{
    struct pollfd fds[2] = {{.fd = mosquitto_socket(s->m), .events = POLLIN},
                            {.fd = wake_fd, .events = POLLIN}};
    int number = 0, rc = MOSQ_ERR_SUCCESS;
    socklen_t size = sizeof number;

    if (*s->why || fds[0].fd < 0) {
        session_fault(s, false, "%s closed the connection", s->where);
        return ERR_GONE;
    }
    if (mosquitto_want_write(s->m))
        fds[0].events |= POLLOUT;
    if (clock_poll(fds, 2, wait_us) < 0)
        return ERR_SYSTEM;
    if (fds[1].revents)
        empty(wake_fd);
    if (fds[0].revents & POLLERR && !getsockopt(fds[0].fd, SOL_SOCKET, SO_ERROR, &number, &size) &&
        number) {
        session_fault_system(s, number);
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
        session_fault_code(s, rc, errno);
    else if (!s->is_up && fds[0].revents & POLLHUP && is_nobody(fds[0].fd))
        session_fault_system(s, ECONNREFUSED); /* OpenSSL may have swallowed the reason */
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
        session_fault_code(s, rc, errno);
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
        session_fault_code(s, rc, errno);
    return rc ? ERR_GONE : OK;
}

bool session_is_for(const char *filter, const char *topic)
{
    bool is_for = false;

    return mosquitto_topic_matches_sub(filter, topic, &is_for) == MOSQ_ERR_SUCCESS && is_for;
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
