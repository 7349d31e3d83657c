/* Settings: what a file may say, and how a mistake in it is told. */
#include "base/section.h"

#include "tests/unit/said.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

// clang-format off
static const struct setting bus_rows[] = {
    { "line",   TEXT,   NULL,   0,   0,      NULL,            "where the wire is" },
    { "speed",  NUMBER, "9600", 300, 250000, NULL,            "bits a second" },
    { "parity", CHOICE, "none", 0,   0,      "none even odd", "parity bit" },
    { "lend",   YESNO,  "yes",  0,   0,      NULL,            "lend the line to others" },
    SETTINGS_END
};
static const struct setting more_rows[] = {
    { "timeout_ms", NUMBER, "500", 1, 60000, NULL, "how long to wait" },
    SETTINGS_END
};
// clang-format on
static const struct setting *const tables[] = {bus_rows, more_rows};

/* Parses and checks everything; what was said stays in `said` until the next call. */
static struct said said;

static int try(const char *text, struct settings **to)
{
    int rc, checked;

    said_start(&said);
    rc = settings_parse(text, "home.ini", to);
    for (size_t i = 0; *to && i < (*to)->count; i++) {
        checked = section_check(&(*to)->sections[i], tables, 2);
        rc = rc ? rc : checked;
    }
    said_stop(&said);
    return rc;
}

/* The text is refused with exactly this one complaint. */
static void complains(const char *text, const char *complaint)
{
    struct settings *s;
    char line[600];

    assert_int_equal(try(text, &s), ERR_CONFIG);
    snprintf(line, sizeof line, "home.ini:%s\n", complaint);
    assert_non_null(strstr(said.text, line));
    assert_int_equal(said_lines(said.text), 1);
    assert_int_equal(s->faults, 1);
    settings_free(s);
}

static void a_good_file(void **state)
{
    struct settings *s;

    (void)state;
    assert_int_equal(try("# the wires\n"
                         "[bus west]\n"
                         "line = serial:/dev/ttyUSB0\n"
                         "  speed=115200\n"
                         "lend = off\r\n"
                         "\n"
                         "; another\n"
                         "[ bus roof ]\n"
                         "line = hid:0665:5161\n"
                         "parity = even\n"
                         "[bus]\n"
                         "line = tcp:a=b\n"
                         "timeout_ms = 1e3",
                         &s),
                     OK);
    assert_string_equal(said.text, "");
    assert_int_equal(s->count, 3);

    const struct section *west = &s->sections[0], *roof = &s->sections[1], *bare = &s->sections[2];
    assert_string_equal(west->kind, "bus");
    assert_string_equal(west->name, "west");
    assert_int_equal(west->line, 2);
    assert_string_equal(section_text(west, "line"), "serial:/dev/ttyUSB0");
    assert_true(section_number(west, "speed") == 115200);
    assert_string_equal(section_text(west, "parity"), "none"); /* by default */
    assert_false(section_has(west, "parity"));
    assert_true(section_has(west, "speed"));
    assert_false(section_yes(west, "lend"));
    assert_string_equal(roof->name, "roof");
    assert_string_equal(section_text(roof, "parity"), "even");
    assert_true(section_yes(roof, "lend"));
    assert_true(section_number(roof, "timeout_ms") == 500);
    assert_string_equal(bare->name, "");
    assert_string_equal(section_text(bare, "line"), "tcp:a=b");
    assert_true(section_number(bare, "timeout_ms") == 1000);
    settings_free(s);
}

static void an_empty_file_has_no_sections(void **state)
{
    static const char *const empty[] = {"", "\n\n", "# nothing\n;"};
    struct settings *s;

    (void)state;
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
        assert_int_equal(try(empty[i], &s), OK);
        assert_int_equal(s->count, 0);
        settings_free(s);
    }
}

