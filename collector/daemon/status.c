/* One look around the house (collector/daemon/status.h). */
#include "collector/daemon/status.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/version.h"

static void json_device(struct json *j, struct keeper *k, size_t at, int64_t now)
{
    const struct slot_of *s = k->slots[at];
    int64_t age_us = 0;
    int error = OK;
    enum board_state state = board_state(k->board, (unsigned)at, now, &age_us, &error);

    json_open(j, NULL, '{');
    json_string(j, "device", s->name);
    json_string(j, "state", board_state_names[state]);
    if (age_us >= 0)
        json_number(j, "age_s", (double)(age_us / 1000) / 1000);
    if (error)
        json_string(j, "error", error_word(error));
    json_integer(j, "asked", (int64_t)s->asked);
    json_integer(j, "heard", (int64_t)s->heard);
    json_open(j, "withheld", '{');
    for (int i = 0; s->gate && i < GATE_REASON_COUNT; i++)
        json_integer(j, gate_words[i], (int64_t)gate_count(s->gate, (enum gate_reason)i));
    json_close(j, '}');
    json_close(j, '}');
}

static void json_store(struct json *j, struct store *s)
{
    struct store_counts c;

    store_count(s, &c);
    json_open(j, "store", '{');
    json_string(j, "path", store_path(s));
    json_integer(j, "appended", (int64_t)c.appended);
    json_integer(j, "committed", (int64_t)c.committed);
    json_integer(j, "commits", (int64_t)c.commits);
    json_integer(j, "waiting", (int64_t)c.waiting);
    json_integer(j, "lost_waiting", (int64_t)c.lost_waiting);
    json_integer(j, "lost_cap", (int64_t)c.lost_cap);
    json_integer(j, "pruned", (int64_t)c.pruned);
    json_integer(j, "thinned", (int64_t)c.thinned);
    json_integer(j, "damaged", (int64_t)c.damaged);
    json_integer(j, "bytes", c.bytes);
    json_integer(j, "last", store_visible(s));
    json_close(j, '}');
}

static void json_sink(struct json *j, const struct pump_state *s)
{
    json_open(j, NULL, '{');
    json_string(j, "sink", s->name);
    json_integer(j, "cursor", s->cursor);
    json_integer(j, "backlog", s->backlog);
    json_integer(j, "held", s->held);
    json_integer(j, "delivered", (int64_t)s->delivered);
    json_integer(j, "aside", (int64_t)s->aside);
    json_integer(j, "dropped", (int64_t)s->dropped);
    json_integer(j, "left_out", (int64_t)s->left_out);
    json_integer(j, "batches", (int64_t)s->batches);
    json_integer(j, "failures", (int64_t)s->failures);
    json_integer(j, "lost", (int64_t)s->lost);
    json_bool(j, "alarm", s->is_alarm);
    json_string(j, "why", s->why);
    json_close(j, '}');
}

static void json_rule(struct json *j, const struct rule_seat *s)
{
    char since[CLOCK_TEXT];

    json_open(j, NULL, '{');
    json_string(j, "rule", s->name);
    json_string(j, "device", s->device);
    json_string(j, "state", rule_state_word(&s->rule, &s->state));
    if (s->state.since_s)
        json_string(j, "since", clock_iso(s->state.since_s * MS_PER_S, since));
    json_number(j, "held_h", (double)(s->state.held_us / 1000000) / 3600);
    json_integer(j, "raises_today", s->state.raises);
    json_integer(j, "failures", s->state.failures);
    json_string(j, "why", s->state.why);
    json_close(j, '}');
}

