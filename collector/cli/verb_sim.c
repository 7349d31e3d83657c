/* helio sim: twins behind a pseudo-terminal, a TCP port or HID reports, for any program. */
#include "collector/cli/verb.h"
#include "collector/run/cast.h"

#include "base/log.h"
#include "base/text.h"
#include "bus/far_end.h"
#include "bus/far_pjon.h"
#include "bus/lines.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

static const struct option_row options[] = {
    {"ids", 'i', "LIST", "addresses of the units: 1-6 or 1,3,5 (else the driver's usual one)"},
    {"link", 'l', "PATH", "a pseudo-terminal, under this name"},
    {"pjon", 0, "PATH", "the same behind a PJON bridge, for units on a MATEnet"},
    {"stream", 0, "PATH", "a pseudo-terminal where a MATE tells them all, once a second (mate)"},
    {"tcp", 't', "PORT", "a TCP port on 127.0.0.1; 0 takes a free one and prints it"},
    {"tcp-framing", 0, "tcp|rtu", "tcp: Modbus TCP (usual); rtu: frames as they are"},
    {"reports", 'r', "PATH", "a USB HID unit's reports, as messages of a UNIX socket of this name"},
    {"speed", 's', "BAUD", "the wire it stands for (the family's usual); 0: as fast as it goes"},
    {"turnaround", 0, "MS", "until a unit begins to answer (the family's usual)"},
    {"moods", 'm', "LIST",
     "any of these with commas between: collide=0.2 late=0.05 garbled silent cut refuse junk "
     "restart pause=MS dead=ID"},
    {"script", 0, "FILE", "moods by the second: lines like \"30 dead=3\""},
    {"battery", 'b', "VOLT", "12, 24, 36 or 48 (the family's usual)"},
    {"day", 'd', "WEATHER", "clear, cloudy, mixed or night"},
    {"at", 'a', "HH:MM", "hour of the simulated day at the start (UTC)"},
    {"time-scale", 0, "TIMES", "how much faster the day goes"},
    {"model", 0, "NAME", "which model the units are; a wrong name is told which there are"},
    {"serial", 0, "NUMBER", "serial number of the first unit, for families that have one"},
    {"seed", 0, "NUMBER", "the same seed, the same chances"},
    {.name = NULL},
};

enum { STREAM_SPEED = 19200 };

static volatile sig_atomic_t is_asked_to_stop;

static void ask_to_stop(int signal_number)
{
    (void)signal_number;
    is_asked_to_stop = 1;
}

/* The options that are settings of a simulated wire, as a section of it. */
static int make_section(struct call *c, const struct driver *driver, struct section *to)
{
    static const char *const same[][2] = {{"turnaround", "turnaround"},
                                          {"battery", "battery"},
                                          {"day", "day"},
                                          {"at", "at"},
                                          {"time-scale", "time_scale"},
                                          {"model", "model"},
                                          {"serial", "serial"},
                                          {"seed", "seed"},
                                          {"script", "script"}};
    char words[2048];
    struct text text = text_on(words, sizeof words);

    text_format(&text, "%s", call_text(c, "moods", ""));
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (call_has(c, same[i][0]))
            text_format(&text, ",%s=%s", same[i][1], call_text(c, same[i][0], ""));
    if (text.is_cut || section_from_words("bus", "sim", words, to))
        return ERR_USAGE;
    if (section_join(to, driver_usual(driver, "sim"), true))
        return ERR_FULL;
    const struct setting *tables[] = {line_find("sim")->settings};
    return section_check(to, tables, 1) ? ERR_USAGE : OK;
}

/* "1-6" or "1,3,5" */
static int add_units(struct call *c, struct cast *cast, const struct driver *driver,
                     const struct section *section)
{
    char usual[8], copy[128];
    char *rest = copy;
    int rc = OK;

    snprintf(usual, sizeof usual, "%u", driver->addresses.usual);
    snprintf(copy, sizeof copy, "%s", call_text(c, "ids", usual));
    for (char *word; !rc && (word = strsep(&rest, ",")) != NULL;) {
        unsigned first, last;
        int parts = sscanf(word, "%3u-%3u", &first, &last);
        if (parts < 1 || first < driver->addresses.first ||
            (parts == 2 ? last : first) > driver->addresses.last)
            return bad_call(c, "--ids: \"%s\" is not within %u to %u", word,
                            driver->addresses.first, driver->addresses.last);
        for (unsigned id = first; id <= (parts == 2 ? last : first) && !rc; id++)
            rc = cast_add(cast, driver, (uint8_t)id, section);
    }
    return rc;
}

