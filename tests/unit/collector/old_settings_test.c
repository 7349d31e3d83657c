/* Settings of older programs: Python and configparser read as data, and what becomes of it. */
#include "collector/cli/verb.h"
#include "collector/old_settings/program.h"

#include "base/section.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct finds *found;

static int begin(void **state)
{
    (void)state;
    found = finds_new();
    return found ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    finds_free(found);
    return 0;
}

static void read_by(old_reader *reader, const char *text)
{
    finds_free(found);
    found = finds_new();
    assert_non_null(found);
    assert_int_equal(reader(found, text), OK);
}

static void is(const char *name, const char *wanted)
{
    const struct find *f = finds_get(found, name);

    if (!f && wanted)
        fail_msg("%s was not found", name);
    if (f && (!wanted || strcmp(f->value, wanted) != 0))
        fail_msg("%s is \"%s\", not \"%s\"", name, f->value, wanted ? wanted : "missing");
}

static void told(unsigned line, const char *words)
{
    for (size_t i = 0; i < found->remark_count; i++)
        if (found->remarks[i].line == line && strstr(found->remarks[i].text, words))
            return;
    finds_say(found, "remarks", stdout);
    fail_msg("line %u was not told with \"%s\"", line, words);
}

/* ---- Python ---------------------------------------------------------------------------------- */

static void literals(void **state)
{
    // clang-format off
    static const struct { const char *text, *value; } rows[] = { /* value NULL: not understood */
        {"A = 'one'",                        "one"},
        {"A = \"it's\"  # why",              "it's"},
        {"A = 'a' \"b\"",                    "ab"},
        {"A = ('a'\n  'b')",                 "ab"},
        {"A = '''x\ny'''",                   "x\ny"},
        {"A = 'tab\\tq\\'\\x41\\u00e9\\101'","tab\tq'A\303\251A"},
        {"A = r'c:\\new'",                   "c:\\new"},
        {"A = b'x'",                         "x"},
        {"A = '\\q'",                        "\\q"},
        {"A = 1_000",                        "1000"},
        {"A = -2.5e3",                       "-2.5e3"},
        {"A = 0x0665",                       "0x0665"},
        {"A=True",                           "yes"},
        {"A = False;B = 3",                  "no"},
        {"A = None",                         ""},
        {"A: str = 'x'",                     "x"},
        {"A = \\\n 5",                       "5"},
        {"A = timedelta(seconds=10)",        "10"},
        {"A = datetime.timedelta(0, 30)",    "30"},
        {"A = timedelta(minutes=1, seconds=5)", "65"},
        {"A = time(hour=0, minute=5)",       "00:05"},
        {"A = time(7)",                      "07:00"},
        {"A = '''it's\r\n'''",               "it's\r\n"},
        {"A = 5 * 60",                       NULL},
        {"A = os.environ['X']",              NULL},
        {"A = f'{x}'",                       NULL},
        {"A = 'a' + x",                      NULL},
        {"A = 'a'.upper()",                  NULL},
        {"A = 'never closed",                NULL},
        {"A = '''never closed",              NULL},
        {"A = nan",                          NULL},
        {"A = 1e999",                        NULL},
        {"A = timedelta(seconds=n)",         NULL},
        {"A = timedelta(years=1)",           NULL},
        {"A = timedelta(seconds=10",         NULL},
        {"A = timedelta(1, 2, 3, 4, 5, 6, 7, 8)", NULL},
        {"A = open('x')",                    NULL},
        {"A = 'a\\0b'",                      NULL}, /* a text cannot hold it */
        {"A = '\\x4'",                       NULL},
        {"A = B = 5",                        NULL},
        {"A += 5",                           NULL},
        {"A == 5",                           NULL},
        {"A = {'a': 1}['a']",                NULL},
        {"A = [1, 2",                        NULL},
        {"A =",                              NULL},
        {"A = \\",                           NULL},
        {"A = '\\",                          NULL},
        {"if x:\n    A = 5",                 NULL},
        {"",                                 NULL},
    };
    // clang-format on
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        read_by(python_finds, rows[i].text);
        print_message("%s\n", rows[i].text);
        is("A", rows[i].value);
        if (!rows[i].value && *rows[i].text)
            assert_true(found->remark_count > 0);
        if (rows[i].value)
            assert_int_equal(found->remark_count, 0);
    }
}

