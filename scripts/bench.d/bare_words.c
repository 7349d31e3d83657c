/*
 * Questions in words on a bare line: write, read until CR, next. No listening, no check, no retry:
 * what a wire gives whoever just asks. bare_words PORT ROUNDS QUESTION... prints
 * median=MICROSECONDS bytes=COUNT, both of a whole round; a question is its words without CRC.
 */
#include "drivers/axpert/axpert.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 2000, QUESTIONS = 16, CR = 0x0d };

static int64_t now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* Bytes that travelled both ways; -1 when the port ended. */
static long exchange(int fd, const uint8_t *asked, size_t length)
{
    char got[ANSWER_MAX];
    long bytes = (long)length;

    if (write(fd, asked, length) != (ssize_t)length)
        return -1;
    for (;;) {
        ssize_t n = read(fd, got, sizeof got);
        if (n <= 0)
            return -1;
        bytes += n;
        if (got[n - 1] == CR)
            return bytes;
    }
}

static int open_raw(const char *path)
{
    struct termios raw;
    int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);

    if (fd < 0 || tcgetattr(fd, &raw))
        return -1;
    cfmakeraw(&raw);
    return tcsetattr(fd, TCSANOW, &raw) ? -1 : fd;
}

int main(int argc, char **argv)
{
    static int64_t took[ROUNDS];
    uint8_t asked[QUESTIONS][ASK_MAX];
    size_t lengths[QUESTIONS];
    int rounds = argc > 3 ? atoi(argv[2]) : 0, count = argc - 3;
    int fd = rounds > 0 && rounds <= ROUNDS && count <= QUESTIONS ? open_raw(argv[1]) : -1;
    long bytes = 0;

    if (fd < 0) {
        fputs("usage: bare_words PORT ROUNDS QUESTION...\n", stderr);
        return 1;
    }
    for (int i = 0; i < count; i++) /* frames are made before the clock runs */
        lengths[i] = axpert_request(argv[3 + i], asked[i]);
    for (int i = 0; i < rounds; i++) {
        int64_t begun = now_us();
        bytes = 0;
        for (int k = 0; k < count; k++) {
            long n = exchange(fd, asked[k], lengths[k]);
            if (n < 0)
                return 1;
            bytes += n;
        }
        took[i] = now_us() - begun;
    }
    qsort(took, (size_t)rounds, sizeof *took, by_size);
    printf("median=%" PRId64 " bytes=%ld\n", took[rounds / 2], bytes);
    close(fd);
    return 0;
}
