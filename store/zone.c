/* Which zone the site's days are of (store/days.h). */
#include "store/days.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char folder[] = "zoneinfo/", machine[] = "/etc/localtime";
static _Atomic unsigned turn;

bool zone_set(const char *name)
{
    char path[300];

    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    if (strstr(name, "..") || (strcmp(name, "UTC") && access(path, R_OK)))
        return false;
    const char *was = getenv("TZ");
    turn += !was || strcmp(was, name) != 0;
    setenv("TZ", name, 1);
    tzset();
    return true;
}

void zone_put_back(const char *was)
{
    const char *now = getenv("TZ");

    if (now == was || (now && was && !strcmp(now, was)))
        return;
    if (was)
        setenv("TZ", was, 1);
    else
        unsetenv("TZ");
    turn++;
    tzset();
}

/* Without TZ the C library looks at the file's date whenever a day is asked for. */
void zone_hold(void)
{
    if (getenv("TZ") || access(machine, R_OK))
        return;
    setenv("TZ", ":/etc/localtime", 1);
    tzset();
}

unsigned zone_turn(void)
{
    return turn;
}

/* What stands behind /usr/share/zoneinfo/, wherever a link leads there from. */
static const char *named_by(const char *path)
{
    const char *at = strstr(path, folder);

    return at ? at + strlen(folder) : NULL;
}

/* TZ may be a name, a path, or a rule without a name: EET-2EEST. */
static const char *named_by_tz(const char *tz)
{
    char path[300];

    tz += *tz == ':';
    if (*tz == '/')
        return named_by(tz);
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", tz);
    return *tz && !strstr(tz, "..") && (!strcmp(tz, "UTC") || !access(path, R_OK)) ? tz : NULL;
}

const char *zone_name(char to[ZONE_NAME])
{
    const char *tz = getenv("TZ"), *name = NULL;
    char link[300];

    if (tz && strcmp(tz + (*tz == ':'), machine) != 0) {
        name = *tz ? named_by_tz(tz) : "UTC";
    } else {
        ssize_t length = readlink(machine, link, sizeof link - 1);
        link[length > 0 ? length : 0] = '\0';
        name = named_by(link);
    }
    snprintf(to, ZONE_NAME, "%s", name ? name : "");
    return to;
}

int zone_offset_s(int64_t at_ms)
{
    time_t seconds = (time_t)(at_ms / MS_PER_S);
    struct tm tm;

    return localtime_r(&seconds, &tm) ? (int)tm.tm_gmtoff : 0;
}
