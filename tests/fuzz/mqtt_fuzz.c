/*
 * Any topic and any payload from a broker: the first line is the topic, the rest what it carries.
 * Whatever is taken as an order is plain, whole, and no longer than an order may be.
 */
#include "mqtt/orders.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void must(bool is_so)
{
    if (!is_so)
        abort();
}

static void try_order(const char *setting, const char *payload, size_t length)
{
    char to[WISH_WORD];
    const char *why = NULL;

    if (order_word(setting, payload, length, to, &why)) {
        must(why && *why);
        return;
    }
    size_t name = strlen(setting), whole = strlen(to);
    must(whole > name + 1 && whole < WISH_WORD && to[name] == '=');
    must(!strncmp(to, setting, name));
    for (size_t i = name + 1; i < whole; i++)
        must((unsigned char)to[i] >= ' ' && to[i] != 127);
    must(to[whole - 1] != ' ' && to[name + 1] != ' ');
}

static void try_names(const char *topic)
{
    char word[TOPIC_WORD], again[TOPIC_WORD];

    topic_word(topic, word);
    must(*word && strcmp(word, topic_bridge) != 0 && topic_is_fine(word));
    must(topic_prefix_is_fine(word));
    topic_word(word, again);
    must(!strcmp(word, again));
    if (topic_prefix_is_fine(topic))
        must(topic_is_fine(topic));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const uint8_t *end = length ? memchr(bytes, '\n', length) : NULL;
    size_t topic_length = end ? (size_t)(end - bytes) : length;
    char *topic = calloc(1, topic_length + 1);
    size_t left = end ? length - topic_length - 1 : 0;
    char *payload = calloc(1, left + 1);
    char word[TOPIC_WORD], setting[TOPIC_WORD];

    if (topic && payload) {
        if (topic_length)
            memcpy(topic, bytes, topic_length);
        if (left)
            memcpy(payload, end + 1, left);
        try_names(topic);
        if (topic_take_command(topic, "helio", word, setting)) {
            must(topic_prefix_is_fine(word) && topic_prefix_is_fine(setting));
            try_order(setting, payload, left);
        }
        try_order("a_setting", payload, left);
    }
    free(topic);
    free(payload);
    return 0;
}
