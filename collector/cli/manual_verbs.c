/* helio(1): what helio VERB --help says, of all verbs, and what they have in common. */
#include "collector/cli/manual.h"

#include "base/version.h"

#include <string.h>

static void print_option(const struct option_row *row)
{
    char letter[] = {'-', row->letter, '\0'}, name[64];

    puts(".TP");
    if (row->letter) {
        roff_bold(letter);
        fputs(", ", stdout);
    }
    snprintf(name, sizeof name, "--%s", row->name);
    roff_bold(name);
    if (row->argument) {
        putchar(' ');
        roff_italic(row->argument);
    }
    putchar('\n');
    roff_text(row->help);
    putchar('\n');
}

static void print_options(const struct option_row *rows)
{
    for (; rows && rows->name; rows++)
        print_option(rows);
}

/* Lines that stand as they are. */
static void print_example(const char *words)
{
    puts(".PP\n.EX");
    roff_text(words);
    puts(".EE");
}

/* An empty line begins another paragraph. */
static void print_about(const char *words)
{
    for (const char *line = words; *line;) {
        size_t length = strcspn(line, "\n");
        char text[400];
        snprintf(text, sizeof text, "%.*s", (int)length, line);
        if (length) {
            roff_text(text);
            putchar('\n');
        } else {
            puts(".PP");
        }
        line += length + (line[length] == '\n');
    }
}

static void print_verb(const struct verb *v)
{
    fputs(".SS \"helio ", stdout);
    roff_text(v->name);
    puts("\"");
    roff_bold("helio ");
    roff_bold(v->name);
    putchar(' ');
    roff_text(v->synopsis);
    puts("\n.PP");
    print_about(v->about);
    print_options(v->options);
    print_example(v->examples);
}

/* Every exit code once, with the words of all errors that end with it. */
static void print_exit_codes(void)
{
    static const struct {
        int code;
        const char *sentence;
    } errors[] = {
#define X(tag, number, word, code, text) {code, text},
        ERRORS(X)
#undef X
    };
    enum { KINDS = sizeof errors / sizeof *errors };

    puts(".SH \"EXIT STATUS\"\n.TP\n.B 0\nall is well");
    for (int code = 1; code < 128; code++) {
        bool is_begun = false;
        for (size_t i = 0; i < KINDS; i++) {
            if (errors[i].code != code)
                continue;
            if (is_begun)
                fputs(";\n", stdout);
            else
                printf(".TP\n.B %d\n", code);
            roff_text(errors[i].sentence);
            is_begun = true;
        }
        if (is_begun)
            putchar('\n');
    }
}

static const char head[] =
    ".SH NAME\nhelio \\- reads solar inverters and charge controllers\n"
    ".SH SYNOPSIS\n\\fBhelio\\fR \\fIVERB\\fR [\\fIoptions\\fR]\n.br\n"
    "\\fBhelio\\fR \\fIVERB\\fR \\fB\\-\\-help\\fR\n.br\n\\fBhelio \\-\\-version\\fR\n"
    ".SH DESCRIPTION\n"
    "helio polls every device on every wire, keeps what they say in one durable local file, and\n"
    "delivers it to databases, files and a web page. What could not be read is missing, with the\n"
    "reason counted; no number is published that was not said.\n.PP\n"
    "A device is a name from the settings file (see\n.BR helio.conf (5)),\n"
    "or is written \\fIDRIVER\\fR@\\fILINE\\fR[:\\fIADDRESS\\fR], as in\n"
    ".BR tracer@rtu:/dev/ttyUSB0:1 .\n.SH VERBS\n";

static const char tail[] =
    ".SH ENVIRONMENT\n"
    ".TP\n.B HELIO_CONFIG\nthe settings file, unless \\-\\-config names one\n"
    ".TP\n.B HELIO_LOG_FILE\nwhere \\fBhelio run\\fR writes its log, unless the settings say\n"
    ".TP\n.B HELIO_RUN_DIR\nwhere locks of wires and the control socket are "
    "(else /run/helio, else /run/lock)\n"
    ".TP\n.BR STATE_DIRECTORY \", \" CREDENTIALS_DIRECTORY \", \" NOTIFY_SOCKET \", \" "
    "WATCHDOG_USEC\nas systemd gives them, see\n.BR systemd.exec (5)\nand\n.BR sd_notify (3)\n"
    ".SH FILES\n"
    ".TP\n.I /etc/helio/helio.conf\nthe settings; else $XDG_CONFIG_HOME/helio/helio.conf, "
    "\\(ti/.config/helio/helio.conf\n"
    ".TP\n.I /var/lib/helio/helio.db\nwhat is kept; for others than the service "
    "\\(ti/.local/state/helio/helio.db\n"
    ".TP\n.I /run/helio\nlocks of wires that are shared, the control socket, files of the newest "
    "readings\n"
    ".SH SIGNALS\n\\fBhelio run\\fR ends at TERM and INT, with everything kept, and reads its\n"
    "settings and opens its log file again at HUP.\n"
    ".SH \"SEE ALSO\"\n.BR helio.conf (5),\n.BR systemctl (1)\n";

int manual_verbs(void)
{
    char date[DATE_ROOM];

    printf(".TH HELIO 1 \"%s\" \"helio %s\" \"User Commands\"\n.nh\n.ad l\n%s", manual_date(date),
           program_version, head);
    for (size_t i = 0; verbs[i]; i++)
        print_verb(verbs[i]);
    puts(".SH \"COMMON OPTIONS\"");
    print_options(common_options);
    print_exit_codes();
    fputs(tail, stdout);
    return OK;
}
