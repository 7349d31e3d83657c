/*
 * Modbus RTU over a serial port. libmodbus opens the port and sends; it is not asked to receive:
 * it returns at the first foreign frame while our answer is still coming, does not notice bytes
 * after an answer, and does not know the length of a 0x2B answer. On a bus with a second master
 * those three are daily life, so the bytes are read here and judged by the driver's whole_fn.
 *
 * The parallel adapter is such a second master: nobody arbitrates, so we listen first.
 */
#include "bus/bus.h"
#include "bus/descriptor.h"
#include "bus/port_settings.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <modbus.h>
#include <unistd.h>

struct rtu {
    modbus_t *modbus;
};

static const struct setting rtu_settings[] = {PORT_SETTINGS("115200"), SETTINGS_END};

static void rtu_close(struct bus *bus)
{
    struct rtu *rtu = bus->memory;

    if (!rtu->modbus)
        return;
    /* Not modbus_close: it would put the port's old settings back, and some boards reset then. */
    int fd = modbus_get_socket(rtu->modbus);
    if (fd >= 0)
        close(fd);
    modbus_set_socket(rtu->modbus, -1);
    modbus_free(rtu->modbus);
    rtu->modbus = NULL;
}

static int rtu_open(struct bus *bus)
{
    struct rtu *rtu = bus->memory;
    struct port_form form = port_form_from(bus->section);
    int rc;

    /* libmodbus prints to standard error by itself when a port is missing: look first. */
    if (access(bus->where, F_OK))
        return port_explain(bus_loudness(bus), bus->name, bus->where, errno);
    /* 9600 is only a start that libmodbus knows: port_set puts the speed asked for. */
    rtu->modbus = modbus_new_rtu(bus->where, 9600, form.parity, 8, (int)form.stop_bits);
    if (!rtu->modbus)
        return ERR_FULL;
    if (modbus_connect(rtu->modbus)) {
        rc = port_explain(bus_loudness(bus), bus->name, bus->where, errno);
        modbus_free(rtu->modbus);
        rtu->modbus = NULL;
        return rc;
    }
    rc = port_set(modbus_get_socket(rtu->modbus), bus_loudness(bus), bus->where, &form);
    if (rc) {
        rtu_close(bus);
        return rc;
    }
    bus->byte_us = port_byte_us(&form);
    /* Silence of 3.5 characters, and never less than 1.75 ms (Modbus over serial line, 2.5.1.1). */
    bus->gap_us = 7 * bus->byte_us / 2 > 1750 ? 7 * bus->byte_us / 2 : 1750;
    return OK;
}

/* The ask is the frame as it travels; libmodbus makes the check sum itself, so it goes without. */
static int rtu_send(struct bus *bus, const uint8_t *bytes, size_t length)
{
    struct rtu *rtu = bus->memory;

    if (length < 4)
        return ERR_DATA;
    if (modbus_send_raw_request(rtu->modbus, bytes, (int)length - 2) < 0)
        return errno == EINVAL ? ERR_DATA : ERR_GONE;
    return OK;
}

static int rtu_receive(struct bus *bus, uint8_t *to, size_t size, int64_t wait_us)
{
    struct rtu *rtu = bus->memory;

    return fd_receive(modbus_get_socket(rtu->modbus), to, size, wait_us);
}

static void rtu_lend(struct bus *bus, bool is_ours)
{
    struct rtu *rtu = bus->memory;

    port_lend(modbus_get_socket(rtu->modbus), is_ours);
}

const struct line line_rtu = {
    .scheme = "rtu",
    .title = "Modbus RTU on a serial port: rtu:/dev/ttyUSB0",
    .parts = 1,
    .settings = rtu_settings,
    .memory = sizeof(struct rtu),
    .open = rtu_open,
    .send = rtu_send,
    .receive = rtu_receive,
    .lend = rtu_lend,
    .close = rtu_close,
    .identify = port_identify,
};