/* Serial lines, and how many bits travel for each byte. */
static const struct wire_kind {
    const char *scheme;
    double bits;
} wire_kinds[] = {{"rtu", 10}, {"serial", 10}, {"serial9", 11}};

/* What the family says of one of its lines; the speed stays as it was where it says none. */
static const struct place *place_on(const struct driver *driver, const char *scheme, double *speed)
{
    for (const struct place *place = driver->places; place->scheme; place++) {
        const char *said = place->options ? strstr(place->options, "speed=") : NULL;
        if ((place->speech && !place->speech->heard) || strcmp(place->scheme, scheme))
            continue;
        if (said)
            (void)sscanf(said, "speed=%lf", speed); /* else as it was */
        return place;
    }
    return NULL;
}

static int open_speed(struct call *c, double speed, double bits, struct far_end *end)
{
    if (!call_number(c, "speed", 0, 4000000, &speed))
        return ERR_USAGE;
    end->byte_us = speed > 0 ? (int64_t)(bits * 1e6 / speed + 0.5) : 0;
    return OK;
}

/* Modbus has packets of its own for TCP; for others a gateway passes the bytes through. */
static int open_tcp(struct call *c, const struct place *place, struct far_end *end)
{
    const char *usual = place->options && strstr(place->options, "framing=rtu") ? "rtu" : "tcp";
    const char *framing = call_text(c, "tcp-framing", usual);
    double port = 0;
    unsigned taken = 0;
    int rc;

    if (!call_number(c, "tcp", 0, 65535, &port))
        return ERR_USAGE;
    end->has_packets = strcmp(framing, "rtu") != 0;
    if (end->has_packets && strcmp(framing, "tcp"))
        return bad_call(c, "--tcp-framing: \"%s\" is neither tcp nor rtu", framing);
    rc = far_end_tcp(end, (unsigned)port, &taken);
    if (!rc)
        printf("tcp:127.0.0.1:%u%s\n", taken, end->has_packets ? "" : ",framing=rtu");
    return rc;
}

static int open_reports(struct call *c, const struct driver *driver, struct far_end *end)
{
    double speed = 2400; /* of the common bridges */
    const struct place *place = place_on(driver, "hid", &speed);
    int rc;

    if (!place || !place->usb_ids)
        return bad_call(c, "--reports: no \"%s\" is known with a USB HID socket", driver->name);
    rc = open_speed(c, speed, 10, end);
    if (!rc)
        rc = far_end_reports(end, call_text(c, "reports", ""));
    if (!rc)
        printf("hid:%.9s\n", place->usb_ids); /* the first of them */
    return rc;
}

static bool sits_behind_pjon(const struct driver *driver)
{
    for (const struct place *place = driver->places; place->scheme; place++)
        if (!strcmp(place->scheme, "pjon"))
            return true;
    return false;
}

/* The bridge stands between the terminal and the twins: it keeps the wire's pace, and the terminal
 * is as fast as USB. */
static int open_pjon(struct call *c, const struct driver *driver, struct far_end *end)
{
    static struct far_pjon bridge;
    const char *path = call_text(c, "pjon", NULL);
    int rc;

    if (!sits_behind_pjon(driver))
        return bad_call(c, "--pjon: no %s sits behind such a bridge", driver->name);
    bridge = (struct far_pjon){.answer = end->answer, .who = end->who, .byte_us = end->byte_us};
    end->heard = far_pjon_heard;
    end->answer = far_pjon_answer;
    end->who = &bridge;
    end->byte_us = 0;
    rc = far_end_terminal(end, path);
    if (!rc)
        printf("pjon:%s,wait_ms=0\n", path);
    return rc;
}

static int hears_nothing(const uint8_t *bytes, size_t length)
{
    (void)bytes;
    (void)length;
    return ERR_GARBAGE;
}

