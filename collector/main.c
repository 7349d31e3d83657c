/* The program: helio VERB. Everything is in the verbs. */
#include "collector/cli/verb.h"
#include "store/days.h"

#include <malloc.h>

int main(int argc, char **argv)
{
    /* One heap for all threads: they hardly ever ask for memory, and each costs pages of its own.
     */
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, 65536); /* large ones apart: they go back when they are freed */
    zone_hold();
    return helio_main(argc, argv);
}
