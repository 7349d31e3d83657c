/*
 * Asks one HID unit as a driver would, without any driver:
 *
 *      hid_talk 0665:5161 unit=111 ROUNDS PAUSE_MS QUESTION...
 *      hid_talk list "0665:5161 0084:0041"
 *
 * Each round borrows the wire, says every question (CR is added) and returns it. One line for each:
 * the answer as text, or the word of the error. "~QPIGS" takes the answer in bites of 3 bytes; a
 * number is a pause in milliseconds. "!" waits 5 s for nothing with the bell rung. The exit code is
 * 0, or that of the last error.
 */
#include "bus/bus.h"
#include "bus/hid_find.h"
#include "bus/lines.h"

#include "base/clock.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct bell stop;

/* An answer ends with CR; the zeros that fill its last report belong to it. */
static int ends_with_cr(const struct ask *ask, const uint8_t *bytes, size_t length)
{
    const uint8_t *end = memchr(bytes, '\r', length);

    (void)ask;
    if (!end)
        return 0;
    for (const uint8_t *at = end + 1; at < bytes + length; at++)
        if (*at)
            return (int)(at - bytes);
    return (int)length;
}

static void trim(struct answer *a)
{
    while (a->length && (!a->bytes[a->length - 1] || a->bytes[a->length - 1] == '\r'))
        a->length--;
}

static int say(struct bus *bus, const void *question, size_t length, unsigned tries,
               struct answer *a)
{
    struct ask ask = {.bytes = question, .length = length, .whole = ends_with_cr, .tries = tries};
    int rc = bus_talk(bus, &ask, a);

    trim(a);
    return rc;
}

/* "(111" and two bytes of check sum. */
static int who(void *context, struct bus *bus, char *serial, size_t size)
{
    static const char question[] = "QID\xd6\xea\r";
    struct answer a;
    struct text t = text_on(serial, size);
    int rc = say(bus, question, sizeof question - 1, 2, &a);

    (void)context;
    if (rc)
        return rc;
    if (a.length < 4 || a.bytes[0] != '(')
        return ERR_DATA;
    for (size_t i = 1; i < a.length - 2; i++)
        text_char(&t, (char)a.bytes[i]);
    printf("asked who: %s\n", serial);
    return OK;
}

/* Past the retries: a caller with little room gets a report in several bites. */
static int say_in_bites(struct bus *bus, const void *question, size_t length, struct answer *a)
{
    int rc = bus->line->send(bus, question, length), n = 0;

    while (!rc && !memchr(a->bytes, '\r', a->length)) {
        n = bus->line->receive(bus, a->bytes + a->length, 3, 1000000);
        if (n <= 0 || n > 3)
            return n < 0 ? n : ERR_SHORT;
        a->length += (size_t)n;
    }
    trim(a);
    return rc;
}

static int one_question(struct bus *bus, const char *question)
{
    char words[ASK_MAX];
    struct text t = text_on(words, sizeof words);
    struct answer a = {0};
    bool is_in_bites = *question == '~';
    int rc;

    if (*question >= '0' && *question <= '9') {
        clock_sleep_us(atoi(question) * (int64_t)1000);
        return OK;
    }
    if (*question == '!') {
        bus->stop = &stop;
        int64_t begun = clock_us();
        rc = bus->line->receive(bus, a.bytes, sizeof a.bytes, 5000000);
        printf("%s %s\n", error_word(rc), clock_us() - begun < 1000000 ? "soon" : "late");
        bus->stop = NULL;
        return OK;
    }
    text_add(&t, question + is_in_bites);
    text_char(&t, '\r');
    rc = is_in_bites ? say_in_bites(bus, words, t.used, &a) : say(bus, words, t.used, 2, &a);
    if (rc)
        printf("%s: %s\n", question, error_word(rc));
    else
        printf("%s: %.*s\n", question, (int)a.length, (const char *)a.bytes);
    return rc;
}

static int one_round(struct bus *bus, char *const *questions, int count)
{
    int rc = bus_borrow(bus, 1000000);

    if (rc)
        printf("borrow: %s\n", error_word(rc));
    for (int i = 0; i < count && !rc; i++)
        rc = one_question(bus, questions[i]);
    bus_return(bus);
    fflush(stdout);
    return rc;
}

static int list(const char *ids)
{
    struct hid_unit units[HID_UNITS];
    int count = hid_list(ids, units, HID_UNITS);

    for (int i = 0; i < count; i++)
        printf("%04x:%04x %s %s \"%s\" by \"%s\"\n", units[i].vid, units[i].pid, units[i].usb_path,
               units[i].node, units[i].product, units[i].manufacturer);
    return count < 0 ? error_exit(count) : 0;
}

int main(int argc, char **argv)
{
    const struct setting *tables[] = {bus_settings, line_hid.settings};
    struct section section;
    struct bus bus;
    char options[300];
    struct text t = text_on(options, sizeof options);
    int rc;

    if (argc == 3 && !strcmp(argv[1], "list"))
        return list(argv[2]);
    if (argc < 6)
        return 64;
    text_format(&t, "line=hid%s%s", *argv[2] ? "," : "", argv[2]);
    rc = section_from_words("bus", "talk", options, &section);
    if (!rc)
        rc = section_check(&section, tables, 2);
    if (!rc)
        rc = bus_init(&bus, "talk", &line_hid, argv[1], &section);
    if (rc)
        return error_exit(rc);
    bus.who = who;
    bell_init(&stop);
    bell_ring(&stop);
    for (int round = atoi(argv[3]); round > 0; round--) {
        rc = one_round(&bus, argv + 5, argc - 5);
        if (round > 1)
            clock_sleep_us(atoi(argv[4]) * (int64_t)1000);
    }
    printf("%llu asked, %llu answered, %llu stray bytes\n", (unsigned long long)bus.counts.asked,
           (unsigned long long)bus.counts.answered, (unsigned long long)bus.counts.stray_bytes);
    bus_done(&bus);
    section_done(&section);
    return error_exit(rc);
}
