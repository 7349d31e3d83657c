/*
 * What libmicrohttpd can do at best: bare_web PORT BYTES answers everything with the same letters,
 * with one thread, as the web of helio has it. Ends when it is told to.
 */
#include <microhttpd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *body;
static size_t length;

static enum MHD_Result answer(void *who, struct MHD_Connection *c, const char *path,
                              const char *method, const char *version, const char *bytes,
                              size_t *size, void **memory)
{
    static int seen;

    (void)who, (void)path, (void)method, (void)version, (void)bytes, (void)size;
    if (!*memory) { /* the head alone is there */
        *memory = &seen;
        return MHD_YES;
    }
    struct MHD_Response *r = MHD_create_response_from_buffer(length, body, MHD_RESPMEM_PERSISTENT);
    enum MHD_Result rc = MHD_queue_response(c, MHD_HTTP_OK, r);
    MHD_destroy_response(r);
    return rc;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 64;
    length = strtoul(argv[2], NULL, 10);
    body = malloc(length);
    if (!body)
        return 70;
    memset(body, 'x', length);
    struct MHD_Daemon *d =
        MHD_start_daemon(MHD_USE_AUTO_INTERNAL_THREAD, (uint16_t)strtoul(argv[1], NULL, 10), NULL,
                         NULL, answer, NULL, MHD_OPTION_END);
    if (!d)
        return 69;
    (void)pause();
    MHD_stop_daemon(d);
    free(body);
    return 0;
}
