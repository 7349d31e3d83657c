/* Reading and writing a file descriptor as lines need it: bytes with a time limit. */
#ifndef BUS_DESCRIPTOR_H
#define BUS_DESCRIPTOR_H

#include "base/error.h"
#include "base/log.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int fd_send(int fd, const uint8_t *bytes, size_t length) MUST_CHECK;
int fd_receive(int fd, uint8_t *to, size_t size, int64_t wait_us) MUST_CHECK; /* 0: silence */

/* Serial ports: any speed the driver can do, read back; frames of 8 data bits. */
struct port_form {
    unsigned speed;
    char parity; /* 'N' 'E' 'O' 'M' 'S' */
    unsigned stop_bits;
};
int port_set(int fd, enum log_level level, const char *who,
             const struct port_form *form) MUST_CHECK;
/* Another parity for what is sent from now on; says which one the port really took: 'N' where there
 * is none to set, as with a pseudo-terminal. What was sent before must have left: port_drain. */
int port_parity(int fd, char parity, char *kept) MUST_CHECK;
int port_drain(int fd) MUST_CHECK;
bool port_is_pretended(int fd); /* a pseudo-terminal */
int64_t port_byte_us(const struct port_form *form);
void port_lend(int fd, bool is_ours); /* TIOCEXCL, only while it is ours */

/* "tty-188-0": the device behind a path, however it is spelled; "" when there is none. */
struct bus;
int port_identify(struct bus *bus, char *to, size_t size) MUST_CHECK;

/* Why a port could not be opened, with the remedy; returns the error. */
int port_explain(enum log_level level, const char *who, const char *path, int error);

#endif
