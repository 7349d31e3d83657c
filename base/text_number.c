/*
 * Numbers as text (base/text.h): rounded to 15, 16 or 17 digits, the first of them that reads back
 * the same, and without zeros at the end. That is what printf's "%.15g" and so on would give, and
 * charts and exports are made of nothing else; so what is usual is reckoned with whole numbers, and
 * printf is asked only for what is very small or very large.
 */
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* `whole` with its last digits behind the point, and no zeros at the end of those. */
static void add_digits(struct text *t, bool is_negative, uint64_t whole, int decimals)
{
    char digits[40];
    size_t at = sizeof digits;

    while (decimals > 0 && whole % 10 == 0) {
        whole /= 10;
        decimals--;
    }
    for (int i = 0; whole || i <= decimals; i++) {
        if (i && i == decimals)
            digits[--at] = '.';
        digits[--at] = (char)('0' + whole % 10);
        whole /= 10;
    }
    if (is_negative)
        digits[--at] = '-';
    text_bytes(t, digits + at, sizeof digits - at);
}

void text_integer(struct text *t, int64_t value)
{
    add_digits(t, value < 0, value < 0 ? -(uint64_t)value : (uint64_t)value, 0);
}

/* ---- what devices say ---------------------------------------------------------------------- */

/*
 * Nearly all numbers of devices have up to six decimals and nine digits before them. Such a one is
 * a whole number over a million, both of which a double holds exactly; so their quotient is the
 * very double that reading the text back would give. No other text of up to 15 digits does.
 */
static bool add_millionths(struct text *t, double value)
{
    double magnitude = fabs(value);

    if (!(magnitude < 1e9) || (magnitude < 1e-4 && magnitude > 0)) /* 1e-05 is shorter */
        return false;
    uint64_t whole = (uint64_t)magnitude;
    if ((double)whole == magnitude) {
        add_digits(t, value < 0, whole, 0);
        return true;
    }
    whole = (uint64_t)(magnitude * 1e6 + 0.5);
    if ((double)whole / 1e6 != magnitude)
        return false;
    add_digits(t, value < 0, whole, 6);
    return true;
}

/* ---- what means come to -------------------------------------------------------------------- */

enum { LEAST_POWER = -4, POWERS = 19, DIGITS_MOST = 17 };
static const double least = 1e-4, beyond = 1e15;

/*
 * A number times such a power of ten that 17 digits stand before the point. It is a whole number
 * m * 5^k over a power of two, and cut there into those digits and what is behind them:
 *
 *   m * 2^-s * 10^k  =  m * 5^k / 2^t  =  digits + rest / 2^t        t = s - k
 *
 * From 1e-4 to 1e15 k is 2 to 20 and t 1 to 46, and half of the way to the next double is 5^k / 2
 * of the units that the rest is counted in.
 */
struct scaled {
    uint64_t digits, rest, fives;
    int k, t;
};

static int power_of(double magnitude)
{
    static const double powers[POWERS] = {1e-4, 1e-3, 1e-2, 1e-1, 1,    1e1,  1e2,  1e3,  1e4, 1e5,
                                          1e6,  1e7,  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14};
    int i = POWERS - 1;

    while (magnitude < powers[i])
        i--;
    return i + LEAST_POWER;
}

static struct scaled scale(double magnitude)
{
    struct scaled s = {.k = DIGITS_MOST - 1 - power_of(magnitude), .fives = 1};
    int exponent;
    uint64_t m = (uint64_t)ldexp(frexp(magnitude, &exponent), 53);

    for (int i = 0; i < s.k; i++)
        s.fives *= 5;
    s.t = 53 - exponent - s.k;

    /* 53 bits times 47: in halves, since not every machine has a type for 100 */
    uint64_t m_high = m >> 32, m_low = m & 0xffffffff;
    uint64_t f_high = s.fives >> 32, f_low = s.fives & 0xffffffff;
    uint64_t middle = m_high * f_low + m_low * f_high;
    uint64_t low = m_low * f_low + (middle << 32);
    uint64_t high = m_high * f_high + (middle >> 32) + (low < middle << 32);
    s.digits = high << (64 - s.t) | low >> s.t;
    s.rest = low & ((UINT64_C(1) << s.t) - 1);
    return s;
}

/*
 * Rounds off the last of the digits, `ten` of them to one, half to even; true: it would be read
 * back the same. Half of the way is never met, since fives are odd. Below a power of two the next
 * double is only half as far; but those that there are here, are not rounded so far (the test has
 * them all).
 */
static bool round_off(const struct scaled *s, uint64_t ten, uint64_t *to)
{
    uint64_t step = ten << s->t, away = (s->digits % ten << s->t) + s->rest;

    *to = s->digits / ten;
    if (2 * away > step || (2 * away == step && *to % 2)) {
        ++*to;
        away = step - away;
    }
    return 2 * away < s->fives;
}

static bool add_reckoned(struct text *t, double value)
{
    double magnitude = fabs(value);

    if (!(magnitude >= least && magnitude < beyond))
        return false;
    struct scaled s = scale(magnitude);
    uint64_t digits, ten = 100;
    int gone = 2;
    while (!round_off(&s, ten, &digits) && gone) {
        ten /= 10;
        gone--;
    }
    if (magnitude >= 1e9 && gone == 2 && digits % 1000000 == 0)
        return false; /* nine digits and zeros: 1e+09 is shorter */
    add_digits(t, value < 0, digits, s.k - gone);
    return true;
}

/* ---- all others ---------------------------------------------------------------------------- */

static void add_printed(struct text *t, double value)
{
    char digits[32] = "0";

    for (int precision = 9; precision <= 17; precision += precision < 15 ? 6 : 1) {
        snprintf(digits, sizeof digits, "%.*g", precision, value);
        if (strtod(digits, NULL) == value)
            break;
    }
    text_add(t, digits);
}

void text_number(struct text *t, double value)
{
    if (!add_millionths(t, value) && !add_reckoned(t, value))
        add_printed(t, value);
}
