/* A plain serial port: bytes as they are, 8 data bits (MATE's own stream, Axpert, GoodWe). */
#include "bus/bus.h"
#include "bus/descriptor.h"
#include "bus/port_settings.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct serial {
    int fd;
};

// clang-format off
/* Some ports and converters live on the power of these two lines. */
static const struct setting serial_settings[] = {
    PORT_SETTINGS("9600"),
    { "shared", YESNO, "yes", 0, 0, NULL, "Others may speak on the wire (RS-485): listen before each question; no: a cable from here to one device (RS-232)" },
    { "dtr", CHOICE, "leave", 0, 0, "leave on off", "The line DTR: set, cleared, or left as it is" },
    { "rts", CHOICE, "leave", 0, 0, "leave on off", "The line RTS, the same" },
    SETTINGS_END,
};
// clang-format on

static void set_modem_line(const struct bus *bus, const struct serial *serial, const char *key,
                           int bit)
{
    const char *wanted = section_text(bus->section, key);

    if (strcmp(wanted, "leave") != 0 &&
        ioctl(serial->fd, !strcmp(wanted, "on") ? TIOCMBIS : TIOCMBIC, &bit))
        log_debug(bus->name, "%s has no line %s: %s", bus->where, key, strerror(errno));
}

static int serial_open(struct bus *bus)
{
    struct serial *serial = bus->memory;
    struct port_form form = port_form_from(bus->section);
    int rc;

    serial->fd = open(bus->where, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (serial->fd < 0)
        return port_explain(bus_loudness(bus), bus->name, bus->where, errno);
    rc = port_set(serial->fd, bus_loudness(bus), bus->where, &form);
    if (rc) {
        close(serial->fd);
        return rc;
    }
    set_modem_line(bus, serial, "dtr", TIOCM_DTR);
    set_modem_line(bus, serial, "rts", TIOCM_RTS);
    bus->byte_us = port_byte_us(&form);
    /* On a cable for two nobody speaks but who is asked, and the answer's end is the silence. */
    bus->gap_us = section_yes(bus->section, "shared") ? 7 * bus->byte_us / 2 : 0;
    bus->has_true_speed = !port_is_pretended(serial->fd);
    return OK;
}

static int serial_send(struct bus *bus, const uint8_t *bytes, size_t length)
{
    struct serial *serial = bus->memory;

    return fd_send(serial->fd, bytes, length);
}

static int serial_receive(struct bus *bus, uint8_t *to, size_t size, int64_t wait_us)
{
    struct serial *serial = bus->memory;

    return fd_receive(serial->fd, to, size, wait_us);
}

static void serial_lend(struct bus *bus, bool is_ours)
{
    struct serial *serial = bus->memory;

    port_lend(serial->fd, is_ours);
}

static void serial_close(struct bus *bus)
{
    struct serial *serial = bus->memory;

    close(serial->fd);
}

const struct line line_serial = {
    .scheme = "serial",
    .title = "a serial port, bytes as they are: serial:/dev/ttyUSB0",
    .parts = 1,
    .settings = serial_settings,
    .memory = sizeof(struct serial),
    .open = serial_open,
    .send = serial_send,
    .receive = serial_receive,
    .lend = serial_lend,
    .close = serial_close,
    .identify = port_identify,
};
