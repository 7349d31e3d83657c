/* The clock and the time zone: what is stamped wrongly cannot be put right later. */
#include "collector/checks/checks.h"

#include "base/clock.h"
#include "collector/checks/root.h"

#include <stdlib.h>
#include <string.h>

void judge_clock(struct report *r, int64_t wall_ms, const char *keeper, bool has_rtc)
{
    struct finding f;
    char now[CLOCK_TEXT];
    bool is_right = clock_is_trusted(wall_ms);

    if (is_right && keeper)
        return;
    finding_begin(&f, is_right ? WARNING : TROUBLE, is_right ? OK : ERR_SYSTEM, "the clock");
    text_format(&f.seen, "it says %s, %s%s%s%s", clock_iso(wall_ms, now),
                keeper ? "" : "no program ", keeper ? keeper : "keeps it right",
                keeper ? " runs" : "", has_rtc ? "" : ", and this machine has no clock of its own");
    text_add(&f.means, is_right
                           ? "it will drift, and after a power cut may begin anywhere"
                           : "it was never set: readings wait for the right time before they go "
                             "anywhere");
    if (keeper)
        text_format(&f.mend,
                    "sudo systemctl restart %s, and see that it reaches a server: "
                    "timedatectl timesync-status, or chronyc sources",
                    keeper);
    else
        text_add(&f.mend, "sudo apt install systemd-timesyncd && sudo timedatectl set-ntp true; "
                          "without a network: sudo date -s 'YYYY-MM-DD HH:MM'");
    report_add(r, &f);
}

/* In a container the clock is the host's. */
static bool is_contained(void)
{
    return root_has("/.dockerenv") || root_has("/run/.containerenv") ||
           root_has("/run/systemd/container");
}

static const char *find_keeper(void)
{
    /* comm is cut after 15 letters */
    static const char *const names[][2] = {{"systemd-timesyn", "systemd-timesyncd"},
                                           {"chronyd", "chrony"},
                                           {"ntpd", "ntp"},
                                           {"ntpsec", "ntpsec"},
                                           {"openntpd", "openntpd"},
                                           {"ptp4l", "ptp4l"}};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (is_running(names[i][0]))
            return names[i][1];
    return root_has("/run/systemd/timesync/synchronized") ? "systemd-timesyncd" : NULL;
}

static void check_zone(struct scene *s)
{
    const char *named = section_text(s->plan->site, "timezone"), *tz = getenv("TZ");
    struct finding f;

    if (*named || (tz && *tz) || root_has("/etc/localtime"))
        return;
    finding_begin(&f, WARNING, OK, "the time zone");
    text_add(&f.seen, "there is no /etc/localtime, and [site] timezone is not set");
    text_add(&f.means,
             "days begin at midnight of Greenwich: today's energy is cut at a wrong hour");
    text_add(&f.mend, "sudo timedatectl set-timezone Europe/Sofia (timedatectl list-timezones has "
                      "all), or timezone = Europe/Sofia under [site]; files of zones come with: "
                      "sudo apt install tzdata");
    report_add(s->report, &f);
}

void check_clock(struct scene *s)
{
    char *clocks = root_list("/sys/class/rtc");
    const char *keeper = is_contained() ? "the host" : find_keeper();

    judge_clock(s->report, clock_wall_ms(), keeper, clocks && *clocks);
    check_zone(s);
    free(clocks);
}