static void containers(void **state)
{
    (void)state;
    read_by(python_finds, "'''What this is'''\n"
                          "import os\n"
                          "from datetime import (timedelta,\n    time)\n"
                          "conf = {\n"
                          "    'a': 1,  # }\n"
                          "    'b': os.environ.get('B', [1, 2]),\n"
                          "    \"c\": {'d': ('x', 'y',)},\n"
                          "    7: [None, 'z'],\n"
                          "}\n"
                          "last = 'end'\n");
    is("conf.a", "1");
    is("conf.b", NULL);
    told(7, "conf.b: is computed");
    is("conf.c.d[0]", "x");
    is("conf.c.d[1]", "y");
    is("conf.7[0]", "");
    assert_true(finds_get(found, "conf.7[0]")->is_nothing);
    is("conf.7[1]", "z");
    is("last", "end");
    assert_int_equal(finds_get(found, "last")->line, 11);
    assert_int_equal(found->remark_count, 1);
}

static void code_is_told(void **state)
{
    (void)state;
    read_by(python_finds, "A = 1\n"
                          "if A:\n"
                          "    B = 'in code'\n"
                          "\n"
                          "def f(x='hunter2'):\n"
                          "    return {\n"
                          "'B': 2}\n"
                          "print('hunter2')\n"
                          "C = 3\n"
                          "A = 2\n");
    is("A", "2");
    is("B", NULL);
    is("C", "3");
    told(2, "is code");
    told(5, "is code");
    told(8, "is code");
    told(10, "was set at line 1");
    for (size_t i = 0; i < found->remark_count; i++)
        assert_null(strstr(found->remarks[i].text, "hunter2"));
}

/* ---- configparser ---------------------------------------------------------------------------- */

static void ini(void **state)
{
    (void)state;
    read_by(ini_finds, "before = 1\n"
                       "# comment = 1\n"
                       "[one]\r\n"
                       "Key = a # b ; c\r\n"
                       "other: x = y\n"
                       "  ; comment\n"
                       "empty =\n"
                       "nonsense\n"
                       "= 5\n"
                       "  goes=on\n"
                       "[two\n"
                       "lost = 1\n"
                       "[two]\n"
                       "key = 1\n"
                       "KEY = 2");
    is("one.key", "a # b ; c");
    is("one.other", "x = y");
    is("one.empty", "");
    is("two.key", "2");
    assert_int_equal(found->count, 5 + 2); /* and the sections themselves */
    told(1, "in no section");
    told(8, "key = value");
    told(9, "key = value");
    told(10, "goes on");
    told(11, "not closed");
    told(12, "in no section");
    told(15, "was set at line 14");
}

/* ---- too much of it -------------------------------------------------------------------------- */

static char *repeated(const char *head, char c, size_t count, const char *tail)
{
    size_t length = strlen(head);
    char *text = malloc(length + count + strlen(tail) + 1);

    assert_non_null(text);
    memcpy(text, head, length);
    memset(text + length, c, count);
    memcpy(text + length + count, tail, strlen(tail) + 1);
    return text;
}

