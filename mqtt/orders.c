/* From a topic to the house, and back (mqtt/orders.h). */
#include "mqtt/orders.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/lock.h"
#include "base/log.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RESULT_BYTES = 1200, OFFERS = 128 };

/* One order under way. */
struct errand {
    struct wish wish;
    struct orders *orders;
    struct errand *next;
    char topic[TOPIC_MAX], setting[TOPIC_WORD];
};

/* Lives until the sink has left and the last errand is done. */
struct orders {
    const struct place *place;
    bool may_cut_power;
    char filter[TOPIC_MAX];
    int64_t minute_us; /* what was refused in the minute that began then; its connection's alone */
    unsigned refused;

    struct lock lock;      /* guards what follows */
    struct client *client; /* NULL: not there */
    struct errand *under_way;
    bool has_left;
};

struct orders *orders_new(const struct place *place)
{
    struct orders *o = calloc(1, sizeof *o);

    if (!o)
        return NULL;
    o->place = place;
    o->may_cut_power = section_yes(place->seat->section, "allow_cut_power");
    lock_init(&o->lock, LOCK_ORDERS);
    topic_make(o->filter, place->prefix, "+", "set/+");
    return o;
}

bool orders_are_taken(const struct orders *o)
{
    return section_yes(o->place->seat->section, "allow_tell");
}

static void let_go(struct orders *o)
{
    lock_done(&o->lock);
    free(o);
}

void orders_leave(struct orders *o)
{
    if (!o)
        return;
    lock_take(&o->lock);
    o->client = NULL;
    o->has_left = true;
    bool is_last = !o->under_way;
    lock_give(&o->lock);
    if (is_last)
        let_go(o);
}

/* ---- the answer ---------------------------------------------------------------------------- */

static void write_result(const char *event, const char *setting, const char *value, int result,
                         const char *why, struct text *to)
{
    char when[CLOCK_TEXT];
    struct json j = json_on(to);

    json_open(&j, NULL, '{');
    if (event)
        json_string(&j, "event_type", event);
    json_string(&j, "time", clock_iso(clock_wall_ms(), when));
    json_string(&j, "setting", setting);
    json_string(&j, "value", value);
    json_bool(&j, "ok", !result);
    json_string(&j, "result", error_word(result));
    json_string(&j, "why", *why || !result ? why : error_text(result));
    json_close(&j, '}');
}

/* On the setting's own topic, and on one for all orders of the device, where Home Assistant sees
 * what became of them: to its services every order is a success. */
static void say_result(struct client *c, const char *topic, const char *setting, const char *value,
                       int result, const char *why)
{
    char bytes[RESULT_BYTES], there[TOPIC_MAX + 8];
    struct text t = text_on(bytes, sizeof bytes);

    write_result(NULL, setting, value, result, why, &t);
    snprintf(there, sizeof there, "%s/result", topic);
    client_put(c, 0, there, bytes);
    t = text_on(bytes, sizeof bytes);
    write_result(result ? "refused" : "done", setting, value, result, why, &t);
    size_t device = strlen(topic) - strlen(setting) - strlen("/set/");
    snprintf(there, sizeof there, "%.*s/order", (int)device, topic);
    client_put(c, 0, there, bytes);
}

/* With the lock held. */
static void take_out(struct orders *o, const struct errand *e)
{
    struct errand **at = &o->under_way;

    while (*at && *at != e)
        at = &(*at)->next;
    if (*at)
        *at = e->next;
}

/* From a thread of the house. */
static void is_done(struct wish *w)
{
    struct errand *e = w->who;
    struct orders *o = e->orders;
    const char *value = strchr(w->words[0], '=') + 1;

    lock_take(&o->lock);
    take_out(o, e);
    if (o->client)
        say_result(o->client, e->topic, e->setting, value, w->result, w->told.why);
    bool is_last = o->has_left && !o->under_way;
    lock_give(&o->lock);
    free(e);
    if (is_last)
        let_go(o);
}

/* ---- the question -------------------------------------------------------------------------- */

int order_word(const char *setting, const char *payload, size_t length, char to[WISH_WORD],
               const char **why)
{
    size_t name = strlen(setting);

    *why = "";
    while (length && (*payload == ' ' || *payload == '\n' || *payload == '\r'))
        payload++, length--;
    while (length && strchr(" \r\n", payload[length - 1]) && payload[length - 1])
        length--;
    if (!length) {
        *why = "there is no value in it";
        return ERR_DATA;
    }
    if (length > ORDER_TEXT - 1 || name + length + 2 > WISH_WORD) {
        *why = "the value is too long";
        return ERR_DATA;
    }
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)payload[i] < ' ' || payload[i] == 127) {
            *why = "the value holds a sign that cannot be printed";
            return ERR_DATA;
        }
    snprintf(to, WISH_WORD, "%s=%.*s", setting, (int)length, payload);
    return OK;
}

