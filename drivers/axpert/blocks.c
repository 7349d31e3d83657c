/*
 * What can be asked. A sample is one true answer, from a capture where there is one: answers are
 * held against it, and twins fill it. What a unit refuses or never answers is learned, and then
 * not asked again until tomorrow.
 *
 * `%Y%m%d` becomes today; # the number of a unit in parallel.
 */
#include "drivers/axpert/axpert.h"

#define LIVE(tag, title, least_, most_, sample_)                                                   \
    {                                                                                              \
        .name = title, .text = #tag, .function = tag, .refresh = EVERY_ROUND, .least = least_,     \
        .most = most_, .sample = sample_                                                           \
    }
#define SLOW(tag, title, asked, least_, most_, sample_)                                            \
    {                                                                                              \
        .name = title, .text = asked, .function = tag, .refresh = NOW_AND_THEN, .least = least_,   \
        .most = most_, .sample = sample_                                                           \
    }
#define RARE(tag, title, asked, least_, most_, sample_)                                            \
    {                                                                                              \
        .name = title, .text = asked, .function = tag, .refresh = ON_DEMAND, .least = least_,      \
        .most = most_, .sample = sample_                                                           \
    }

// clang-format off
const struct block axpert_blocks[] = {
    LIVE(QPIGS,    "status",           17, 40, "230.0 50.0 230.0 50.0 0161 0119 003 460 57.50 012 100 0069 0014 103.8 57.45 00000 00110110 00 00 00856 010"),
    LIVE(QMOD,     "mode",              1,  1, "B"),
    LIVE(QPIWS,    "warnings",          1,  1, "00000100000000000000000000000000"),
    LIVE(QPIGS2,   "second string",     3, 12, "03.1 327.3 01026"),
    SLOW(QPIRI,    "ratings",           "QPIRI",       19, 32, "230.0 21.7 230.0 50.0 21.7 5000 4000 48.0 46.0 42.0 56.4 54.0 0 10 010 1 0 0 6 01 0 0 54.0 0 1"),
    SLOW(QFLAG,    "switches",          "QFLAG",        1,  1, "EakxyDbjuvz"),
    SLOW(QET,      "PV energy",         "QET",          1,  1, "00238800"),
    SLOW(QED,      "PV energy today",   "QED%Y%m%d",    1,  1, "00003899"),
    SLOW(QEM,      "PV energy month",   "QEM%Y%m",      1,  1, "00105000"),
    SLOW(QEY,      "PV energy year",    "QEY%Y",        1,  1, "00238800"),
    SLOW(QLT,      "output energy",     "QLT",          1,  1, "00238800"),
    SLOW(QLD,      "output energy today", "QLD%Y%m%d",  1,  1, "00003899"),
    SLOW(QLM,      "output energy month", "QLM%Y%m",    1,  1, "00105000"),
    SLOW(QLY,      "output energy year",  "QLY%Y",      1,  1, "00238800"),
    SLOW(QBEQI,    "equalizing",        "QBEQI",       10, 12, "1 030 030 080 021 55.40 224 030 0 0234"),
    SLOW(Q1,       "inside",            "Q1",          13, 32, "00000 00000 01 01 00 059 045 053 068 00 00 000 0040 0580 0000 50.00 13"),
    RARE(QPI,      "protocol",          "QPI",          1,  1, "PI30"),
    RARE(QID,      "serial number",     "QID",          1,  1, "92932004102443"),
    RARE(QSID,     "long serial number", "QSID",        1,  1, "1492932004102443000000"),
    RARE(QVFW,     "firmware",          "QVFW",         1,  2, "VERFW:00072.70"),
    RARE(QVFW2,    "firmware 2",        "QVFW2",        1,  2, "VERFW2:00000.31"),
    RARE(QVFW3,    "firmware 3",        "QVFW3",        1,  2, "VERFW3:00000.00"),
    RARE(QVFW4,    "firmware 4",        "QVFW4",        1,  2, "VERFW4:00000.00"),
    RARE(QMN,      "model",             "QMN",          1,  4, "MKS2-8000"),
    RARE(QGMN,     "model number",      "QGMN",         1,  1, "044"),
    RARE(QDI,      "defaults",          "QDI",         22, 32, "230.0 50.0 0030 42.0 54.0 56.4 46.0 60 0 0 2 0 0 0 0 0 1 1 0 0 1 0 54.0 0 1 000"),
    RARE(QPGS,     "parallel unit",     "QPGS#",       27, 32, "1 92931701100510 B 00 000.0 00.00 230.6 50.00 0275 0141 005 51.4 001 100 083.3 002 00574 00312 003 10100110 1 2 060 120 10 04 000"),
    RARE(QP2GS,    "parallel unit, second part", "QP2GS#", 9, 20, "1 00879 327.3 03.1 01026 000.0 00.0 00000 11000000"),
    RARE(QMCHGCR,  "possible charge currents", "QMCHGCR", 1, 40, "010 020 030 040 050 060 070 080"),
    RARE(QMUCHGCR, "possible grid charge currents", "QMUCHGCR", 1, 40, "002 010 020 030 040 050 060"),
    RARE(QMSCHGCR, "possible solar charge currents", "QMSCHGCR", 1, 40, "010 020 030 040 050 060"),
    RARE(QOPM,     "output mode",       "QOPM",         1,  1, "00"),
    RARE(QBOOT,    "bootloader",        "QBOOT",        1,  1, "0"),
    RARE(QCST,     "charge stage rule", "QCST",         1,  1, "00"),
    RARE(QCVT,     "absorb time",       "QCVT",         1,  1, "255"),
    RARE(QT,       "clock",             "QT",           1,  1, "20210726122606"),
    RARE(QOPPT,    "output priority by hour",  "QOPPT", 20, 32, "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0"),
    RARE(QCHPT,    "charger priority by hour", "QCHPT", 20, 32, "2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2"),
    RARE(QALL,     "older relatives' status", "QALL",   1, 40, NULL),
    RARE(QBMS,     "battery by its own word", "QBMS",   1, 40, NULL),
    RARE(QLITH0,   "lithium battery",   "QLITH0",       1, 40, NULL),
    RARE(QLED,     "lights",            "QLED",         6,  6, "1 1 2 5 3 148000211255255255000255255"),
    { .name = NULL },
};
