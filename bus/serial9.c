/*
 * A serial port whose bytes have nine bits: Outback's MATEnet. The first byte of each packet that
 * is sent has its ninth bit set, and no other. A UART's parity bit carries it (bus/ninth.h):
 *
 *      parity M, byte 0 | it has left, settle | parity S, bytes 1..7
 *
 * The ninth bits of what comes are not looked at: the length of an answer is known beforehand.
 * One MATE on a wire asks, so on ours nobody but us does.
 */
#include "bus/bus.h"
#include "bus/descriptor.h"
#include "bus/ninth.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct serial9 {
    int fd;
    enum ninth_way way;
    char parity; /* what the port sends with now */
    int64_t settle_us;
    int64_t busy_until_us; /* before, what was sent last may still be in the port */
};

// clang-format off
static const struct setting serial9_settings[] = {
    /* key         type    default least most     choices             help */
    { "speed",     NUMBER, "9600", 50,   4000000, NULL,               "Bits a second on the wire" },
    { "ninth",     CHOICE, "auto", 0,    0,       "auto mark evenodd", "How parity makes the ninth bit; auto: mark if the port takes it, else even and odd" },
    { "settle_ms", NUMBER, "2",    0,    100,     NULL,               "Milliseconds between the last bit of a byte and another parity" },
    { "gap_ms",    NUMBER, "1",    0,    100,     NULL,               "Milliseconds of silence before the next command: devices mix up what comes at once" },
    SETTINGS_END,
};
// clang-format on

/* Which way, by what the port made of a wish for mark parity. */
static enum ninth_way choose_way(const struct bus *bus, int fd, char kept)
{
    const char *wish = section_text(bus->section, "ninth");
    bool is_auto = *wish == 'a';
    enum ninth_way way = ninth_choose(is_auto, *wish == 'e' ? NINTH_EVENODD : NINTH_MARK, kept);

    if (kept == 'N' && port_is_pretended(fd))
        log_debug(bus->name, "%s is no real port: it has no parity, and needs none", bus->where);
    else if (kept == 'N')
        log_warn(bus->name,
                 "%s has no parity bit: devices will not hear us. Use another port, or "
                 "a USB adapter",
                 bus->where);
    else if (way == NINTH_MARK && kept != 'M')
        log_warn(bus->name, "%s does not take mark parity: ninth = evenodd is what it can do",
                 bus->where);
    else
        log_info(bus->name, "the ninth bit is made with %s parity: %s",
                 way == NINTH_MARK ? "mark and space" : "even and odd",
                 !is_auto            ? "as the settings say"
                 : way == NINTH_MARK ? "the port takes it"
                                     : "the port takes no mark parity");
    return way;
}

static int serial9_open(struct bus *bus)
{
    struct serial9 *port = bus->memory;
    struct port_form form = {
        .speed = (unsigned)section_number(bus->section, "speed"), .parity = 'O', .stop_bits = 1};
    int rc;

    port->fd = open(bus->where, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (port->fd < 0)
        return port_explain(bus_loudness(bus), bus->name, bus->where, errno);
    rc = port_set(port->fd, bus_loudness(bus), bus->where, &form);
    if (!rc)
        rc = port_parity(port->fd, 'M', &port->parity);
    if (rc) {
        close(port->fd);
        return rc;
    }
    port->way = choose_way(bus, port->fd, port->parity);
    port->settle_us = (int64_t)(section_number(bus->section, "settle_ms") * (double)US_PER_MS);
    port->busy_until_us = 0;
    bus->byte_us = port_byte_us(&form);
    bus->gap_us = (int64_t)(section_number(bus->section, "gap_ms") * (double)US_PER_MS);
    bus->has_true_speed = !port_is_pretended(port->fd);
    return OK;
}

/* A change reaches bytes that still wait in an adapter, and such an adapter says too early that
 * all has left: their own time on the wire is waited for as well. */
static int change_parity(struct serial9 *port, char parity)
{
    char kept;

    if (port->parity == parity)
        return OK;
    int rc = port_drain(port->fd);
    if (rc)
        return rc;
    clock_sleep_us(port->busy_until_us - clock_us());
    rc = port_parity(port->fd, parity, &kept);
    port->parity = parity; /* a port that takes none was complained about when it was opened */
    return rc;
}

static int serial9_send(struct bus *bus, const uint8_t *bytes, size_t length)
{
    struct serial9 *port = bus->memory;
    int rc = OK;

    for (size_t at = 0, n; !rc && (n = ninth_run(port->way, bytes, length, at)) > 0; at += n) {
        rc = change_parity(port, ninth_parity(port->way, bytes[at], at == 0));
        if (!rc)
            rc = fd_send(port->fd, bytes + at, n);
        port->busy_until_us = clock_us() + (int64_t)n * bus->byte_us + port->settle_us;
    }
    return rc;
}

static int serial9_receive(struct bus *bus, uint8_t *to, size_t size, int64_t wait_us)
{
    struct serial9 *port = bus->memory;

    return fd_receive(port->fd, to, size, wait_us);
}

static void serial9_lend(struct bus *bus, bool is_ours)
{
    struct serial9 *port = bus->memory;

    port_lend(port->fd, is_ours);
}

static void serial9_close(struct bus *bus)
{
    struct serial9 *port = bus->memory;

    close(port->fd);
}

const struct line line_serial9 = {
    .scheme = "serial9",
    .title = "a serial port with a ninth bit on each packet's first byte (MATEnet): "
             "serial9:/dev/ttyUSB0",
    .parts = 1,
    .settings = serial9_settings,
    .memory = sizeof(struct serial9),
    .open = serial9_open,
    .send = serial9_send,
    .receive = serial9_receive,
    .lend = serial9_lend,
    .close = serial9_close,
    .identify = port_identify,
};
