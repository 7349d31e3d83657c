/* What a made-up USB HID unit says of itself: constant bytes, as the USB and HID standards lay
 * them out. */
#ifndef TESTS_QEMU_DESCRIPTORS_H
#define TESTS_QEMU_DESCRIPTORS_H

#include <stdint.h>

/* Where vendor and product stand in the device descriptor. */
enum { AT_VENDOR = 8, AT_PRODUCT = 10 };

/* USB 1.1, 8 bytes on endpoint 0, version 0.02, a maker and a name but no serial number. */
static const uint8_t about_device[] = {18, 1, 0x10, 0x01, 0, 0, 0, 8, 0,
                                       0,  0, 0,    0x02, 0, 1, 2, 0, 1};

/* Vendor page, 8 bytes each of input, output and feature. */
static const uint8_t about_reports[] = {
    0x06, 0x00, 0xff, 0x09, 0x01, 0xa1, 0x01, 0x09, 0x02, 0x15, 0x00,
    0x26, 0xff, 0x00, 0x75, 0x08, 0x95, 0x08, 0x81, 0x02, 0x09, 0x03,
    0x95, 0x08, 0x91, 0x02, 0x09, 0x04, 0x95, 0x08, 0xb1, 0x02, 0xc0,
};

enum { ABOUT_HID_AT = 18, ABOUT_HID_LENGTH = 9 };

/* One configuration, one interface of class HID, its HID descriptor, endpoint 0x81 every 10 ms. */
static const uint8_t about_configuration[] = {
    9,  2,    34,   0,    1, 1, 0,    0x80,
    50, /* configuration */
    9,  4,    0,    0,    1, 3, 0,    0,
    0, /* interface */
    9,  0x21, 0x10, 0x01, 0, 1, 0x22, sizeof(about_reports),
    0,                              /* HID */
    7,  5,    0x81, 3,    8, 0, 10, /* endpoint */
};

/* English, then the maker, then the name: the words hidapi shows. */
static const char *const about_words[] = {"\x09\x04", "SIMCO", "USB to Serial"};

#endif
