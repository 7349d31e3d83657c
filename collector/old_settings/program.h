/*
 * The settings of older programs, said in ours. Each program is one file here: a table of its own
 * settings (how each is taken, or why not), and the lines of a settings file they go into.
 */
#ifndef COLLECTOR_OLD_SETTINGS_PROGRAM_H
#define COLLECTOR_OLD_SETTINGS_PROGRAM_H

#include "collector/old_settings/finds.h"

#include "base/text.h"

enum take {
    TAKE_NOT,      /* `told` says why */
    TAKE_WORD,     /* any printable text */
    TAKE_NUMBER,   /* from least to most, times scale (0: as it is) */
    TAKE_CHOICE,   /* one of `words` */
    TAKE_HEX4,     /* 0665: of USB ids */
    TAKE_HOST,     /* a host's name or address */
    TAKE_URL,      /* http://...; a user and password in it are left out, and told */
    TAKE_PORT,     /* a serial port: /dev/... */
    TAKE_HOUR,     /* 11 becomes 11:00 */
    TAKE_HOUR_END, /* 16, itself included, becomes 17:00 */
    TAKE_LEVEL,    /* how much is logged, in Python's words */
    TAKE_LOG,      /* a file for the log: its name, in the folder our service may write to */
    TAKE_SECRET,   /* never read; `told` names the file it belongs into */
    TAKE_MADE,     /* not of the old file: the program's reckon makes it of others */
};

struct old_row {
    const char *name; /* as in struct find; "logger_conf.*" are all below it */
    enum take take;
    const char *usual; /* what the old program took when it is not set */
    double least, most, scale;
    const char *words;
    const char *told; /* what its owner should know when it is set; NULL: it goes over as it is */
    bool is_needed;   /* the old program did not run without it */
};

struct old_job;

/* A line of what is printed. {NAME} stands for the value of a row. */
struct old_line {
    const char
        *when; /* NULL: always; "NAME": when it is set; "NAME=VALUE"; "NAMES.*": any of them */
    const char *text;
    void (*print)(struct old_job *job); /* in place of text: lines that are counted */
};

enum old_form { OLD_INI, OLD_PYTHON, OLD_JSON };

struct old_program {
    const char *word, *title; /* --kind WORD; the program's name */
    enum old_form form;
    const char *const *marks; /* names that only its files have; any of them will do, or "A+B" */
    const struct old_row *rows;
    const struct old_line *lines;
    const char *const *look; /* what its owner should look at, whatever was set */
    void (*reckon)(struct old_job *job);
    bool has_units; /* takes --units */
};

enum { OLD_ROWS = 24, OLD_UNITS = 32, OLD_PATH = 128 };

struct old_unit {
    char port[OLD_PATH];
    unsigned address;
};

struct old_job {
    const struct old_program *program;
    struct finds *finds;
    struct {
        char text[FIND_VALUE];
        bool is_set;                  /* by the old file, and usable */
    } values[OLD_ROWS];               /* by row */
    struct old_unit units[OLD_UNITS]; /* of --units */
    size_t unit_count;
    struct text out;
};

/* NULL ends them. */
extern const struct old_program *const old_programs[];
const struct old_program *old_program_find(const char *word);
void old_program_words(struct text *to); /* "goodwe, logtracer, ..." */

/* Reads `text` (ended with NUL, `length` without it) as the settings of job->program, or, when that
 * is NULL, of whichever it shows itself to be; prints to job->out and remarks on job->finds.
 * ERR_DATA: it is none of them, and a remark says so; ERR_FULL: job->out is too small. */
int old_settings_convert(struct old_job *job, const char *text, size_t length) MUST_CHECK;

/* TTY:ID[,TTY:ID...], as it stood on the old command line. */
bool old_units_read(struct old_job *job, const char *words);

/* ---- for the programs ------------------------------------------------------------------------ */

/* The value of a row, or its usual one; "" when there is neither. */
const char *old_value(const struct old_job *job, const char *name);
void old_value_make(struct old_job *job, const char *name, double value);
void old_value_say(struct old_job *job, const char *name, const char *text);

/* One line "key = value" or anything else, quoted as settings want it. */
void old_print_setting(struct old_job *job, const char *key, const char *value);

/* Takes one value as its row says; NULL, or why it cannot be used. */
const char *old_take(const struct old_row *row, const char *value, char *to, size_t size);

/* What is told when its log's file was set. */
#define OLD_LOG_TOLD                                                                               \
    "becomes [helio] log_file, by its name in /var/log/helio, where the service may write"

#define OLD_PROGRAM(name) extern const struct old_program old_##name;
#include "collector/old_settings/programs.def"
#undef OLD_PROGRAM

#endif
