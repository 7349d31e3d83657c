/* helio scan: find devices, and print the settings that would use them. */
#include "collector/checks/adapters.h"
#include "collector/cli/scan_inside.h"
#include "drivers/known_units.h"

#include "base/log.h"
#include "bus/ports.h"

#include <string.h>

static const struct option_row options[] = {
    {"driver", 'd', "NAME", "look only for this kind"},
    {"addresses", 'a', "FIRST-LAST", "look only at these addresses"},
    {.name = NULL},
};

static void print_device(struct search *s, const struct driver *driver, const struct identity *who,
                         const char *name, const char *bus_name, unsigned address)
{
    bool is_named = *who->model != '\0';                       /* the title says the maker itself */
    bool has_serial = driver->gives_addresses && *who->serial; /* its address is up to us */
    char number[8];

    snprintf(number, sizeof number, "%u", address);
    printf("\n# %s%s%s%s%s\n[device %s]\ndriver = %s\nbus = %s\n%s = %s\n",
           is_named ? who->vendor : "", is_named && *who->vendor ? " " : "",
           is_named ? who->model : driver->title, *who->firmware ? ", firmware " : "",
           who->firmware, name, driver->name, bus_name, has_serial ? "serial" : "address",
           has_serial ? who->serial : number);
    fflush(stdout);
    s->found++;
}

static void print_head(const struct search *s)
{
    if (!s->found)
        printf("# Found by helio scan. Put this into /etc/helio/helio.conf.\n");
}

/* Is somebody there who answers as this driver's devices do? */
static int knock(struct search *s, const struct driver *driver, const char *text,
                 struct identity *who)
{
    struct reading r = {0};
    struct visit v;
    int rc = visit_begin(&v, s->call, text);

    *who = (struct identity){0};
    if (rc == OK)
        rc = device_block(v.device, &v.device->blocks[0], device_collect, &r);
    if (rc == OK && driver->greet && driver->greet(v.device, who))
        *who = (struct identity){0}; /* older models do not say who they are */
    visit_end(&v);
    /* Each try had a plan of its own: forget it, so that the next one begins afresh. */
    s->call->plan->device_count = s->call->plan->bus_count = 0;
    return rc;
}

/* One address. False: the line cannot be used, whatever the address. */
static bool try_address(struct search *s, const struct driver *driver, const char *line,
                        unsigned address, const char *bus_name)
{
    char text[2 * WHERE_MAX], name[32];
    struct identity who;
    int rc;

    snprintf(text, sizeof text, "%s@%s:%u", driver->name, line, address);
    snprintf(name, sizeof name, "%s%u", driver->name, address);
    rc = knock(s, driver, text, &who);
    if (rc == OK) {
        print_head(s);
        print_device(s, driver, &who, name, bus_name, address);
        if (!driver->others || !scan_units_behind(s, text, name))
            scan_note(s, name, "", driver);
    }
    bool is_usable = rc != ERR_GONE && rc != ERR_DENIED && rc != ERR_BUSY && rc != ERR_CONFIG;
    if (!is_usable && !s->trouble)
        s->trouble = rc;
    return is_usable;
}

/* ---- who has no address but the one that is given to it ------------------------------------- */

/* How often nobody new answers before there is nobody: several may disturb one another. */
enum { MISSES_MOST = 3 };

static int call_in(struct search *s, const struct driver *driver, const char *line, unsigned first,
                   unsigned last)
{
    char text[2 * WHERE_MAX];
    struct visit v;

    snprintf(text, sizeof text, "%s@%s:%u", driver->name, line, first);
    int rc = visit_begin(&v, s->call, text);
    if (rc == OK && driver->call_in)
        rc = driver->call_in(v.device, (uint8_t)first, (uint8_t)last);
    visit_end(&v);
    s->call->plan->device_count = s->call->plan->bus_count = 0;
    return rc;
}

/* Each gets the next address, as the settings printed for it would give it; at the end they all
 * give theirs back. */
static void try_giving(struct search *s, const struct driver *d, const char *line,
                       const char *bus_name)
{
    unsigned first = s->first ? s->first : d->addresses.usual, address = first, misses = 0;
    unsigned last = s->last ? s->last : d->addresses.last;
    bool is_usable = call_in(s, d, line, s->first ? first : d->addresses.first, last) == OK;

    while (is_usable && address <= last && misses < MISSES_MOST) {
        unsigned before = s->found;
        is_usable = try_address(s, d, line, address, bus_name);
        if (s->found > before && address == first)
            printf("\n[bus %s]\nline = %s\n", bus_name, line);
        misses = s->found > before ? 0 : misses + 1;
        address += s->found > before;
    }
    if (address > first)
        (void)(call_in(s, d, line, first, address - 1) == OK); /* else they forget by themselves */
}

static void try_line(struct search *s, const char *line, const char *bus_name)
{
    char scheme[16];
    bool is_announced = false;

    snprintf(scheme, sizeof scheme, "%.*s", (int)strcspn(line, ":,"), line);
    for (size_t i = 0; drivers[i]; i++) {
        const struct driver *d = drivers[i];
        if (!scan_seeks(s, d, scheme))
            continue;
        if (d->gives_addresses) {
            try_giving(s, d, line, bus_name);
            continue;
        }
        unsigned first = s->first ? s->first : d->addresses.first,
                 last = s->last ? s->last : d->addresses.probe_last;
        for (unsigned a = first; a <= last; a++) {
            unsigned before = s->found;
            if (!try_address(s, d, line, a, bus_name))
                return;
            if (s->found > before && !is_announced) {
                printf("\n[bus %s]\nline = %s\n", bus_name, line);
                is_announced = true;
            }
            if (s->found > before && d->unit)
                return; /* everybody else on this wire is behind it */
        }
    }
}

