/* Sections made of words on the command line: "speed=9600,parity=even" (base/section.h). */
#include "base/section.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static int add_word(struct section *s, char *word)
{
    char *equals = strchr(word, '=');
    struct entry *more = realloc(s->entries, (s->count + 1) * sizeof *more);

    if (!more)
        return ERR_FULL;
    s->entries = more;
    if (equals)
        *equals = '\0';
    more[s->count] = (struct entry){.key = strdup(text_trim(word)),
                                    .value = strdup(equals ? text_trim(equals + 1) : "yes")};
    s->count++;
    return more[s->count - 1].key && more[s->count - 1].value ? OK : ERR_FULL;
}

int section_from_words(const char *kind, const char *name, const char *words, struct section *to)
{
    char *copy = strdup(words), *rest = copy;
    int rc = OK;

    *to = (struct section){.kind = strdup(kind), .name = strdup(name)};
    if (!copy || !to->kind || !to->name)
        rc = ERR_FULL;
    while (!rc && rest && *rest) {
        char *word = strsep(&rest, ",");
        if (*text_trim(word))
            rc = add_word(to, word);
    }
    free(copy);
    return rc;
}

int section_join(struct section *s, const char *text, bool only_missing)
{
    struct section words;
    int rc = section_from_words(s->kind, s->name, text, &words);

    for (size_t i = 0; i < words.count && !rc; i++) {
        if (only_missing && section_entry(s, words.entries[i].key))
            continue;
        struct entry *more = realloc(s->entries, (s->count + 1) * sizeof *more);
        if (!more) {
            rc = ERR_FULL;
            break;
        }
        s->entries = more;
        more[s->count] = words.entries[i];
        more[s->count++].line = s->line;
        words.entries[i] = (struct entry){0};
    }
    section_done(&words);
    return rc;
}