static void as_json(struct daemon *d, struct text *text)
{
    struct json j = json_on(text);
    struct pump_state all[VIEW_SINKS];
    size_t sink_count = deliver_states(&d->deliver, all, VIEW_SINKS);
    int64_t now = clock_us();

    json_open(&j, NULL, '{');
    json_string(&j, "version", program_version);
    json_number(&j, "up_s", (double)((now - d->started_us) / 1000) / 1000);
    if (clock_is_rated())
        json_number(&j, "clock_rate", clock_rate());
    json_open(&j, "devices", '[');
    for (size_t i = 0; i < d->keeper.count; i++)
        if (!d->keeper.slots[i]->is_gone)
            json_device(&j, &d->keeper, i, now);
    json_close(&j, ']');
    json_open(&j, "rounds", '{');
    json_integer(&j, "count", (int64_t)d->keeper.rounds);
    json_number(&j, "late_p50_ms", keeper_late_ms(&d->keeper, 0.5));
    json_number(&j, "late_p99_ms", keeper_late_ms(&d->keeper, 0.99));
    json_close(&j, '}');
    json_store(&j, d->store);
    json_open(&j, "sinks", '[');
    for (size_t i = 0; i < sink_count; i++)
        json_sink(&j, &all[i]);
    json_close(&j, ']');
    json_open(&j, "rules", '[');
    lock_take(&d->rules.lock);
    for (size_t i = 0; i < d->rules.count; i++)
        json_rule(&j, d->rules.seats[i]);
    lock_give(&d->rules.lock);
    json_close(&j, ']');
    json_close(&j, '}');
}

static void text_devices(struct daemon *d, struct text *t)
{
    int64_t now = clock_us();

    text_format(t, "%-20s %-9s %9s %9s %9s  %s\n", "device", "state", "age s", "asked", "heard",
                "trouble");
    for (size_t i = 0; i < d->keeper.count; i++) {
        const struct slot_of *s = d->keeper.slots[i];
        int64_t age_us = 0;
        int error = OK;
        enum board_state state = board_state(d->keeper.board, (unsigned)i, now, &age_us, &error);
        if (s->is_gone)
            continue;
        text_format(t, "%-20s %-9s ", s->name, board_state_names[state]);
        if (age_us >= 0)
            text_format(t, "%9.1f ", (double)age_us / 1e6);
        else
            text_format(t, "%9s ", "-");
        if (s->is_group)
            text_format(t, "%9s %9s  group\n", "", "");
        else
            text_format(t, "%9llu %9llu  %s\n", (unsigned long long)s->asked,
                        (unsigned long long)s->heard, error ? error_text(error) : "");
    }
}

static void text_sinks(struct daemon *d, struct text *t)
{
    struct pump_state all[VIEW_SINKS];
    size_t count = deliver_states(&d->deliver, all, VIEW_SINKS);

    if (!count)
        return;
    text_format(t, "%-20s %9s %9s %9s %9s  %s\n", "sink", "delivered", "backlog", "aside", "lost",
                "trouble");
    for (size_t i = 0; i < count; i++) {
        const struct pump_state *s = &all[i];
        text_format(t, "%-20s %9llu %9lld %9llu %9llu  %s\n", s->name,
                    (unsigned long long)s->delivered, (long long)s->backlog,
                    (unsigned long long)s->aside, (unsigned long long)s->lost, s->why);
    }
}

static void text_rules(struct daemon *d, struct text *t)
{
    text_format(t, "%-20s %-16s %-8s %-20s  %s\n", "rule", "device", "state", "since",
                "waits or acts because");
    lock_take(&d->rules.lock);
    for (size_t i = 0; i < d->rules.count; i++) {
        const struct rule_seat *s = d->rules.seats[i];
        char since[CLOCK_TEXT] = "-";
        if (s->state.since_s)
            clock_iso(s->state.since_s * MS_PER_S, since);
        text_format(t, "%-20s %-16s %-8s %-20s  %s\n", s->name, s->device,
                    rule_state_word(&s->rule, &s->state), since, s->state.why);
    }
    lock_give(&d->rules.lock);
}

void status_write(struct daemon *d, bool is_json, char *to, size_t size)
{
    struct text text = text_on(to, size);
    struct store_counts c;

    if (is_json) {
        as_json(d, &text);
        return;
    }
    if (clock_is_rated())
        text_format(&text, "the clock runs %g times as fast: this is a test\n", clock_rate());
    text_devices(d, &text);
    store_count(d->store, &c);
    text_format(&text, "store %s: %llu readings kept since the start, %llu wait, %.1f MB\n",
                store_path(d->store), (unsigned long long)c.committed,
                (unsigned long long)c.waiting, (double)c.bytes / 1e6);
    text_sinks(d, &text);
    if (d->rules.count)
        text_rules(d, &text);
}
