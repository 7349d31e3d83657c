/* Words for what goes wrong between us and a broker, with what to do (mqtt/session_inside.h). */
#include "mqtt/probe.h"
#include "mqtt/session_inside.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const int64_t PROBE_US = 2000000;

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

void session_fault(struct session *s, bool is_alarm, const char *format, ...)
{
    va_list list;

    if (*s->why)
        return;
    s->is_alarm = is_alarm;
    va_start(list, format);
    vsnprintf(s->why, sizeof s->why, format, list);
    va_end(list);
}

void session_fault_reason(struct session *s, int reason)
{
    session_fault(s, needs_mending(reason), "%s: %s", s->where, session_reason(reason));
}

static void fault_closed(struct session *s)
{
    const char *perhaps = "";

    if (!s->is_tls)
        perhaps = "; is this the broker's TLS port? then set tls = yes";
    else if (!*session_text(s, "cert_file")) /* TLS 1.3 has no better way to say it */
        perhaps = "; does it want a certificate of ours? then set cert_file and key_file";
    session_fault(s, false, "%s closed the connection before it was one%s", s->where, perhaps);
}

static void fault_tls(struct session *s)
{
    bool is_name = strstr(s->library, "host name") != NULL;
    bool is_trust = strstr(s->library, "certificate verify failed") != NULL;

    if (strstr(s->library, "reset by peer"))
        fault_closed(s);
    else if (is_name)
        session_fault(s, true, "%s: its certificate is for another name than server = %s", s->where,
                      session_text(s, "server"));
    else if (is_trust)
        session_fault(s, true, "%s: its certificate is signed by nobody we trust: see ca_file",
                      s->where);
    else if (strstr(s->library, "alert") && strstr(s->library, "certificate"))
        session_fault(s, true,
                      "%s: the broker wants a certificate of ours: see cert_file and key_file",
                      s->where);
    else
        session_fault(s, false, "%s: no TLS connection (%.80s); is this the broker's TLS port?",
                      s->where, *s->library ? s->library : "no reason given");
}

void session_fault_system(struct session *s, int number)
{
    if (number == ECONNREFUSED)
        session_fault(s, false,
                      "nobody listens at %s: is the broker running, are server and port right?",
                      s->where);
    else if (number == EPROTO && !s->is_up && *s->library) /* all that TLS does not like */
        fault_tls(s);
    else if ((number == ECONNRESET || number == EPROTO) && !s->is_up)
        fault_closed(s);
    else
        session_fault(s, false, "%s: %s", s->where, strerror(number));
}

/* Newer libraries call it a matter of TLS, without a word, when nobody listens. */
static void fault_below_tls(struct session *s)
{
    int number = *s->library
                     ? 0
                     : probe_port(session_text(s, "server"), (unsigned)session_port(s), PROBE_US);

    if (number)
        session_fault_system(s, number);
    else
        fault_tls(s);
}

void session_fault_code(struct session *s, int rc, int number)
{
    if (rc == MOSQ_ERR_TLS || rc == MOSQ_ERR_TLS_HANDSHAKE)
        fault_below_tls(s);
    else if (rc == MOSQ_ERR_ERRNO)
        session_fault_system(s, number);
    else if (rc == MOSQ_ERR_EAI)
        session_fault(s, false, "server = %s: no such name", session_text(s, "server"));
    else if (rc == MOSQ_ERR_KEEPALIVE)
        session_fault(s, false, "%s: the broker no longer answers", s->where);
    else if (rc == MOSQ_ERR_CONN_LOST && !s->is_up)
        fault_closed(s);
    else if (rc == MOSQ_ERR_CONN_LOST)
        session_fault(s, false, "%s closed the connection", s->where);
    else
        session_fault(s, false, "%s: %s", s->where, mosquitto_strerror(rc));
}
