/* Closes every day of a store that is over: tidy FILE. */
#include "base/clock.h"
#include "store/store.h"

int main(int argc, char **argv)
{
    char holder[64];
    struct store *s = NULL;

    if (argc != 2 || store_open(&s, argv[1], NULL, holder, sizeof holder))
        return 1;
    while (store_tidy(s, clock_wall_ms()))
        continue;
    store_close(s);
    return 0;
}