static void quotes_keep_everything(void **state)
{
    struct settings *s;

    (void)state;
    assert_int_equal(try("[bus a]\nline = \"x # y; z\"\n[bus b]\nline = 'a \"b\" c'\n"
                         "[bus c]\nline = don't\nspeed = \"1200\"\n",
                         &s),
                     OK);
    assert_string_equal(section_text(&s->sections[0], "line"), "x # y; z");
    assert_string_equal(section_text(&s->sections[1], "line"), "a \"b\" c");
    assert_string_equal(section_text(&s->sections[2], "line"), "don't");
    assert_true(section_number(&s->sections[2], "speed") == 1200);
    settings_free(s);
}

static void an_unknown_key(void **state)
{
    (void)state;
    complains("[bus west]\nline = x\nsped = 9600\n",
              "3: [bus west] sped: no such key here; did you mean \"speed\"?");
    complains("[bus west]\nline = x\nwallpaper = 1\n",
              "3: [bus west] wallpaper: no such key here; see: helio list settings");
    complains("[bus west]\nline = x\ntimeout = 1\n",
              "3: [bus west] timeout: no such key here; see: helio list settings");
}

static void a_repeated_key(void **state)
{
    (void)state;
    complains("[bus west]\nline = x\nspeed = 9600\nspeed = 1200\n",
              "4: [bus west] speed: is set already at line 3; only one of them can count");
}

static void a_repeated_section(void **state)
{
    (void)state;
    complains("[bus west]\nline = x\n[bus roof]\nline = y\n[bus west]\nspeed = 1200\n",
              "5: [bus west] this section stands already at line 1; put both into one");
}

#define CUT "a quote, # or ; would cut "
#define WHOLE " short: quote the whole value, and put a comment on a line of its own"

static void a_value_that_would_be_cut(void **state)
{
    (void)state;
    complains("[bus west]\nline = x # the roof\n", "2: [bus west] line: " CUT "x # the roof" WHOLE);
    complains("[bus west]\nline = a;b\n", "2: [bus west] line: " CUT "a;b" WHOLE);
    complains("[bus west]\nline = \"a\" # b\n", "2: [bus west] line: " CUT "\"a\" # b" WHOLE);
    complains("[bus west]\nline = \"a\" b\n", "2: [bus west] line: " CUT "\"a\" b" WHOLE);
    complains("[bus west]\nline = \"a b\n", "2: [bus west] line: " CUT "\"a b" WHOLE);
}

static void upper_case(void **state)
{
    (void)state;
    complains("[bus west]\nLine = x\n", "2: [bus west] Line: keys are written in lower case");
    complains("[Bus west]\nline = x\n", "1: [Bus west]: names here are written in lower case");
    complains("[bus roof]\nline = x\n[bus West]\nline = y\n",
              "3: [bus West]: names here are written in lower case");
}

static void a_bad_value(void **state)
{
    (void)state;
    complains("[bus west]\nline = x\nspeed = fast\n",
              "3: [bus west] speed: \"fast\" is not a number");
    complains("[bus west]\nline = x\nspeed = 9600 baud\n",
              "3: [bus west] speed: \"9600 baud\" is not a number");
    complains("[bus west]\nline = x\nspeed =\n", "3: [bus west] speed: \"\" is not a number");
    complains("[bus west]\nline = x\nspeed = 299\n",
              "3: [bus west] speed: 299 is outside 300 to 250000");
    complains("[bus west]\nline = x\nspeed = 250001\n",
              "3: [bus west] speed: 250001 is outside 300 to 250000");
    complains("[bus west]\nline = x\nlend = maybe\n",
              "3: [bus west] lend: \"maybe\" is neither yes nor no");
    complains("[bus west]\nline = x\nparity = eve\n",
              "3: [bus west] parity: \"eve\" is not one of: none even odd");
    complains("[bus west]\nline = x\nparity = none even\n",
              "3: [bus west] parity: \"none even\" is not one of: none even odd");
    complains("[bus west]\nline =\n", "2: [bus west] line: is empty");
}

static void a_missing_key(void **state)
{
    (void)state;
    complains("\n[bus west]\nspeed = 1200\n",
              "2: [bus west] \"line\" is missing: where the wire is");
}