/* With the lock held. Two of one setting at a time would leave the later one to chance. */
static bool is_under_way(const struct orders *o, const char *topic)
{
    for (const struct errand *e = o->under_way; e; e = e->next)
        if (!strcmp(e->topic, topic))
            return true;
    return false;
}

/* May this setting of this device be set at all? Says why not. */
static int ask_offers(const struct control *control, const char *device, const char *setting,
                      const char **why)
{
    struct offer *offers = calloc(OFFERS, sizeof *offers);
    bool is_allowed = false, is_known = false;
    size_t count = offers ? control->offers(control->who, device, offers, OFFERS, &is_allowed) : 0;

    for (size_t i = 0; i < count && i < OFFERS; i++)
        is_known |= !strcmp(offers[i].name, setting);
    free(offers);
    if (is_known && !is_allowed) {
        *why = "the device's section does not say allow_tell = yes";
        return ERR_DENIED;
    }
    *why = is_known ? "" : "this device has no such setting";
    return is_known ? OK : ERR_UNKNOWN;
}

static int send_wish(struct orders *o, const char *topic, const char *device, const char *setting,
                     const char *word, const char **why)
{
    const struct control *control = o->place->seat->view->control;
    struct errand *e = calloc(1, sizeof *e);
    int rc = e ? OK : ERR_FULL;

    if (!e)
        return rc;
    *e = (struct errand){.orders = o};
    e->wish = (struct wish){.count = 1, .done = is_done, .who = e};
    e->wish.told.may_cut_power = o->may_cut_power;
    snprintf(e->wish.device, sizeof e->wish.device, "%s", device);
    snprintf(e->wish.words[0], WISH_WORD, "%s", word);
    snprintf(e->wish.by, sizeof e->wish.by, "mqtt, sink %.60s", o->place->seat->name);
    snprintf(e->topic, sizeof e->topic, "%s", topic);
    snprintf(e->setting, sizeof e->setting, "%s", setting);
    lock_take(&o->lock);
    if (is_under_way(o, topic)) {
        rc = ERR_BUSY;
        *why = "an order for the same setting is still under way";
    } else {
        e->next = o->under_way;
        o->under_way = e;
    }
    lock_give(&o->lock);
    if (!rc) {
        rc = control->tell(control->who, &e->wish);
        if (!rc)
            return OK; /* it is the house's now */
        *why = rc == ERR_FULL ? "too many orders wait" : error_text(rc);
        lock_take(&o->lock);
        take_out(o, e);
        lock_give(&o->lock);
    }
    free(e);
    return rc;
}

static int consider(struct orders *o, const struct client_word *w, const char *word_of_device,
                    const char *setting, char text[WISH_WORD], const char **why)
{
    const struct view *view = o->place->seat->view;
    char device[ORIGIN_NAME];
    int rc;

    if (w->is_retained) {
        *why = "a retained message is no order: nobody knows how old it is";
        return ERR_DENIED;
    }
    if (!view || !view->control) {
        *why = "nobody may be told anything from outside here";
        return ERR_DENIED;
    }
    if (!names_device(o->place->names, word_of_device, device)) {
        *why = "there is no such device";
        return ERR_ABSENT;
    }
    rc = order_word(setting, w->payload, w->length, text, why);
    if (!rc)
        rc = ask_offers(view->control, device, setting, why);
    return rc ? rc : send_wish(o, w->topic, device, setting, text, why);
}

/* Whoever may publish may do so without end: that fills no log. Each has its answer all the same.
 */
static void tell_refusal(struct orders *o, const char *topic, const char *why)
{
    enum { TOLD_MOST = 20 };
    static const int64_t MINUTE_US = 60000000;
    const char *name = o->place->seat->name;
    int64_t now = clock_us();

    if (now - o->minute_us >= MINUTE_US) {
        if (o->refused > TOLD_MOST)
            log_warn(name, "%u more orders were refused in a minute", o->refused - TOLD_MOST);
        o->minute_us = now;
        o->refused = 0;
    }
    if (++o->refused <= TOLD_MOST)
        log_warn(name, "%s: refused: %s", topic, why);
}

static void hear(void *who, struct client *c, const struct client_word *w)
{
    struct orders *o = who;
    char device[TOPIC_WORD], setting[TOPIC_WORD], text[WISH_WORD] = "=";
    const char *why = "";

    if (!topic_take_command(w->topic, o->place->prefix, device, setting))
        return;
    if (w->is_retained && !w->length)
        return; /* somebody clears what should never have stood there */
    int rc = consider(o, w, device, setting, text, &why);
    if (!rc)
        return;
    tell_refusal(o, w->topic, why);
    say_result(c, w->topic, setting, strchr(text, '=') + 1, rc, why);
}

static void arrive(void *who, struct client *c)
{
    struct orders *o = who;

    lock_take(&o->lock);
    o->client = c;
    lock_give(&o->lock);
}

struct client_guest orders_guest(struct orders *o)
{
    return (struct client_guest){.who = o, .filters = {o->filter}, .up = arrive, .hear = hear};
}
