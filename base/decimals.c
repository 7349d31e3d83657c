/* How many decimals a number keeps (base/decimals.h). */
#include "base/decimals.h"

#include <math.h>

static const double kept = 1e6, no_six_beyond = 1e9;

/* The quotient of a whole number and a power of ten is the very double that its text reads back as;
 * a product with 0.000001 is not. */
double decimals_cut(double value)
{
    return fabs(value) < no_six_beyond ? round(value * kept) / kept : value;
}
