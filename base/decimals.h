/* How many decimals a number keeps. */
#ifndef BASE_DECIMALS_H
#define BASE_DECIMALS_H

/* Without the decimals that only adding and multiplying made: 52.81 V times 11 A are 580.91 W, not
 * 580.9100000000001. Six are kept; where a double has no six, it stays as it is. */
double decimals_cut(double value);

#endif
