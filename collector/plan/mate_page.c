/*
 * Pages out of readings, and readings out of pages, both by the driver's own rows.
 *
 * What no number of a reading tells is set as every captured page has it:
 *
 *      MX   byte 5 bit 7, byte 7 bits 0-4     0
 *      FX   byte 11 bits 1-6                  000100, bit 3 alone
 *      DC   byte 16 bits 0-5                  100001
 *           byte 16 bit 6                     0: "the later pages have news" is said to who asks
 *                                             for them, and here they are
 *           byte 15, bytes 72 to 77           0; 0f and five times 0
 *      day  bits 0 and 1 of byte 12           0
 *           byte 13                           1: yesterday, as the old collector asked for it
 */
#include "collector/plan/mate_page.h"

#include "drivers/mate/kinds.h"

#include <string.h>

enum { DC_PAGES = 6, YESTERDAY = 1 };

// clang-format off
const struct mate_page mate_pages[] = {
    { "mx-status",  "mate_mx", "mx", MATE_PAGE,            "chg_w", M_CHARGER_POWER,  false },
    { "fx-status",  "mate_fx", "fx", MATE_PAGE,            "t_air", M_AIR_SENSOR_RAW, false },
    { "dc-status",  "mate_dc", "dc", DC_PAGES * MATE_PAGE, NULL,    M_NONE,           false },
    { "mx-logpage", "mate_mx", "mx", MATE_DAY,             NULL,    M_NONE,           true },
    { .type = NULL },
};

/* What is set before the rows fill in theirs. */
static const struct {
    const char *driver;
    uint8_t at, value;
} reserved[] = {
    { "mate_fx", 11, 0x08 },
    { "mate_dc", 16, 0x21 },
    { "mate_dc", 72, 0x0f },
};
// clang-format on

const struct mate_page *mate_page_named(const char *type)
{
    for (const struct mate_page *p = mate_pages; p->type; p++)
        if (!strcmp(p->type, type))
            return p;
    return NULL;
}

static uint16_t base_of(const struct mate_page *page)
{
    return page->length > MATE_PAGE ? 0x0a00 : 0x0100;
}

/* Which of the family it was: the same byte means other numbers to another. 0: nobody can say. An
 * MX without ampere-hours says so by a bit of the page, and that is all that can be said then. */
static bool kind_of(const struct mate_page *page, const struct reading *r, unsigned *kind)
{
    double is_230v;

    *kind = 0;
    if (!strcmp(page->kind, "mx") && reading_has(r, M_CHARGER_CHARGE_TODAY))
        *kind = KIND_COUNTS_AH;
    if (strcmp(page->kind, "fx") != 0)
        return true;
    if (!reading_get(r, M_OUTPUT_IS_230V, &is_230v))
        return false;
    *kind = is_230v > 0 ? KIND_230V : KIND_120V;
    return true;
}

static bool is_complete(const struct row *rows, uint8_t in, unsigned kind, const struct reading *r)
{
    for (const struct row *row = rows; row->native; row++)
        if (row->in == in && row_is_bytes(row) && row->metric != M_NONE &&
            (!row->kinds || row->kinds & kind) && !reading_has(r, row->metric))
            return false;
    return true;
}

int mate_page_make(const struct mate_page *page, const struct reading *r, uint8_t to[MATE_RAW_MOST])
{
    const struct row *rows = driver_find(page->driver)->rows;
    unsigned kind;

    uint8_t in = page->is_day ? MATE_LOG : MATE_STATUS;

    if (!kind_of(page, r, &kind) || !is_complete(rows, in, kind, r))
        return ERR_SHORT;
    memset(to, 0, MATE_RAW_MOST);
    if (page->is_day) {
        bytes_encode(rows, MATE_LOG, kind, r, 0, MATE_DAY, to);
        to[MATE_DAY - 1] = YESTERDAY;
        return OK;
    }
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (!strcmp(reserved[i].driver, page->driver))
            to[reserved[i].at] = reserved[i].value;
    if (kind & KIND_COUNTS_AH)
        to[0] = 0x80;
    bytes_encode(rows, MATE_STATUS, kind, r, base_of(page), (uint16_t)page->length, to);
    return OK;
}

/* ---- the other way round ----------------------------------------------------------------- */

static void take(void *to, const struct field *f)
{
    (void)field_to_reading(f, to); /* what cannot be true is left out, as from a wire */
}

/* One question and its answer, as they would have been on the wire. */
static int take_page(const struct mate_page *page, struct decoding *how, unsigned n,
                     const uint8_t *bytes, struct reading *to)
{
    uint8_t asked[ASK_MAX], answer[1 + MATE_PAGE + 2] = {0};
    size_t asked_length = mate_ask(asked, 0, MATE_STATUS, (uint16_t)((base_of(page) >> 8) + n), 0);
    int detail = 0;

    memcpy(answer + 1, bytes + n * MATE_PAGE, MATE_PAGE);
    answer[0] = !strcmp(page->kind, "mx") ? MATE_MX : page->length > MATE_PAGE ? MATE_DC : MATE_FX;
    uint16_t sum = mate_sum(answer, 1 + MATE_PAGE);
    answer[1 + MATE_PAGE] = (uint8_t)(sum >> 8);
    answer[2 + MATE_PAGE] = (uint8_t)sum;
    return mate_speech.decode(how, asked, asked_length, answer, sizeof answer, take, to, &detail);
}

int mate_page_read(const struct mate_page *page, const uint8_t *bytes, struct reading *to)
{
    const struct driver *driver = driver_find(page->driver);
    struct decoding how = {.rows = driver->rows};
    int rc = OK;

    if (page->is_day) {
        struct stretch s = {0, MATE_DAY, bytes, NULL};
        bytes_decode(driver->rows, MATE_LOG, KIND_COUNTS_AH, &s, 0, MATE_DAY, take, to);
        return OK;
    }
    for (unsigned n = 0; n < page->length / MATE_PAGE && !rc; n++)
        rc = take_page(page, &how, n, bytes, to);
    return rc;
}
