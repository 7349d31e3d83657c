/* helio.conf(5): the rows of every table of settings. */
#include "collector/cli/manual.h"

#include "base/version.h"

#include "collector/cli/setting_tables.h"

#include <string.h>

static void print_number(double value)
{
    char words[40];

    snprintf(words, sizeof words, "%.10g", value);
    roff_text(words);
}

static void print_values(const struct setting *row)
{
    switch (row->type) {
    case CHOICE:
        fputs("One of:\n", stdout);
        roff_text(row->choices);
        puts(".");
        break;
    case NUMBER:
        fputs("A number from ", stdout);
        print_number(row->least);
        fputs(" to ", stdout);
        print_number(row->most);
        puts(".");
        break;
    case YESNO:
        puts("yes or no.");
        break;
    case TEXT:
        break;
    }
}

static void print_setting(const struct setting *row)
{
    puts(".TP");
    roff_bold(row->key);
    if (!row->fallback) {
        puts(" (must be given)");
    } else if (*row->fallback) {
        fputs(" = ", stdout);
        roff_italic(row->fallback);
        putchar('\n');
    } else {
        putchar('\n');
    }
    roff_text(row->help);
    puts(".");
    print_values(row);
}

/* "bus (rtu)" is a part of [bus NAME]. */
static void print_table(void *who, const char *section, const char *what,
                        const struct setting *rows)
{
    const char *kind = strchr(section, '(');

    (void)who;
    if (kind) {
        printf(".SS \"Only for %.*s\"\n", (int)strcspn(kind + 1, ")"), kind + 1);
        roff_text(what);
        puts(":");
    } else {
        printf(".SH \"[%s]\"\n", section);
        roff_text(what);
        putchar('\n');
    }
    for (; rows->key; rows++)
        print_setting(rows);
}

static const char head[] =
    ".SH NAME\nhelio.conf \\- settings of helio\n"
    ".SH SYNOPSIS\n.I /etc/helio/helio.conf\n.br\n.I $XDG_CONFIG_HOME/helio/helio.conf\n"
    ".SH DESCRIPTION\n"
    "Lines of the form \\fIkey\\fR = \\fIvalue\\fR stand in sections that begin with\n"
    ".RI [ kind ]\nor\n.RI [ \"kind name\" ],\n"
    "as in [site] or [device south]. A line that begins with # is a comment. What is not set has\n"
    "the value given here behind the equals sign.\n"
    "\\fBhelio check\\fR says whether all is well, and \\fBhelio list settings "
    "\\-\\-effective\\fR\n"
    "what holds, and where each value comes from. After a change, HUP (systemctl reload helio)\n"
    "makes a running daemon read it again.\n.PP\n"
    "Passwords and tokens are never written here: settings name files that hold them, which only\n"
    "their owner may read, or which lie in a folder named credentials. A relative name is looked\n"
    "for where systemd puts credentials.\n";

static const char tail[] =
    ".SH EXAMPLE\n.EX\n[site]\nname = cabin\n\n[bus roof]\nline = rtu:/dev/ttyUSB0\n\n"
    "[device south]\ndriver = tracer\nbus = roof\naddress = 1\n\n[sink influx]\nkind = influx\n"
    "url = http://127.0.0.1:8086\n.EE\n"
    ".SH \"SEE ALSO\"\n.BR helio (1)\n";

int manual_settings(void)
{
    char date[DATE_ROOM];

    printf(".TH HELIO.CONF 5 \"%s\" \"helio %s\" \"File Formats\"\n.nh\n.ad l\n%s",
           manual_date(date), program_version, head);
    setting_tables_walk(print_table, NULL);
    fputs(tail, stdout);
    return OK;
}
