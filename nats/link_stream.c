/* The stream: made when it is wished and missing, and looked at (nats/link.h). */
#include "nats/link_inside.h"

#include "nats/message.h"
#include "nats/verdict.h"

#include "base/log.h"

#include <stdio.h>

static const int64_t DAY_NS = 86400LL * 1000000000, SECOND_NS = 1000000000;

bool link_make_stream(struct link *l, struct outcome *o)
{
    char subjects[160];
    const char *list[] = {subjects};
    jsStreamConfig c;
    jsStreamInfo *info = NULL;
    jsErrCode code = 0;
    natsStatus rc = jsStreamConfig_Init(&c);

    snprintf(subjects, sizeof subjects, "%s.>", l->subject);
    c.Name = l->stream;
    c.Subjects = list;
    c.SubjectsLen = 1;
    c.Storage = js_FileStorage;
    c.Replicas = (int64_t)section_number(l->section, "replicas");
    c.MaxAge = (int64_t)(section_number(l->section, "keep_days") * (double)DAY_NS);
    c.Duplicates = (int64_t)(section_number(l->section, "duplicate_window") * (double)SECOND_NS);
    if (rc == NATS_OK) /* first looked for: a stream that is there stays as it is */
        rc = js_GetStreamInfo(&info, l->js, l->stream, NULL, &code);
    jsStreamInfo_Destroy(info);
    if (rc == NATS_NOT_FOUND) {
        rc = js_AddStream(NULL, l->js, &c, NULL, &code);
        if (rc == NATS_OK)
            log_note(l->who, "stream %s is made", l->stream);
    }
    l->is_made = rc == NATS_OK || code == JSStreamNameExistErr;
    if (!l->is_made)
        nats_judge(rc, code, nats_GetLastError(NULL), l->stream, o);
    return l->is_made;
}

void link_look(struct link *l, const char *subject, struct outcome *o)
{
    jsStreamInfo *info = NULL;
    jsErrCode code = 0;
    natsStatus rc = js_GetStreamInfo(&info, l->js, l->stream, NULL, &code);
    bool is_covered = false;

    for (int i = 0; rc == NATS_OK && i < info->Config->SubjectsLen; i++)
        is_covered |= nats_covers(info->Config->Subjects[i], subject);
    jsStreamInfo_Destroy(info);
    *o = (struct outcome){.verdict = TAKEN};
    if (rc == NATS_NOT_FOUND && section_yes(l->section, "create_stream"))
        return; /* it is made with the first reading */
    if (rc != NATS_OK)
        nats_judge(rc, code, NULL, l->stream, o);
    else if (!is_covered) {
        o->verdict = LATER;
        o->is_alarm = true;
        snprintf(o->why, sizeof o->why,
                 "stream %.60s does not take %.60s: mend its subjects, or ours", l->stream,
                 subject);
    }
}