static void too_long(void **state)
{
    static const struct {
        old_reader *reader;
        const char *head;
        char c;
        const char *tail;
        bool is_told; /* or may pass for nothing at all */
    } rows[] = {
        {ini_finds, "[a]\nb = ", 'x', "\n", true}, {ini_finds, "[a]\n", 'x', " = 1\n", true},
        {ini_finds, "[", 'x', "]\na = 1\n", true}, {python_finds, "A = '", 'x', "'\n", true},
        {python_finds, "", 'x', " = 1\n", true},   {python_finds, "A = {'", 'x', "': 1}\n", true},
        {python_finds, "A = ", '[', "\n", true},   {python_finds, "A = ", '1', "\n", true},
        {python_finds, "A = ", '-', "1\n", true},  {python_finds, "A = (", '\n', "", true},
        {python_finds, "", ')', "\n", true},       {python_finds, "", ';', "\n", false},
        {python_finds, "A = ", '(', "\n", true},   {python_finds, "A = ", '\\', "\n", true},
        {python_finds, "", '\'', "\n", false},     {ini_finds, "", '\n', "", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *text = repeated(rows[i].head, rows[i].c, 200001, rows[i].tail);
        read_by(rows[i].reader, text);
        free(text);
        for (size_t k = 0; k < found->count; k++)
            assert_true(found->rows[k].is_nothing); /* a section at most */
        if (rows[i].is_told)
            assert_true(found->remark_count > 0);
    }
}

static void too_many(void **state)
{
    char *text = repeated("", ' ', (size_t)FINDS_MAX * 40, "");
    size_t at = 0;

    (void)state;
    for (int i = 0; i < 2 * FINDS_MAX; i++)
        at += (size_t)sprintf(text + at, "a%d = %d\n", i, i);
    text[at] = '\0';
    read_by(python_finds, text);
    free(text);
    assert_int_equal(found->count, FINDS_MAX);
    assert_int_equal(found->remark_count, REMARKS_MAX);
    assert_int_equal(found->remarks_lost, FINDS_MAX - REMARKS_MAX);
}

/* ---- values ---------------------------------------------------------------------------------- */

static void takes(void **state)
{
    // clang-format off
    static const struct { enum take take; const char *from, *to; } rows[] = { /* to NULL: refused */
        {TAKE_WORD,     "a # b",            "a # b"},
        {TAKE_WORD,     "",                 NULL},
        {TAKE_WORD,     "a\nb",             NULL},
        {TAKE_WORD,     "$MQTT_Topic",      NULL},
        {TAKE_NUMBER,   "20",               "2"},
        {TAKE_NUMBER,   "101",              NULL},
        {TAKE_NUMBER,   "20 # ms",          NULL},
        {TAKE_CHOICE,   "two",              "two"},
        {TAKE_CHOICE,   "tw",               NULL},
        {TAKE_CHOICE,   "",                 NULL},
        {TAKE_HEX4,     "0084",             "0084"},
        {TAKE_HEX4,     "84",               "0084"},
        {TAKE_HEX4,     "0xA1",             "00a1"},
        {TAKE_HEX4,     "00841",            NULL},
        {TAKE_HEX4,     "xyz",              NULL},
        {TAKE_HOST,     "grafana",          "grafana"},
        {TAKE_HOST,     "2001:db8::1",      "[2001:db8::1]"},
        {TAKE_HOST,     "me:pw@host",       NULL},
        {TAKE_URL,      "http://h:1/mate",  "http://h:1/mate"},
        {TAKE_URL,      "http://me:p@ss@h/m", "http://h/m"},
        {TAKE_URL,      "http://h/m?token=x", NULL},
        {TAKE_URL,      "ftp://h/",         NULL},
        {TAKE_URL,      "http:///m",        NULL},
        {TAKE_PORT,     "/dev/ttyUSB0",     "/dev/ttyUSB0"},
        {TAKE_PORT,     "COM1",             NULL},
        {TAKE_HOUR,     "11",               "11:00"},
        {TAKE_HOUR,     "24",               NULL},
        {TAKE_HOUR,     "1.5",              NULL},
        {TAKE_HOUR_END, "16",               "17:00"},
        {TAKE_HOUR_END, "23",               "23:59"},
        {TAKE_SECRET,   "hunter2",          ""},
        {TAKE_NOT,      "anything",         ""},
    };
    // clang-format on
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct old_row row = {
            .take = rows[i].take, .least = 1, .most = 100, .scale = 0.1, .words = "one two"};
        char to[FIND_VALUE];
        const char *why = old_take(&row, rows[i].from, to, sizeof to);
        print_message("%d %s\n", (int)rows[i].take, rows[i].from);
        assert_int_equal(why == NULL, rows[i].to != NULL);
        if (!why)
            assert_string_equal(to, rows[i].to);
    }
}

static void units_of_old(void **state)
{
    static const char *const bad[] = {"",         "1",          "/dev/a",    "/dev/a:0",
                                      "/dev/a:x", "/dev/a:248", "dev:1",     "/dev/a:1,/dev/a:1",
                                      ",",        "/dev/a;b:1", "/dev/a:1,,"};
    static struct old_job some;

    (void)state;
    assert_true(old_units_read(&some, "/dev/a:1,/dev/a:2,/dev/b:1"));
    assert_int_equal(some.unit_count, 3);
    assert_string_equal(some.units[2].port, "/dev/b");
    assert_int_equal(some.units[1].address, 2);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(old_units_read(&some, bad[i]));
}

/* ---- the whole way --------------------------------------------------------------------------- */

static struct old_job job;
static char out[32768];

static int convert(const char *kind, const char *text)
{
    finds_free(found);
    found = finds_new();
    assert_non_null(found);
    job = (struct old_job){
        .program = old_program_find(kind), .finds = found, .out = text_on(out, sizeof out)};
    return old_settings_convert(&job, text, strlen(text));
}

