/*
 * Stands in for a fuzzer: every file named, or lying in a folder named, is given once to the
 * target. So the corpus is walked by compilers that have no fuzzer, too. Usage: corpus TARGET
 * PATH...
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef int target_fn(const uint8_t *bytes, size_t length);

#define TARGET(NAME) target_fn NAME##_input;
#include "fuzz_targets.def"
#undef TARGET

static const struct target {
    const char *name;
    target_fn *run;
} targets[] = {
#define TARGET(NAME) {#NAME, NAME##_input},
#include "fuzz_targets.def"
#undef TARGET
};

static const struct target *target; /* the one that was asked for */

static int replay_file(const char *path, size_t size)
{
    FILE *from = fopen(path, "rb");
    uint8_t *bytes = malloc(size ? size : 1); /* exactly as long, so that reading on is seen */
    size_t length = from && bytes ? fread(bytes, 1, size, from) : 0;

    if (!from || !bytes || length != size) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        length = 0;
        size = 1;
    } else {
        (void)target->run(bytes, length); /* always 0, by libFuzzer's contract */
    }
    if (from)
        (void)fclose(from); /* opened for reading */
    free(bytes);
    return length == size ? 1 : -1;
}

/* How many files were run; -1 after saying what cannot be read. */
static int replay(const char *path)
{
    struct dirent **names = NULL;
    struct stat about;
    int found, runs = 0;

    if (stat(path, &about)) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return -1;
    }
    if (!S_ISDIR(about.st_mode))
        return replay_file(path, (size_t)about.st_size);
    found = scandir(path, &names, NULL, alphasort);
    for (int i = 0; i < found; i++) {
        char below[4096];
        int more = 0;
        snprintf(below, sizeof below, "%s/%s", path, names[i]->d_name);
        if (names[i]->d_name[0] != '.' && runs >= 0)
            more = replay(below);
        runs = more < 0 ? -1 : runs + more;
        free(names[i]);
    }
    free(names);
    return found < 0 ? -1 : runs;
}

int main(int count, char **words)
{
    int runs = 0;

    for (size_t i = 0; count > 2 && i < sizeof targets / sizeof *targets; i++)
        if (!strcmp(words[1], targets[i].name))
            target = &targets[i];
    if (!target) {
        fprintf(stderr, "usage: %s TARGET PATH...\n", words[0]);
        return 64;
    }
    for (int i = 2; i < count; i++) {
        int more = replay(words[i]);
        if (more < 0)
            return 1;
        runs += more;
    }
    printf("%d inputs\n", runs);
    return runs ? 0 : 1; /* a corpus that is not there proves nothing */
}
