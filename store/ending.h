/* Is the program to end? What a store does for long, also while it is opened, is given up then. */
#ifndef STORE_ENDING_H
#define STORE_ENDING_H

#include <stdbool.h>

bool ending_is_asked(void);

#endif
