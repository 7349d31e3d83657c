/* Letters and levels (mqtt/topics.h). */
#include "mqtt/topics.h"

#include <stdio.h>
#include <string.h>

const char topic_bridge[] = "bridge";

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

void topic_word(const char *name, char to[TOPIC_WORD])
{
    size_t used = 0;

    for (; *name && used + 2 < TOPIC_WORD; name++) {
        char c = *name >= 'A' && *name <= 'Z' ? (char)(*name - 'A' + 'a') : *name;
        if (((unsigned char)c & 0xC0) == 0x80)
            continue; /* the rest of a letter beyond ASCII: one sign stands for it */
        to[used++] = '_';
        if (is_plain(c))
            to[used - 1] = c;
    }
    if (!used)
        to[used++] = '_';
    to[used] = '\0';
    if (!strcmp(to, topic_bridge)) /* that place is taken */
        snprintf(to, TOPIC_WORD, "%s_", topic_bridge);
}

bool topic_levels_are(const char *prefix, bool (*is_letter)(char))
{
    bool is_start = true; /* of a level */

    if (strlen(prefix) >= TOPIC_PREFIX)
        return false;
    for (; *prefix; prefix++) {
        if (*prefix == '/' ? is_start : !is_letter(*prefix))
            return false;
        is_start = *prefix == '/';
    }
    return !is_start;
}

bool topic_prefix_is_fine(const char *prefix)
{
    return topic_levels_are(prefix, is_plain);
}

bool topic_is_fine(const char *topic)
{
    if (!*topic || *topic == '/' || *topic == '$' || strlen(topic) >= TOPIC_PREFIX)
        return false;
    for (; *topic; topic++)
        if (*topic == '+' || *topic == '#' || (unsigned char)*topic <= ' ' || *topic == 127)
            return false;
    return true;
}

void topic_make(char to[TOPIC_MAX], const char *prefix, const char *word, const char *what)
{
    snprintf(to, TOPIC_MAX, "%s/%s/%s", prefix, word, what);
}

/* One level up to a slash or the end. NULL: it is not plain, empty, or too long. */
static const char *take_level(const char *from, char to[TOPIC_WORD])
{
    size_t length = strcspn(from, "/");

    if (!length || length >= TOPIC_WORD)
        return NULL;
    for (size_t i = 0; i < length; i++)
        if (!is_plain(from[i]))
            return NULL;
    memcpy(to, from, length);
    to[length] = '\0';
    return from + length;
}

bool topic_take_command(const char *topic, const char *prefix, char word[TOPIC_WORD],
                        char setting[TOPIC_WORD])
{
    size_t length = strlen(prefix);

    if (strncmp(topic, prefix, length) != 0 || topic[length] != '/')
        return false;
    const char *at = take_level(topic + length + 1, word);
    if (!at || strncmp(at, "/set/", 5) != 0)
        return false;
    at = take_level(at + 5, setting);
    return at && !*at;
}