static void recognised(void **state)
{
    // clang-format off
    static const struct { const char *text, *kind; } rows[] = {
        {"# c\n\n[inverter]\nvendorId = 0084\n",       "goodwe"},
        {"[inverter]\n#vendorId = 1\n[mqtt]\n#topic = a\n", "goodwe"}, /* as its README has it */
        {"[mqtt]\nserver = h\n",                      "goodwe"},
        {"[INFLUXDB]\nHost = h\n[MQTT]\nServer = h\n", "logtracer"},
        {"[mqtt]\n",                                  NULL},
        {"\xef\xbb\xbf[INFLUXDB]\nHost = h\n",        "logtracer"},
        {"; c\n[INFLUXDB]\nHost = h\n",               "logtracer"},
        {"charger_conf = {'float_voltage': 52.8}\n",   "godenerg"},
        {"# c\nSERIAL_PORT = '/dev/ttyUSB0'\n",        "pymate"},
        {"\n {\"mqtt_topic_parallel\": \"a\"}",        "axpert-addon"},
        {"{\"options\": {\"mqtt_topic\": \"a\"}}",     "axpert-addon"},
        {"",                                           NULL},
        {"[inverter]\n",                               NULL},
        {"Dear all,\nhello = there\n",                 NULL},
        {"{\"a\": 1}",                                 NULL},
        {"{",                                          NULL},
        {"{\"a\": 1, \"a\": 2}",                       NULL},
    };
    // clang-format on
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int rc = convert("", rows[i].text);
        if (rows[i].kind && *rows[i].text != '{' && rc)
            fail_msg("%s: not recognised", rows[i].text);
        if (!rc)
            assert_string_equal(job.program->word, rows[i].kind);
        else
            assert_true(rc == ERR_DATA && found->remark_count > 0);
    }
    assert_int_equal(convert("pymate", "[inverter]\nvendorId = 0084\n"), ERR_DATA);
    job = (struct old_job){.finds = found};
    assert_int_equal(old_settings_convert(&job, "A = 1\0", 6), ERR_DATA);
}

/* Whatever a value holds, settings can be read, and keep it. */
static void quoting(void **state)
{
    static const char *const topics[] = {"a#b",    "a;b", "it's", "say \"x\"",
                                         "ends\\", " # ", "a\"'b"};
    char text[200];

    (void)state;
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++) {
        struct settings *s = NULL;
        snprintf(text, sizeof text, "[INFLUXDB]\nDB = %s\nPass = hunter2\n", topics[i]);
        assert_int_equal(convert("", text), OK);
        assert_int_equal(settings_parse(out, "out", &s), OK);
        for (size_t k = 0; k < s->count; k++)
            if (!strcmp(s->sections[k].kind, "sink") && strcmp(topics[i], "a\"'b") != 0) {
                char wanted[40];
                snprintf(wanted, sizeof wanted, "%s", topics[i]);
                assert_string_equal(section_entry(&s->sections[k], "database")->value,
                                    text_trim(wanted));
            }
        settings_free(s);
        assert_null(strstr(out, "hunter2"));
    }
}

static void tables(void **state)
{
    (void)state;
    for (size_t i = 0; old_programs[i]; i++) {
        const struct old_program *p = old_programs[i];
        size_t rows = 0;
        assert_ptr_equal(old_program_find(p->word), p);
        assert_non_null(strstr(verb_import_settings.options[0].help, p->word));
        assert_true(p->title && p->marks[0] && p->lines && p->look);
        for (const struct old_row *row = p->rows; row->name; row++, rows++) {
            if (row->take == TAKE_NUMBER)
                assert_true(row->least < row->most);
            if (row->take == TAKE_NOT || row->take == TAKE_SECRET)
                assert_non_null(row->told);
            if (row->take == TAKE_CHOICE)
                assert_non_null(row->words);
            for (const struct old_row *other = p->rows; other < row; other++)
                assert_string_not_equal(other->name, row->name);
        }
        assert_true(rows < OLD_ROWS);
        for (const struct old_line *line = p->lines; line->text || line->print; line++)
            for (const char *at = line->text; at && (at = strchr(at, '{')); at++) {
                char name[FIND_NAME];
                const struct old_row *row = p->rows;
                snprintf(name, sizeof name, "%.*s", (int)strcspn(at + 1, "}"), at + 1);
                while (row->name && strcmp(row->name, name) != 0)
                    row++;
                if (!row->name || row->take == TAKE_NOT || row->take == TAKE_SECRET)
                    fail_msg("%s: {%s} is no value", p->word, name);
            }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(literals, begin, end),
        cmocka_unit_test_setup_teardown(containers, begin, end),
        cmocka_unit_test_setup_teardown(code_is_told, begin, end),
        cmocka_unit_test_setup_teardown(ini, begin, end),
        cmocka_unit_test_setup_teardown(too_long, begin, end),
        cmocka_unit_test_setup_teardown(too_many, begin, end),
        cmocka_unit_test(takes),
        cmocka_unit_test(units_of_old),
        cmocka_unit_test_setup_teardown(recognised, begin, end),
        cmocka_unit_test_setup_teardown(quoting, begin, end),
        cmocka_unit_test(tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
