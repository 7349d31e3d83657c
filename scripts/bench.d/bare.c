/*
 * The same four reads by libmodbus alone, without listening, retry or decoding: what the library
 * reaches on this wire. bare PORT ID ROUNDS prints median=MICROSECONDS failed=COUNT.
 */
#include <modbus.h>

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 2000, WARM_UP = 3 };

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

int main(int argc, char **argv)
{
    static const struct {
        int start, count;
    } reads[] = {{0x3100, 19}, {0x311a, 2}, {0x3200, 3}, {0x3300, 31}};
    static int64_t took[ROUNDS];
    uint16_t words[64];
    int rounds = argc > 3 ? atoi(argv[3]) : 0, failed = 0;
    modbus_t *m =
        rounds > 0 && rounds <= ROUNDS ? modbus_new_rtu(argv[1], 115200, 'N', 8, 1) : NULL;

    if (!m || modbus_connect(m) || modbus_set_slave(m, atoi(argv[2]))) {
        fputs("usage: bare PORT ID ROUNDS\n", stderr);
        return 1;
    }
    for (int i = -WARM_UP; i < rounds; i++) {
        int64_t begun = now_us();
        for (size_t k = 0; k < sizeof reads / sizeof *reads; k++)
            failed += modbus_read_input_registers(m, reads[k].start, reads[k].count, words) !=
                      reads[k].count;
        if (i >= 0)
            took[i] = now_us() - begun;
    }
    qsort(took, (size_t)rounds, sizeof *took, by_size);
    printf("median=%" PRId64 " failed=%d\n", took[rounds / 2], failed);
    modbus_close(m);
    modbus_free(m);
    return 0;
}