/* A terminal that talks, and does not listen. */
static int open_stream(struct call *c, const struct driver *driver, struct far_end *end)
{
    double speed = STREAM_SPEED;
    int rc;

    if (!driver->speech->announce)
        return bad_call(c, "the %s says nothing by itself", driver->name);
    if (!call_number(c, "speed", 0, 4000000, &speed))
        return ERR_USAGE;
    end->byte_us = speed > 0 ? (int64_t)(10e6 / speed + 0.5) : 0;
    end->heard = hears_nothing;
    end->announce = cast_announce;
    rc = far_end_terminal(end, call_text(c, "stream", NULL));
    if (!rc)
        printf("serial:%s\n", call_text(c, "stream", ""));
    return rc;
}

static int open_end(struct call *c, const struct driver *driver, struct far_end *end)
{
    const struct wire_kind *kind = NULL;
    double speed = 115200;
    int rc;

    for (size_t i = 0; i < sizeof wire_kinds / sizeof *wire_kinds && !kind; i++)
        if (place_on(driver, wire_kinds[i].scheme, &speed))
            kind = &wire_kinds[i];
    kind = kind ? kind : &wire_kinds[1];
    if (kind->bits > 10 && speed > 100000)
        speed = 9600; /* what such a line usually has */
    const struct place *tcp = call_has(c, "tcp") ? place_on(driver, "tcp", &speed) : NULL;
    if (call_has(c, "tcp") && !tcp)
        return bad_call(c, "--tcp: no %s speaks over a tcp line", driver->name);
    if (call_has(c, "reports"))
        return open_reports(c, driver, end);
    rc = open_speed(c, speed, kind->bits, end);
    if (!rc && tcp)
        return open_tcp(c, tcp, end);
    if (!rc && call_has(c, "pjon"))
        return open_pjon(c, driver, end);
    if (!rc)
        rc = far_end_terminal(end, call_text(c, "link", NULL));
    if (!rc)
        printf("%s:%s\n", kind->scheme, call_text(c, "link", end->port_path));
    return rc;
}

static int run_sim(struct call *c)
{
    static struct cast cast;
    static struct far_end end;
    struct section section = {0};
    struct sigaction act = {.sa_handler = ask_to_stop};
    const struct driver *driver;
    int rc;

    if (c->count != 1)
        return bad_call(c, "one driver is needed; helio list drivers has them");
    driver = driver_find(c->words[0]);
    if (!driver || !driver->speech->answer)
        return bad_call(c, "there is no simulated \"%s\"; helio list drivers has those there are",
                        c->words[0]);
    if (call_has(c, "reports") + call_has(c, "tcp") + call_has(c, "link") + call_has(c, "pjon") +
            call_has(c, "stream") >
        1)
        return bad_call(c, "one of --link, --stream, --tcp, --pjon and --reports");
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    rc = make_section(c, driver, &section);
    if (!rc)
        rc = cast_init(&cast, &section);
    if (!rc)
        rc = add_units(c, &cast, driver, &section);
    if (!rc) {
        end.heard = driver->speech->heard;
        end.answer = cast_answer;
        end.who = &cast;
        rc = call_has(c, "stream") ? open_stream(c, driver, &end) : open_end(c, driver, &end);
        fflush(stdout); /* whoever started us waits for the line it printed */
        if (!rc)
            rc = far_end_serve(&end, &is_asked_to_stop);
        log_info("sim", "%llu asked, %llu answered", (unsigned long long)end.asked,
                 (unsigned long long)end.answered);
        far_end_close(&end);
    }
    cast_done(&cast);
    section_done(&section);
    return rc;
}

const struct verb verb_sim = {
    .name = "sim",
    .synopsis = "DRIVER --link PATH | --stream PATH | --tcp PORT | --pjon PATH | --reports PATH",
    .about = "devices that do not exist, for any program to talk to\n\n"
             "Prints the line they sit on, then answers until it is stopped. All units share one\n"
             "plant: sun, clouds, load and battery, with counters that only grow.",
    .examples = "  helio sim tracer --ids 1-6 --link /tmp/tracers --moods collide=0.2\n"
                "  helio once --print tracer@rtu:/tmp/tracers:1\n"
                "  helio sim tracer --tcp 1502 --day clear --at 11:00 --time-scale 60\n"
                "  helio sim axpert --model parallel --link /tmp/house\n"
                "  helio sim mate --link /tmp/mate --model large\n"
                "  helio sim axpert --reports /tmp/east.hid --serial 92932105105335\n",
    .options = options,
    .run = run_sim,
};
