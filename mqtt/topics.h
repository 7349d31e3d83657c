/*
 * Names of topics: lower case, [a-z0-9_-], no leading slash. Pure: names in, names out.
 *
 *   PREFIX/DEVICE/state | availability | event        PREFIX/bridge/availability | event
 *   PREFIX/DEVICE/set/SETTING                         PREFIX/DEVICE/set/SETTING/result
 */
#ifndef MQTT_TOPICS_H
#define MQTT_TOPICS_H

#include <stdbool.h>
#include <stddef.h>

enum { TOPIC_MAX = 256, TOPIC_WORD = 64, TOPIC_PREFIX = 100 };

/* The place of helio itself beside its devices; no device may have this word. */
extern const char topic_bridge[];

/* One level of a topic out of a name: "East Roof" becomes "east_roof". Never empty. */
void topic_word(const char *name, char to[TOPIC_WORD]);

/* Levels of such letters only, no empty one, and not too long. */
bool topic_levels_are(const char *prefix, bool (*is_letter)(char));

/* May this stand before our topics? Levels of [a-z0-9_-], no empty one. */
bool topic_prefix_is_fine(const char *prefix);

/* May this be published to as it is (an old program's topic)? */
bool topic_is_fine(const char *topic);

/* PREFIX/WORD/WHAT; `what` may have levels of its own: "set/float_voltage/result". */
void topic_make(char to[TOPIC_MAX], const char *prefix, const char *word, const char *what);

/* PREFIX/WORD/set/SETTING taken apart; false when it is none. */
bool topic_take_command(const char *topic, const char *prefix, char word[TOPIC_WORD],
                        char setting[TOPIC_WORD]);

#endif
