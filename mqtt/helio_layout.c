/* Our own topics: PREFIX/DEVICE/state (mqtt/layout.h). */
#include "mqtt/layout.h"

#include "base/log.h"

static bool say(const struct place *place, const struct states *all, const struct state *one,
                emit_fn *emit, void *who)
{
    char bytes[STATE_BYTES], word[TOPIC_WORD], topic[TOPIC_MAX];
    struct text text = text_on(bytes, sizeof bytes);

    (void)all;
    state_json(one, &text);
    if (text.is_cut) { /* cannot be: a reading has no more keys than fit */
        log_err(place->seat->name, "%s says more than a message may hold", one->from.name);
        return true;
    }
    names_word(place->names, one->from.name, word);
    topic_make(topic, place->prefix, word, "state");
    return emit(who, topic, bytes, text.used);
}

const struct layout layout_helio = {.name = "helio", .has_house = true, .say = say};
