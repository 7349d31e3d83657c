/*
 * Modbus behind an Ethernet gateway. `framing = tcp` is Modbus TCP: every packet carries a
 * number, and an answer with another number is a late one and dropped. `framing = rtu` is for
 * gateways that pass serial bytes through a socket as they are.
 *
 * libmodbus connects (names, IPv6, a limit on the wait). It is not asked to send: its raw
 * requests all carry number 0, so that late answers could not be told apart.
 */
#include "bus/bus.h"
#include "bus/descriptor.h"
#include "bus/mbap.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <modbus.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct tcp {
    modbus_t *modbus;
    bool is_rtu;
    uint16_t number;
    size_t held;
    uint8_t packet[2 * MBAP_MAX];
};

// clang-format off
static const struct setting tcp_settings[] = {
    /* key       type    default  least most choices    help */
    { "framing", CHOICE, "tcp",   0,    0,   "tcp rtu", "tcp: Modbus TCP; rtu: the gateway passes serial bytes through" },
    { "connect", NUMBER, "2",     0.1,  60,  NULL,      "Seconds to wait for the connection" },
    SETTINGS_END,
};
// clang-format on

static void tcp_close(struct bus *bus)
{
    struct tcp *tcp = bus->memory;

    if (!tcp->modbus)
        return;
    modbus_close(tcp->modbus);
    modbus_free(tcp->modbus);
    tcp->modbus = NULL;
}

static int tcp_open(struct bus *bus)
{
    struct tcp *tcp = bus->memory;
    char host[WHERE_MAX];
    char *port, *name = host;
    int64_t limit_us = clock_real_us((int64_t)(section_number(bus->section, "connect") * 1e6));

    strcpy(host, bus->where);
    port = strrchr(host, ':');
    if (!port)
        return ERR_CONFIG;
    *port++ = '\0';
    if (*name == '[' && port[-2] == ']') { /* [::1]:502 */
        name++;
        port[-2] = '\0';
    }
    tcp->is_rtu = !strcmp(section_text(bus->section, "framing"), "rtu");
    tcp->modbus = modbus_new_tcp_pi(name, port);
    if (!tcp->modbus)
        return ERR_CONFIG;
    modbus_set_response_timeout(tcp->modbus, (uint32_t)(limit_us / 1000000),
                                (uint32_t)(limit_us % 1000000));
    if (modbus_connect(tcp->modbus)) {
        log_say(bus_loudness(bus), bus->name,
                "%s: cannot connect (%s): is the gateway on, and the port right?", bus->where,
                modbus_strerror(errno));
        modbus_free(tcp->modbus);
        tcp->modbus = NULL;
        return ERR_GONE;
    }
    tcp->held = 0;
    int one = 1;
    (void)setsockopt(modbus_get_socket(tcp->modbus), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    bus->byte_us = 0;
    bus->gap_us = 0; /* the gateway keeps the silence on its own wire */
    return OK;
}

static int tcp_send(struct bus *bus, const uint8_t *bytes, size_t length)
{
    struct tcp *tcp = bus->memory;
    uint8_t packet[MBAP_MAX];
    int fd = modbus_get_socket(tcp->modbus);

    if (tcp->is_rtu)
        return fd_send(fd, bytes, length);
    length = mbap_wrap(bytes, length, ++tcp->number, packet);
    return length ? fd_send(fd, packet, length) : ERR_DATA;
}

static int take_packet(struct tcp *tcp, uint8_t *to, size_t size)
{
    int whole = mbap_length(tcp->packet, tcp->held);
    int length = 0;

    if (whole < 0) { /* no way to find the next packet in the stream */
        tcp->held = 0;
        return ERR_GONE;
    }
    if (whole == 0)
        return 0;
    if (mbap_number(tcp->packet) == tcp->number && (size_t)whole <= size)
        length = (int)mbap_unwrap(tcp->packet, (size_t)whole, to);
    tcp->held -= (size_t)whole;
    memmove(tcp->packet, tcp->packet + whole, tcp->held);
    return length;
}

/* Two answers in one piece: some gateways say everything twice, but what then differs is no answer.
 * Alike or not, the second was said to a question that is answered. */
static bool is_contradicted(struct tcp *tcp, const uint8_t *said, int length)
{
    uint8_t again[MBAP_MAX];

    for (int whole; (whole = mbap_length(tcp->packet, tcp->held)) > 0;) {
        int n = take_packet(tcp, again, sizeof again);
        if (n > 0 && (n != length || memcmp(again, said, (size_t)n) != 0))
            return true;
    }
    return false;
}

static int tcp_receive(struct bus *bus, uint8_t *to, size_t size, int64_t wait_us)
{
    struct tcp *tcp = bus->memory;
    int fd = modbus_get_socket(tcp->modbus);
    int64_t until = clock_us() + wait_us;

    if (tcp->is_rtu)
        return fd_receive(fd, to, size, wait_us);
    for (;;) {
        int n = fd_receive(fd, tcp->packet + tcp->held, sizeof tcp->packet - tcp->held,
                           until - clock_us());
        if (n <= 0)
            return n;
        tcp->held += (size_t)n;
        do
            n = take_packet(tcp, to, size);
        while (n == 0 && mbap_length(tcp->packet, tcp->held)); /* a late one was dropped */
        if (n > 0 && is_contradicted(tcp, to, n))
            return ERR_GARBAGE;
        if (n)
            return n;
    }
}

static int tcp_identify(struct bus *bus, char *to, size_t size)
{
    const char *where = bus->where;
    size_t i;

    for (i = 0; where[i] && i + 5 < size; i++)
        to[i + 4] = where[i] == '/' || where[i] == ':' ? '-' : where[i];
    to[i + 4] = '\0';
    memcpy(to, "tcp-", 4);
    return OK;
}

const struct line line_tcp = {
    .scheme = "tcp",
    .title = "Modbus behind an Ethernet gateway: tcp:HOST:PORT",
    .parts = 2,
    .settings = tcp_settings,
    .memory = sizeof(struct tcp),
    .wait_us = 1000000, /* the gateway asks in its own time, and others are before us */
    .reopens = true,
    .open = tcp_open,
    .send = tcp_send,
    .receive = tcp_receive,
    .close = tcp_close,
    .identify = tcp_identify,
};
