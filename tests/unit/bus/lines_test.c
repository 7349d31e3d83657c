/* Wires as people write them. */
#include "bus/lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void wire_is(const char *text, const char *scheme, const char *where, const char *options,
                    int address)
{
    struct wire wire;
    char why[400] = "";

    assert_int_equal(wire_parse(text, &wire, why, sizeof why), OK);
    assert_string_equal(wire.line->scheme, scheme);
    assert_string_equal(wire.where, where);
    assert_string_equal(wire.options, options);
    assert_int_equal(wire.address, address);
}

static void refused(const char *text, const char *part_of_why)
{
    struct wire wire;
    char why[400] = "";

    assert_int_equal(wire_parse(text, &wire, why, sizeof why), ERR_USAGE);
    if (!strstr(why, part_of_why))
        print_error("%s\n", why);
    assert_non_null(strstr(why, part_of_why));
}

static void serial_ports(void **state)
{
    (void)state;
    wire_is("rtu:/dev/no-such", "rtu", "/dev/no-such", "", -1);
    wire_is("rtu:/dev/no-such:3", "rtu", "/dev/no-such", "", 3);
    wire_is("rtu:/dev/no-such,speed=9600:3", "rtu", "/dev/no-such", "speed=9600", 3);
    wire_is("rtu:/dev/no-such,speed=9600,parity=even", "rtu", "/dev/no-such",
            "speed=9600,parity=even", -1);
    wire_is("rtu:/dev/no-such:name", "rtu", "/dev/no-such:name", "", -1);
}

static void paths_with_colons(void **state)
{
    char folder[] = "/tmp/lines_test.XXXXXX";
    char path[64], text[100];
    FILE *file;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/pci-0000:00", folder);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    snprintf(text, sizeof text, "rtu:%s", path);
    wire_is(text, "rtu", path, "", -1); /* there is such a file: 00 belongs to its name */
    snprintf(text, sizeof text, "rtu:%s:5", path);
    wire_is(text, "rtu", path, "", 5);
    snprintf(text, sizeof text, "rtu:%s,speed=9600:5", path);
    wire_is(text, "rtu", path, "speed=9600", 5);
    snprintf(text, sizeof text, "rtu:%s,speed=9600", path);
    wire_is(text, "rtu", path, "speed=9600", -1);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void networks(void **state)
{
    (void)state;
    wire_is("tcp:gateway:502", "tcp", "gateway:502", "", -1);
    wire_is("tcp:gateway:502:3", "tcp", "gateway:502", "", 3);
    wire_is("tcp:192.168.1.5:502:17", "tcp", "192.168.1.5:502", "", 17);
    wire_is("tcp:[::1]:502", "tcp", "[::1]:502", "", -1);
    wire_is("tcp:[::1]:502:3", "tcp", "[::1]:502", "", 3);
    wire_is("tcp:[fe80::1:2]:8899,rtu=yes:3", "tcp", "[fe80::1:2]:8899", "rtu=yes", 3);
    wire_is("tcp:gateway:502,rtu=yes", "tcp", "gateway:502", "rtu=yes", -1);
    refused("tcp:gateway", "needs to say where");
    refused("tcp:[::1]", "needs to say where");
    refused("tcp", "needs to say where");
}

static void simulated(void **state)
{
    (void)state;
    wire_is("sim", "sim", "", "", -1);
    wire_is("sim:3", "sim", "", "", 3);
    wire_is("sim:collide=0.2", "sim", "", "collide=0.2", -1);
    wire_is("sim:collide=0.2,dead=3", "sim", "", "collide=0.2,dead=3", -1);
    wire_is("sim:,dead=3:2", "sim", "", "dead=3", 2);
    wire_is("sim,dead=3:2", "sim", "", "dead=3", 2);
}

static void captures(void **state)
{
    (void)state;
    wire_is("replay:trouble.log", "replay", "trouble.log", "", -1);
    wire_is("replay:/no/such.log:2", "replay", "/no/such.log", "", 2);
    refused("replay:", "needs to say where");
}

static void what_is_no_wire(void **state)
{
    char text[WHERE_MAX + 40] = "rtu:/";

    (void)state;
    refused("rt:/dev/ttyUSB0", "did you mean \"rtu\"?");
    refused("seriel:/dev/ttyUSB0", "did you mean \"serial\"?");
    refused("carrierpigeon:/dev/x", "");
    refused("pigeon:/dev/x", "helio list lines");
    refused("", "not a kind of line");
    refused("rtu", "needs to say where");
    memset(text + 5, 'x', WHERE_MAX);
    refused(text, "is not a wire");
}

static void the_table(void **state)
{
    (void)state;
    for (size_t i = 0; lines[i]; i++) {
        assert_ptr_equal(line_find(lines[i]->scheme), lines[i]);
        assert_non_null(lines[i]->title);
        assert_non_null(lines[i]->settings);
    }
    assert_null(line_find("RTU"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(serial_ports), cmocka_unit_test(paths_with_colons),
        cmocka_unit_test(networks),     cmocka_unit_test(simulated),
        cmocka_unit_test(captures),     cmocka_unit_test(what_is_no_wire),
        cmocka_unit_test(the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
