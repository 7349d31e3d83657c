/* The setting rows every serial line shares; only the usual speed differs. */
#ifndef BUS_PORT_SETTINGS_H
#define BUS_PORT_SETTINGS_H

#include "base/section.h"
#include "bus/descriptor.h"

// clang-format off
#define PORT_SETTINGS(usual_speed)                                                                          \
    { "speed",  NUMBER, usual_speed, 50, 4000000, NULL,            "Bits a second on the wire" },             \
    { "parity", CHOICE, "none",      0,  0,       "none even odd", "The parity bit" },                        \
    { "stop",   NUMBER, "1",         1,  2,       NULL,            "Stop bits" }
// clang-format on

static inline struct port_form port_form_from(const struct section *s)
{
    const char *parity = section_text(s, "parity");

    return (struct port_form){
        .speed = (unsigned)section_number(s, "speed"),
        .parity = *parity == 'e'   ? 'E'
                  : *parity == 'o' ? 'O'
                                   : 'N',
        .stop_bits = (unsigned)section_number(s, "stop"),
    };
}

#endif
