/*
 * An Arduino as a bridge in front of a MATEnet: PJON packets on its USB port.
 *
 *      command   01 02 00 00 00 00 | 00 03        as on the wire, with its sum
 *      to it     0A 01 02 00 00 00 00             which of its buses, and no sum
 *      from it   02 00 03                         no sum either
 *      answer    02 00 03 | 00 05                 with its sum again, as on the wire
 *
 * So a driver is never told that there is a bridge. One byte alone is what the bridge itself has
 * to say: that nobody answered, or in which way the answer was spoilt.
 */
#include "bus/bus.h"
#include "bus/descriptor.h"
#include "bus/pjon_frame.h"
#include "bus/sum16.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { COMMAND = 8, RAW_MAX = 64, REPLY_MAX = PJON_PAYLOAD_MAX + SUM16_SIZE };

struct bridge {
    int fd;
    uint8_t target;
    bool is_asked; /* what is wrong counts against the question, and is passed over without one */
    bool has_complained;
    struct pjon_reader reader;
    size_t raw_at, raw_length; /* bytes read and not yet looked at */
    size_t held;               /* of a reply that the caller had no room for yet */
    uint8_t raw[RAW_MAX], rest[REPLY_MAX];
};

static const int64_t STEP_US = 100000; /* how soon a rung bell is heard */
/* Something that talks without end must not keep us longer than this. */
static const int64_t FLOOD_US = 100000;

// clang-format off
static const struct setting pjon_settings[] = {
    /* key       type    default    least most     choices         help */
    { "speed",   NUMBER, "1000000", 50,   4000000, NULL,           "Bits a second to the bridge; a board with USB of its own takes any" },
    { "target",  CHOICE, "devices", 0,    0,       "devices mate", "Which bus of the bridge: where the devices are (0A), or where the MATE is (0B, two-port boards)" },
    { "wait_ms", NUMBER, "1500",    0,    10000,   NULL,           "Milliseconds after opening until the bridge is asked: opening restarts many boards" },
    SETTINGS_END,
};

/* What one byte alone says. */
static const struct {
    uint8_t code;
    int error; /* OK: nobody answered, which is silence */
    const char *text;
} remarks[] = {
    { 2,   OK,          "nobody answered" },
    { 3,   ERR_GARBAGE, "the answer did not begin with a ninth bit" },
    { 4,   ERR_SHORT,   "the bridge lost bytes of the answer" },
    { 5,   ERR_SHORT,   "the answer was too short" },
    { 6,   ERR_CRC,     "the answer failed its check sum" },
    { 'N', ERR_CRC,     "the question reached the bridge spoilt" },
    { 'E', ERR_CONFIG,  "the bridge does not take this command (is \"target\" right?)" },
};
// clang-format on

/* A board that restarts hears nothing, and may talk of itself meanwhile. */
static int wait_for_board(const struct bus *bus)
{
    int64_t until =
                clock_us() + (int64_t)(section_number(bus->section, "wait_ms") * (double)US_PER_MS),
            left;

    while ((left = until - clock_us()) > 0) {
        if (bus->stop && bell_is_rung(bus->stop))
            return ERR_STOPPED;
        clock_sleep_us(left < STEP_US ? left : STEP_US);
    }
    return OK;
}

