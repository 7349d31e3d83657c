/* What only ports on the board suffer from (collector/checks/check_console.h). */
#include "collector/checks/check_console.h"

#include "collector/checks/root.h"

#include <stdio.h>
#include <string.h>

/* Newer images of the Pi keep it elsewhere than older ones. */
static const char *boot_file(const char *newer, const char *older)
{
    return root_has(newer) || !root_has(older) ? newer : older;
}

/* The word of the kernel's command line that makes this port a console, or "". */
static void find_console(const char *node, char *to, size_t size)
{
    char line[2048], *rest = line, *word, path[ROOT_PATH], real[ROOT_PATH];

    *to = '\0';
    if (!root_read("/proc/cmdline", line, sizeof line))
        return;
    while ((word = strsep(&rest, " "))) {
        if (strncmp(word, "console=", 8) != 0)
            continue;
        snprintf(path, sizeof path, "/dev/%.*s", (int)strcspn(word + 8, ","), word + 8);
        if (root_real(path, real) && !strcmp(real, node))
            snprintf(to, size, "%s", word);
    }
}

void check_console(struct scene *s, const struct plan_bus *bus, const char *node)
{
    const char *file = boot_file("/boot/firmware/cmdline.txt", "/boot/cmdline.txt");
    const char *port = strrchr(node, '/') + 1;
    char word[80];
    struct finding f;

    find_console(node, word, sizeof word);
    if (!*word)
        return;
    finding_begin(&f, TROUBLE, ERR_BUSY, "port %s of bus %s", bus->where, bus->name);
    text_format(&f.seen, "the kernel's command line says %s", word);
    text_add(&f.means, "the kernel and a login prompt write their own words onto this wire");
    if (root_has(file))
        text_format(&f.mend,
                    "sudo sed -i 's/console=\\(serial0\\|%s\\),[0-9]* *//' %s && sudo systemctl "
                    "disable serial-getty@%s.service && sudo reboot",
                    port, file, port);
    else
        text_format(&f.mend,
                    "take %s out of GRUB_CMDLINE_LINUX in /etc/default/grub, then: sudo "
                    "update-grub && sudo systemctl disable serial-getty@%s.service && sudo reboot",
                    word, port);
    report_add(s->report, &f);
}

/* brcm,bcm2835-aux-uart: 8 bits, no parity at all, and a clock that follows the processor's. */
void check_small_uart(struct scene *s, const struct plan_bus *bus, const char *node)
{
    const char *file = boot_file("/boot/firmware/config.txt", "/boot/config.txt");
    bool has_nine = !strcmp(bus->line->scheme, "serial9");
    char path[ROOT_PATH], kind[200];
    struct finding f;

    snprintf(path, sizeof path, "/sys/class/tty/%s/device/of_node/compatible",
             strrchr(node, '/') + 1);
    if (!root_read(path, kind, sizeof kind) || !strstr(kind, "bcm2835-aux-uart"))
        return;
    const char *parity = has_nine ? "odd and even by turns"
                         : !strcmp(bus->line->scheme, "pjon")
                             ? "none"
                             : section_text(bus->section, "parity");
    bool is_trouble = strcmp(parity, "none") != 0;
    finding_begin(&f, is_trouble ? TROUBLE : WARNING, is_trouble ? ERR_CONFIG : OK,
                  "port %s of bus %s", bus->where, bus->name);
    text_format(&f.seen, "it is the Raspberry Pi's mini-UART; the bus wants parity %s", parity);
    text_add(&f.means, is_trouble
                           ? "the mini-UART has no parity bit: no device will ever understand it"
                           : "its speed follows the processor's clock, so bytes get garbled under "
                             "load unless the clock is fixed (enable_uart=1)");
    text_format(
        &f.mend,
        "give the pins the full UART, which Bluetooth has: echo dtoverlay=disable-bt | sudo "
        "tee -a %s && sudo systemctl disable hciuart && sudo reboot; then: line = "
        "%s:/dev/ttyAMA0",
        file, bus->line->scheme);
    report_add(s->report, &f);
}