static void lines_that_are_neither(void **state)
{
    (void)state;
    complains("[bus west]\nline = x\nspeed 1200\n",
              "3: [bus west] \"speed 1200\": a line is written key = value");
    complains("[bus west]\nline = x\n= 1200\n",
              "3: [bus west] \"= 1200\": a line is written key = value");
    complains("speed = 1200\n[bus west]\nline = x\n",
              "1: \"speed\" stands before the first [section]");
    complains("[bus west]\nline = x\n[roof\n",
              "3: [bus west] \"[roof\": a section is written [kind name], alone on its line");
    complains("[bus west]\nline = x\n[bus we$t]\nline = y\n",
              "3: \"we$t\": a section is [kind] or [kind name], of letters, digits, . _ -");
}

/* Three ways in which iniparser would lose values without a word. */
static void what_iniparser_swallows(void **state)
{
    (void)state;
    complains("[bus   west]\nline = x\n",
              "1: [bus   west]: between kind and name stands one blank");
    complains("[bus\twest]\nline = x\n", "1: [bus\twest]: between kind and name stands one blank");
    complains("[bus west]\nline = x\n# c:\\dir\\\nspeed = 1200\n",
              "3: [bus west] a line cannot end with \\");
}

/* Newer versions of iniparser drop a backslash in quotes, and take the quote behind it for text. */
static void backslashes_in_quotes(void **state)
{
    static const char *const values[] = {
        "\"C:\\solar\"",  "\"ends\\\"", "'ends\\'",      "\" a # b ; c \"",
        "'say \"\\\"\"'", "C:\\solar",  "\"\\\\twice\"", "\"\"",
    };
    char text[200];

    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        bool is_quoted = strchr("\"'", *values[i]) != NULL;
        struct settings *s;
        char wanted[80];

        snprintf(text, sizeof text, "[bus west]\nline = x\nname = %s\n", values[i]);
        snprintf(wanted, sizeof wanted, "%.*s", (int)strlen(values[i]) - 2 * is_quoted,
                 values[i] + is_quoted);
        assert_int_equal(settings_parse(text, "home.ini", &s), OK);
        assert_string_equal(section_entry(&s->sections[0], "name")->value, wanted);
        settings_free(s);
    }
}

/* The form is wrong: the rest is looked at all the same, so that one run tells everything. */
static void faults_of_form_do_not_hide_others(void **state)
{
    struct settings *s;

    (void)state;
    assert_int_equal(
        try("[bus west]\nLine = 'x'\nspeed = fast\nnonsense\n[bus roof]\nspeed = 1\n", &s),
        ERR_CONFIG);
    assert_non_null(strstr(said.text, "home.ini:2: [bus west] Line: keys are written"));
    assert_non_null(strstr(said.text, "home.ini:4: [bus west] \"nonsense\""));
    assert_non_null(strstr(said.text, "home.ini:3: [bus west] speed: \"fast\" is not a number"));
    assert_non_null(strstr(said.text, "home.ini:6: [bus roof] speed: 1 is outside"));
    assert_non_null(strstr(said.text, "home.ini:5: [bus roof] \"line\" is missing"));
    assert_int_equal(s->faults, 5);
    assert_int_equal(said_lines(said.text), 5);
    assert_string_equal(section_text(&s->sections[0], "line"), "x");
    settings_free(s);
}

static void a_line_too_long(void **state)
{
    char text[1200] = "[bus west]\nline = ";
    struct settings *s;

    (void)state;
    memset(text + strlen(text), 'x', 1100);
    assert_int_equal(try(text, &s), ERR_CONFIG);
    assert_non_null(strstr(said.text, "home.ini:2: [bus west] this line is too long"));
    settings_free(s);

    strcpy(text, "[bus west]\nline = ");
    memset(text + strlen(text), 'x', 1000 - strlen("line = ")); /* just fits */
    text[strlen("[bus west]\n") + 1000] = '\0';
    assert_int_equal(try(text, &s), OK);
    assert_int_equal(strlen(section_text(&s->sections[0], "line")), 1000 - strlen("line = "));
    settings_free(s);
}