static int bridge_open(struct bus *bus)
{
    struct bridge *bridge = bus->memory;
    struct port_form form = {
        .speed = (unsigned)section_number(bus->section, "speed"), .parity = 'N', .stop_bits = 1};
    int rc;

    bridge->target = *section_text(bus->section, "target") == 'm' ? 0x0b : 0x0a;
    bridge->fd = open(bus->where, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (bridge->fd < 0)
        return port_explain(bus_loudness(bus), bus->name, bus->where, errno);
    rc = port_set(bridge->fd, bus_loudness(bus), bus->where, &form);
    if (!rc)
        rc = wait_for_board(bus);
    if (rc) {
        close(bridge->fd);
        return rc;
    }
    bus->byte_us = 1146; /* the wire behind it: 11 bits at 9600 a second */
    bus->gap_us = US_PER_MS;
    return OK;
}

static int bridge_send(struct bus *bus, const uint8_t *bytes, size_t length)
{
    struct bridge *bridge = bus->memory;
    struct pjon_packet packet = {.to = PJON_ANYONE, .from = PJON_HOST};
    uint8_t wire[PJON_WIRE_MAX];

    if (length != COMMAND || !sum16_is_right(bytes, length))
        return ERR_DATA;
    packet.payload[0] = bridge->target;
    memcpy(packet.payload + 1, bytes, COMMAND - SUM16_SIZE);
    packet.length = 1 + COMMAND - SUM16_SIZE;
    bridge->reader = (struct pjon_reader){0}; /* half a packet is older than this question */
    bridge->raw_at = bridge->raw_length = bridge->held = 0;
    bridge->is_asked = true;
    return fd_send(bridge->fd, wire, pjon_wrap(&packet, wire));
}

/* The next packet, or an error when one was spoilt; 0: none came in time. */
static int next_packet(struct bridge *bridge, struct pjon_packet *packet, int64_t until_us)
{
    for (;;) {
        while (bridge->raw_at < bridge->raw_length) {
            int rc = pjon_read(&bridge->reader, bridge->raw[bridge->raw_at++], packet);
            if (rc)
                return rc;
        }
        int64_t left = until_us - clock_us();
        int n = fd_receive(bridge->fd, bridge->raw, RAW_MAX, left > 0 ? left : 0);
        if (n < 0)
            return n;
        bridge->raw_at = 0;
        bridge->raw_length = (size_t)n;
        if ((!n && left <= 0) || left < -FLOOD_US)
            return 0;
    }
}

static int remark(struct bus *bus, uint8_t code)
{
    struct bridge *bridge = bus->memory;

    for (size_t i = 0; i < sizeof remarks / sizeof *remarks; i++) {
        bool is_loud = remarks[i].error == ERR_CONFIG && !bridge->has_complained;
        if (remarks[i].code != code)
            continue;
        bridge->has_complained |= is_loud;
        log_say(is_loud ? LOG_LEVEL_ERR : LOG_LEVEL_DEBUG, bus->name, "%s", remarks[i].text);
        return remarks[i].error;
    }
    return ERR_GARBAGE;
}

static int hand_over(struct bridge *bridge, uint8_t *to, size_t size)
{
    size_t given = bridge->held < size ? bridge->held : size;

    memcpy(to, bridge->rest, given);
    bridge->held -= given;
    memmove(bridge->rest, bridge->rest + given, bridge->held);
    return (int)given;
}

/* Is it the bridge, and for us? Whoever wants it acknowledged says the same again until it is. */
static int is_for_us(const struct bridge *bridge, const struct pjon_packet *packet)
{
    static const uint8_t ack = PJON_ACK;
    bool is_ours = packet->from != PJON_HOST && /* our own, come back */
                   (packet->to == PJON_HOST || packet->to == PJON_ANYONE);

    if (is_ours && packet->wants_ack && packet->to == PJON_HOST) {
        int rc = fd_send(bridge->fd, &ack, 1);
        if (rc)
            return rc;
    }
    return is_ours && packet->length;
}

/* ERR_GONE and ERR_IO are the port's own; all else is about a packet. */
static bool is_lost(int rc)
{
    return rc == ERR_GONE || rc == ERR_IO;
}

static int bridge_receive(struct bus *bus, uint8_t *to, size_t size, int64_t wait_us)
{
    struct bridge *bridge = bus->memory;
    int64_t until = clock_us() + wait_us;
    struct pjon_packet packet;

    while (!bridge->held) {
        int rc = next_packet(bridge, &packet, until);
        if (rc > 0) {
            rc = is_for_us(bridge, &packet);
            if (rc == 0)
                continue;
        }
        if (rc == 0 || is_lost(rc))
            return rc;
        if (rc > 0 && packet.length > 1) {
            memcpy(bridge->rest, packet.payload, packet.length);
            bridge->held = sum16_append(bridge->rest, packet.length);
            bridge->is_asked = false;
            break;
        }
        if (!bridge->is_asked)
            continue; /* spoilt, or said about a question that is over */
        bridge->is_asked = false;
        return rc < 0 ? rc : remark(bus, packet.payload[0]);
    }
    return hand_over(bridge, to, size);
}

static void bridge_lend(struct bus *bus, bool is_ours)
{
    struct bridge *bridge = bus->memory;

    port_lend(bridge->fd, is_ours);
}

static void bridge_close(struct bus *bus)
{
    struct bridge *bridge = bus->memory;

    close(bridge->fd);
}

const struct line line_pjon = {
    .scheme = "pjon",
    .title = "an Arduino as a bridge to a MATEnet, spoken to in PJON: pjon:/dev/ttyACM0",
    .parts = 1,
    .settings = pjon_settings,
    .memory = sizeof(struct bridge),
    .open = bridge_open,
    .send = bridge_send,
    .receive = bridge_receive,
    .lend = bridge_lend,
    .close = bridge_close,
    .identify = port_identify,
};
