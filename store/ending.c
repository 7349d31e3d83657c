/* Who knows whether the program is to end (store/ending.h). */
#include "store/ending.h"
#include "store/store.h"

#include <stdatomic.h>
#include <stddef.h>

static bool (*_Atomic is_asked)(void);

void store_end_when(bool (*asked)(void))
{
    atomic_store(&is_asked, asked);
}

bool ending_is_asked(void)
{
    bool (*asked)(void) = atomic_load(&is_asked);

    return asked && asked();
}
