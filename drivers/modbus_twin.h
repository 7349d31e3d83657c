/* The other end of Modbus: hearing questions and answering them as a device does. */
#ifndef DRIVERS_MODBUS_TWIN_H
#define DRIVERS_MODBUS_TWIN_H

#include "drivers/modbus.h"

int modbus_heard(const uint8_t *bytes, size_t length);
int modbus_answer(struct twin *t, const uint8_t *asked, size_t length, struct answer *a);
void modbus_refuse(const uint8_t *asked, size_t length, struct answer *a);
size_t modbus_stranger(struct chance *c, uint8_t *to);

#endif
