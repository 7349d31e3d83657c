/* Reading recordings of network tools (collector/cli/pcap.h). */
#include "collector/cli/pcap.h"

#include <string.h>

enum {
    FILE_HEADER = 24,
    FRAME_HEADER = 16,
    BLOCK_LEAST = 12,
    SECTION_LEAST = 28,
    ENHANCED_HEADER = 20, /* interface, time, two lengths */
};
enum block_type { BLOCK_INTERFACE = 1, BLOCK_SIMPLE = 3, BLOCK_ENHANCED = 6 };

static const uint32_t SECTION = 0x0a0d0d0a; /* the same in both orders */
static const uint32_t ORDER = 0x1a2b3c4d, MICRO = 0xa1b2c3d4, NANO = 0xa1b23c4d;

static uint32_t number(const uint8_t *b, bool is_big)
{
    return is_big ? (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3]
                  : (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0];
}

static uint32_t number_at(const struct pcap *p, size_t at)
{
    return number(p->bytes + at, p->is_big);
}

static uint32_t half_at(const struct pcap *p, size_t at)
{
    const uint8_t *b = p->bytes + at;

    return p->is_big ? (uint32_t)b[0] << 8 | b[1] : (uint32_t)b[1] << 8 | b[0];
}

static bool is_one_of(const uint8_t *b, uint32_t first, uint32_t second, bool *is_big)
{
    *is_big = number(b, true) == first || number(b, true) == second;
    return *is_big || number(b, false) == first || number(b, false) == second;
}

bool pcap_is_one(const uint8_t *bytes, size_t length)
{
    bool is_big;

    return length >= 4 &&
           (number(bytes, true) == SECTION || is_one_of(bytes, MICRO, NANO, &is_big));
}

int pcap_open(struct pcap *p, const uint8_t *bytes, size_t length)
{
    *p = (struct pcap){.bytes = bytes, .length = length};
    if (!pcap_is_one(bytes, length))
        return ERR_DATA;
    p->is_blocks = number(bytes, true) == SECTION;
    if (p->is_blocks)
        return OK;
    (void)is_one_of(bytes, MICRO, NANO, &p->is_big); /* asked for the order alone */
    if (length < FILE_HEADER) {
        p->is_cut = true;
        p->at = length;
        return OK;
    }
    p->links[0] = number_at(p, 20) & 0xffff; /* above it: whether frames end with a sum */
    p->link_count = 1;
    p->at = FILE_HEADER;
    return OK;
}

static bool end(struct pcap *p)
{
    p->is_cut = p->at < p->length;
    p->at = p->length;
    return false;
}

static bool next_record(struct pcap *p, struct pcap_frame *frame)
{
    if (p->length - p->at < FRAME_HEADER)
        return end(p);
    size_t length = number_at(p, p->at + 8);
    if (length > p->length - p->at - FRAME_HEADER)
        return end(p);
    *frame = (struct pcap_frame){p->links[0], p->bytes + p->at + FRAME_HEADER, length};
    p->at += FRAME_HEADER + length;
    return true;
}

/* ---- blocks ------------------------------------------------------------------------------- */

/* Each section may have another order; what was said of interfaces ends with the one before. */
static bool begin_section(struct pcap *p)
{
    if (p->length - p->at < SECTION_LEAST)
        return false;
    p->link_count = 0;
    return is_one_of(p->bytes + p->at + 8, ORDER, ORDER, &p->is_big);
}

static void note_link(struct pcap *p, size_t body, size_t length)
{
    if (p->link_count < PCAP_LINKS && length >= 8)
        p->links[p->link_count++] = half_at(p, body);
}

static bool enhanced(const struct pcap *p, size_t body, size_t length, struct pcap_frame *frame)
{
    if (length < ENHANCED_HEADER)
        return false;
    uint32_t link = number_at(p, body), captured = number_at(p, body + 12);
    if (link >= p->link_count || captured > length - ENHANCED_HEADER)
        return false;
    *frame = (struct pcap_frame){p->links[link], p->bytes + body + ENHANCED_HEADER, captured};
    return true;
}

static bool simple(const struct pcap *p, size_t body, size_t length, struct pcap_frame *frame)
{
    if (length < 4 || !p->link_count)
        return false;
    size_t whole = number_at(p, body);
    *frame = (struct pcap_frame){p->links[0], p->bytes + body + 4,
                                 whole < length - 4 ? whole : length - 4};
    return true;
}

static bool next_block(struct pcap *p, struct pcap_frame *frame)
{
    while (p->length - p->at >= BLOCK_LEAST) {
        if (number(p->bytes + p->at, true) == SECTION && !begin_section(p))
            return end(p);
        uint32_t type = number_at(p, p->at);
        size_t length = number_at(p, p->at + 4), body = p->at + 8;
        if (length < BLOCK_LEAST || length % 4 || length > p->length - p->at)
            return end(p);
        p->at += length;
        if (type == BLOCK_INTERFACE)
            note_link(p, body, length - BLOCK_LEAST);
        if (type == BLOCK_ENHANCED && enhanced(p, body, length - BLOCK_LEAST, frame))
            return true;
        if (type == BLOCK_SIMPLE && simple(p, body, length - BLOCK_LEAST, frame))
            return true;
    }
    return end(p);
}

bool pcap_next(struct pcap *p, struct pcap_frame *frame)
{
    return p->is_blocks ? next_block(p, frame) : next_record(p, frame);
}
