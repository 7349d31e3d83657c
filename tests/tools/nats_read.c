/*
 * Everything a stream holds, for tests: subject, id and words of each message as a line with tabs.
 *
 *   nats_read URL STREAM SUBJECT
 *
 * The library's own reading, in batches; ends with what was there when it began.
 */
#include <nats/nats.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { BATCH = 500, WAIT_MS = 20000 };

/* libnats 3.10 of Debian 13 forgets the message that ends a batch: its own, not this program's. */
const char *__lsan_default_suppressions(void); /* NOLINT: the sanitizer's name */
const char *__lsan_default_suppressions(void)
{
    return "leak:natsMsg_createWithPadding\n";
}

static void must(natsStatus status, const char *what)
{
    if (status == NATS_OK)
        return;
    fprintf(stderr, "%s: %s %s\n", what, natsStatus_GetText(status), nats_GetLastError(NULL));
    exit(69);
}

static void show(natsMsg *msg)
{
    const char *id = "";

    (void)natsMsgHeader_Get(msg, "Nats-Msg-Id", &id);
    printf("%s\t%s\t%.*s\n", natsMsg_GetSubject(msg), id, natsMsg_GetDataLength(msg),
           natsMsg_GetData(msg));
}

int main(int argc, char **argv)
{
    natsConnection *nc = NULL;
    natsSubscription *sub = NULL;
    jsCtx *js = NULL;
    jsStreamInfo *info = NULL;
    jsSubOptions so;
    jsErrCode code = 0;

    if (argc < 4)
        return 64;
    must(natsConnection_ConnectTo(&nc, argv[1]), "connect");
    must(natsConnection_JetStream(&js, nc, NULL), "JetStream");
    must(js_GetStreamInfo(&info, js, argv[2], NULL, &code), "stream");
    uint64_t left = info->State.Msgs;
    must(jsSubOptions_Init(&so), "options");
    so.Stream = argv[2];
    so.Config.AckPolicy = js_AckNone;
    so.Config.InactiveThreshold = 60LL * 1000000000;
    must(js_PullSubscribe(&sub, js, argv[3], NULL, NULL, &so, &code), "subscribe");
    while (left) {
        natsMsgList list = {0};
        must(natsSubscription_Fetch(&list, sub, left < BATCH ? (int)left : BATCH, WAIT_MS, &code),
             "fetch");
        for (int i = 0; i < list.Count; i++)
            show(list.Msgs[i]);
        left -= (uint64_t)list.Count;
        natsMsgList_Destroy(&list);
    }
    fprintf(stderr, "%" PRIu64 " messages, %" PRIu64 " bytes\n", info->State.Msgs,
            info->State.Bytes);
    natsSubscription_Destroy(sub);
    jsStreamInfo_Destroy(info);
    jsCtx_Destroy(js);
    natsConnection_Destroy(nc);
    (void)nats_CloseAndWait(5000); /* its threads hold messages until they end */
    return 0;
}
