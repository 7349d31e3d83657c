/*
 * Voltronic's PI30 family: Axpert, MKS, KS, VM, King, MAX, PIP, LV, GK, Revo. Words over USB HID
 * or RS-232 at 2400 baud, one question at a time.
 *
 *      >  Q P I G S  b7 a9  CR                       command, CRC, CR
 *      <  ( 2 3 0 . 0   5 0 . 0   ...  CRC CRC CR    bracket, words, CRC, CR
 */
#ifndef DRIVERS_AXPERT_H
#define DRIVERS_AXPERT_H

#include "drivers/device.h"
#include "drivers/words.h"

/* What is asked. The numbers tie blocks and rows together. */
enum axpert_block {
    QPIGS = 1,
    QMOD,
    QPIWS,
    QPIGS2,
    QPIRI,
    QFLAG,
    QET,
    QED,
    QEM,
    QEY,
    QLT,
    QLD,
    QLM,
    QLY,
    QBEQI,
    Q1,
    QPI,
    QID,
    QSID,
    QVFW,
    QVFW2,
    QVFW3,
    QVFW4,
    QMN,
    QGMN,
    QDI,
    QPGS,
    QP2GS,
    QMCHGCR,
    QMUCHGCR,
    QMSCHGCR,
    QOPM,
    QBOOT,
    QCST,
    QCVT,
    QT,
    QOPPT,
    QCHPT,
    QALL,
    QBMS,
    QLITH0,
    QLED,
    AXPERT_BLOCKS
};

/* The kinds of the family: which of them a row is for. One bit each; a unit is one of them. */
enum axpert_kind {
    KIND_UNKNOWN = 1 << 0,
    KIND_CLASSIC = 1 << 1, /* Axpert, MKS, KS, VM, PIP: the papers of 2014 and the 4 kW one */
    KIND_PLUS = 1 << 2,    /* two or three trackers, the paper of 2015 */
    KIND_MAX = 1 << 3,     /* MAX and King, 48 V */
    KIND_MAX24 = 1 << 4,   /* the same at 24 V: its fault digits stand elsewhere */
    KIND_LV6548 = 1 << 5,  /* a MAX that numbers its charger priorities otherwise */
    KIND_GK = 1 << 6,
    KIND_PI41 = 1 << 7, /* LV5048: two phases, a second inverter behind QPIGS2 */
    KIND_REVO = 1 << 8,
};
enum { KINDS_MAX = KIND_MAX | KIND_MAX24 | KIND_LV6548 };

extern const struct block axpert_blocks[];
extern const struct row axpert_rows[];
extern const struct speech axpert_speech;
extern const struct command axpert_commands[];
extern const char *const axpert_models[];

extern const struct setting axpert_settings[];

/* ---- frames (frame.c): pure */

enum { AXPERT_ACK = 1, AXPERT_NAK = 2, AXPERT_REQUEST_MAX = 40 };

/* CRC-16/XMODEM, with the three bytes that would mean something else one higher. */
uint16_t axpert_crc(const uint8_t *bytes, size_t length);

/* Puts CRC and CR behind a command. Returns the whole length, 0 when it is too long. */
size_t axpert_request(const char *command, uint8_t to[ASK_MAX]);

/* The other way to write a question or an order. false: its sum has no zero, there is one way. */
bool axpert_raise(uint8_t *bytes, size_t length);

/* What came back, taken apart. */
struct axpert_frame {
    const char *payload; /* into the bytes judged */
    size_t length, end;  /* of the payload; where what was read ends, padding included */
    bool is_resynced;    /* something stood before it */
    int said;            /* AXPERT_ACK, AXPERT_NAK or 0 */
};

/*
 * OK: a whole answer to this question. ERR_REFUSED: NAK. ERR_TIMEOUT: nothing that ended so far.
 * The rest says what was wrong.
 */
