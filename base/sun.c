/* The Astronomical Almanac's low precision formula (base/sun.h). */
#include "base/sun.h"

#include <math.h>

static const double PI = 3.14159265358979323846;
static const double MS_A_DAY = 86400000;
static const double DAYS_TO_2000 = 10957.5; /* from 1970 to noon of the first day of 2000 */

static double radians(double degrees)
{
    return degrees * PI / 180;
}

double sun_height(double latitude, double longitude, int64_t wall_ms)
{
    double days = (double)wall_ms / MS_A_DAY - DAYS_TO_2000;
    double anomaly = radians(fmod(357.529 + 0.98560028 * days, 360));
    double mean = fmod(280.459 + 0.98564736 * days, 360);
    double path = radians(mean + 1.915 * sin(anomaly) + 0.020 * sin(2 * anomaly));
    double tilt = radians(23.439 - 0.00000036 * days);
    double ascension = atan2(cos(tilt) * sin(path), cos(path));
    double declination = asin(sin(tilt) * sin(path));
    double turned = radians(fmod(280.46061837 + 360.98564736629 * days, 360)); /* the earth has */
    double hour = turned + radians(longitude) - ascension;
    double up = sin(radians(latitude)) * sin(declination) +
                cos(radians(latitude)) * cos(declination) * cos(hour);

    return asin(fmin(1, fmax(-1, up))) * 180 / PI;
}

bool sky_is_same(const struct sky *a, const struct sky *b)
{
    static const double NEAR_DEG = 1e-6; /* a hand's breadth */

    return a->is_known == b->is_known && fabs(a->latitude - b->latitude) < NEAR_DEG &&
           fabs(a->longitude - b->longitude) < NEAR_DEG;
}