static void scan_ports(struct search *s)
{
    static struct port ports[PORTS_MAX];
    int count = ports_find(ports, PORTS_MAX);

    s->ports = count > 0 ? (unsigned)count : 0;
    for (int i = 0; i < count; i++) {
        char line[WHERE_MAX], name[16];
        bool is_wanted = false;
        for (size_t d = 0; drivers[d]; d++)
            for (const struct place *place = drivers[d]->places; place->scheme; place++)
                is_wanted |= port_is_wanted(&ports[i], place->usb_ids);
        log_info("scan", "%s: %s %s (%s)%s", ports[i].path, ports[i].usb_id, ports[i].product,
                 ports[i].driver, is_wanted ? "" : ": not an adapter we know, left alone");
        if (!is_wanted)
            continue;
        s->asked++;
        const struct bound *bad = bound_of(ports[i].usb_id, ports[i].driver);
        if (bad && bad->gravity == TROUBLE)
            log_warn("scan", "%s: %s; helio check has the remedy", ports[i].path, bad->means);
        const struct port *p = &ports[i];
        snprintf(line, sizeof line, "rtu:%.200s", *p->stable ? p->stable : p->path);
        snprintf(name, sizeof name, "wire%d", i + 1);
        try_line(s, line, name);
    }
}

/* A unit of a kind that has no names: its own serial number is the better one, if it gives one. */
static bool try_unit(struct search *s, const struct driver *driver, const struct hid_unit *unit)
{
    char text[2 * WHERE_MAX], bus_name[16], name[32];
    struct identity who;
    bool has_serial;

    snprintf(text, sizeof text, "%s@hid:%04x:%04x,usb_path=%s", driver->name, unit->vid, unit->pid,
             unit->usb_path);
    if (knock(s, driver, text, &who))
        return false;
    has_serial = *who.serial != '\0';
    print_head(s);
    snprintf(bus_name, sizeof bus_name, "usb%u", s->found + 1);
    snprintf(name, sizeof name, "%s_usb%u", driver->name, s->found + 1);
    printf("\n# plugged in at %s\n[bus %s]\nline = hid:%04x:%04x\n%s = %s\n", unit->usb_path,
           bus_name, unit->vid, unit->pid, has_serial ? "unit" : "usb_path",
           has_serial ? who.serial : unit->usb_path);
    print_device(s, driver, &who, name, bus_name, driver->addresses.usual);
    scan_note(s, name, "", driver);
    return true;
}

static bool carries(const struct driver *driver, const struct hid_unit *unit)
{
    char id[12];

    snprintf(id, sizeof id, "%04x:%04x", unit->vid, unit->pid);
    for (const struct place *place = driver->places; place->scheme; place++)
        if (!strcmp(place->scheme, "hid") && place->usb_ids && strstr(place->usb_ids, id))
            return true;
    return false;
}

static void scan_units(struct search *s)
{
    static struct hid_unit plugged[HID_UNITS];
    size_t count = known_units(plugged, HID_UNITS);

    s->asked += (unsigned)count;
    for (size_t i = 0; i < count; i++) {
        bool is_found = false;
        log_info("scan", "%04x:%04x %s at usb_path = %s", plugged[i].vid, plugged[i].pid,
                 plugged[i].product, plugged[i].usb_path);
        for (size_t d = 0; drivers[d] && !is_found; d++)
            if (carries(drivers[d], &plugged[i]) &&
                (!s->only_driver || !strcmp(s->only_driver, drivers[d]->name)))
                is_found = try_unit(s, drivers[d], &plugged[i]);
        if (!is_found)
            log_note("scan", "%04x:%04x at usb_path = %s: plugged in, but nobody we know answers",
                     plugged[i].vid, plugged[i].pid, plugged[i].usb_path);
    }
}

static int run_scan(struct call *c)
{
    static struct search s; /* one search a run */
    const char *addresses = call_text(c, "addresses", NULL);

    s = (struct search){.call = c, .only_driver = call_text(c, "driver", NULL)};
    if (addresses && (sscanf(addresses, "%3u-%3u", &s.first, &s.last) < 1 || s.first > 255))
        return bad_call(c, "--addresses: \"%s\" is not written 1-6", addresses);
    if (addresses && !s.last)
        s.last = s.first;
    if (s.only_driver && !driver_find(s.only_driver))
        return scan_bad_driver(&s);
    if (c->count == 0) {
        scan_units(&s);
        scan_ports(&s);
    }
    for (int i = 0; i < c->count; i++)
        if (scan_check_line(&s, c->words[i]))
            return ERR_USAGE;
    for (int i = 0; i < c->count; i++) {
        char name[16];
        s.asked++;
        snprintf(name, sizeof name, "wire%d", i + 1);
        try_line(&s, c->words[i], name);
    }
    scan_print_group(&s);
    return s.found ? OK : scan_nobody(&s);
}

const struct verb verb_scan = {
    .name = "scan",
    .synopsis = "[LINE...]",
    .about =
        "find devices, print the settings that would use them\n\n"
        "Without a line it looks at adapters and USB units known to carry such devices, and at "
        "no others.",
    .examples = "  helio scan\n"
                "  helio scan rtu:/dev/ttyUSB0 --addresses 1-10\n"
                "  helio scan tcp:192.0.2.7:502 --driver tracer\n"
                "  helio scan serial9:/dev/ttyUSB0\n",
    .options = options,
    .run = run_scan,
};