int axpert_judge(const uint8_t *asked, size_t asked_length, const uint8_t *bytes, size_t length,
                 struct axpert_frame *to) MUST_CHECK;

/* The block a question belongs to, by its command; NULL when it is none of ours. */
const struct block *axpert_block_of(const uint8_t *asked, size_t length);
const struct block *axpert_block(enum axpert_block which);

/* Could these words be its answer? (suits.c) An answer names no question. b NULL: none of ours. */
int axpert_suits(const struct block *b, const char *payload, size_t length);

/* ---- is it one of this family? (family.c): pure */

/* Could every word of this answer be PI30's? Relatives have other numbers in the same places. */
bool axpert_is_possible(enum axpert_block which, const char *payload, size_t length);
bool axpert_is_caret(const uint8_t *frame, size_t length); /* PI17's and PI18's */
bool axpert_is_ours(const char *protocol_id);              /* what QPI said behind "PI" */
const char *axpert_stranger_text(const char *protocol_id); /* "": it was a caret */

/* Asks for the protocol as PI18 (0) or PI17 (1) would. ERR_PROTOCOL: it is one. (relatives.c) */
enum { AXPERT_RELATIVES = 2 };
#define AXPERT_PI17_QUESTION "^P003PI" /* PI17 wants no sum behind its questions */
int axpert_relative(struct device *d, unsigned which) MUST_CHECK;
void axpert_name_relative(struct device *d); /* a caret was heard: which is it? */

/* ---- what is known of one unit */

enum { UNITS_MAX = 10, SERIAL_TEXT = 24, TOTALS = 4 };

struct axpert_memory {
    double rated_w, rated_v; /* of the output, of the battery */
    char serial[SERIAL_TEXT];
    unsigned meetings; /* that ended without its ratings */
    unsigned knocks;   /* while it was silent */

    /* Units in parallel, heard through this one (units.c). */
    bool is_parallel;
    struct axpert_unit {
        char serial[SERIAL_TEXT];
        unsigned index;           /* its number on the units' own bus: may change */
        bool is_heard, was_heard; /* in this round, and in the one before */
    } units[UNITS_MAX];
    unsigned unit_count, own_index, end_index, next_index, walks, missing_walks;
    unsigned second_misses; /* in a row: QP2GS */
    bool has_own_place, is_told;
    bool has_total[TOTALS], has_own_pv, has_own_discharge;
    double totals[TOTALS], own_pv_w, own_discharge_a, pv_w, discharge_a;
    unsigned pv_units;
    double own_range_a; /* the most its charge current can be set to, by QPGS; 0: not yet */
    unsigned range_asked;
};

/* Which kind of unit is it? Asked once, before its numbers are believed. */
int axpert_meet(struct device *d) MUST_CHECK;
unsigned axpert_kind_named(const char *word); /* "max"; 0: none */
int axpert_greet(struct device *d, struct identity *who) MUST_CHECK;

/* To so many steps of one: a product must not say more than its factors. */
double axpert_round(double value, double steps);

/* Units in parallel (units.c). */
void axpert_forget_units(struct axpert_memory *m); /* they were those behind another */
int axpert_others(struct device *d, unsigned which, struct reading *r,
                  struct identity *who) MUST_CHECK;

/* Telling (tell.c). */
bool axpert_is_vain(const struct command *c, said_fn *said, void *who);
int axpert_tell(struct device *d, const struct order *orders, size_t count,
                struct told *told) MUST_CHECK;

/* The twin (mimic.c). */
enum { TWIN_UNITS_MAX = 4 };
struct axpert_twin {
    const struct axpert_profile *profile;
    struct reading settings; /* as they were told */
};
int axpert_twin_begin(struct twin *t) MUST_CHECK;
void axpert_twin_now(struct twin *t);
int axpert_answer(struct twin *t, const uint8_t *asked, size_t length, struct answer *a) MUST_CHECK;
size_t axpert_stranger(struct chance *c, uint8_t *to);

#endif