static void files(void **state)
{
    static const char text[] = "[bus west]\nline = x\n";
    char path[] = "/tmp/section_test.XXXXXX";
    int fd = mkstemp(path);
    struct settings *s;

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(settings_read(path, &s), OK);
    assert_string_equal(section_text(&s->sections[0], "line"), "x");
    settings_free(s);

    assert_int_equal(write(fd, "", 1), 1); /* a NUL byte: some other kind of file */
    said_start(&said);
    assert_int_equal(settings_read(path, &s), ERR_INPUT);
    assert_non_null(strstr(said_stop(&said), "is not a settings file"));
    assert_null(s);
    close(fd);
    unlink(path);

    said_start(&said);
    assert_int_equal(settings_read(path, &s), ERR_INPUT);
    assert_non_null(strstr(said_stop(&said), "No such file"));
    assert_null(s);
    settings_free(NULL);
}

static void words_on_the_command_line(void **state)
{
    struct section s;

    (void)state;
    assert_int_equal(
        section_from_words("bus", "--bus", "line=tcp:a=b, speed = 1200 ,lend,,parity=odd", &s), OK);
    assert_int_equal(section_check(&s, tables, 2), OK);
    assert_string_equal(section_text(&s, "line"), "tcp:a=b");
    assert_true(section_number(&s, "speed") == 1200);
    assert_true(section_yes(&s, "lend"));
    assert_string_equal(section_text(&s, "parity"), "odd");
    assert_int_equal(s.count, 4);
    section_done(&s);

    assert_int_equal(section_from_words("bus", "--bus", "sped=1200", &s), OK);
    said_start(&said);
    assert_int_equal(section_check(&s, tables, 2), ERR_CONFIG);
    assert_string_equal(said_stop(&said),
                        "helio: --bus: sped: no such key here; did you mean \"speed\"?\n"
                        "helio: --bus: \"line\" is missing: where the wire is\n");
    assert_int_equal(s.faults, 2);
    section_done(&s);

    assert_int_equal(section_from_words("bus", "--bus", "", &s), OK);
    assert_int_equal(s.count, 0);
    section_done(&s);
}

static void a_word_given_twice(void **state)
{
    struct section s;

    (void)state;
    assert_int_equal(section_from_words("bus", "--bus", "line=a,line=b", &s), OK);
    said_start(&said);
    assert_int_equal(section_check(&s, tables, 2), ERR_CONFIG);
    assert_string_equal(said_stop(&said), "helio: --bus: line: is given twice\n");
    section_done(&s);
}

static void the_nearest_word(void **state)
{
    struct nearest n = {.word = "prity"};

    (void)state;
    nearest_try(&n, "speed");
    assert_null(n.best);
    nearest_try(&n, "purity");
    assert_string_equal(n.best, "purity");
    nearest_try(&n, "parity"); /* just as near: the first one stays */
    assert_string_equal(n.best, "purity");
    nearest_try(&n, "prity");
    assert_string_equal(n.best, "prity");
}

/* The complaints above are compared as they look outside of a journal. */
static int plain_log(void **state)
{
    (void)state;
    return unsetenv("JOURNAL_STREAM");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_file),
        cmocka_unit_test(an_empty_file_has_no_sections),
        cmocka_unit_test(backslashes_in_quotes),
        cmocka_unit_test(quotes_keep_everything),
        cmocka_unit_test(an_unknown_key),
        cmocka_unit_test(a_repeated_key),
        cmocka_unit_test(a_repeated_section),
        cmocka_unit_test(a_value_that_would_be_cut),
        cmocka_unit_test(upper_case),
        cmocka_unit_test(a_bad_value),
        cmocka_unit_test(a_missing_key),
        cmocka_unit_test(lines_that_are_neither),
        cmocka_unit_test(what_iniparser_swallows),
        cmocka_unit_test(backslashes_in_quotes),
        cmocka_unit_test(faults_of_form_do_not_hide_others),
        cmocka_unit_test(a_line_too_long),
        cmocka_unit_test(files),
        cmocka_unit_test(words_on_the_command_line),
        cmocka_unit_test(a_word_given_twice),
        cmocka_unit_test(the_nearest_word),
    };
    return cmocka_run_group_tests(tests, plain_log, NULL);
}
