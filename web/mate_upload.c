/* Rows uploaded by an old MATE collector, or by another helio (web/inside.h). */
#include "web/inside.h"

#include "base/clock.h"

#include <string.h>

enum { WHY_BYTES = 200, LATEST_BYTES = 400 };

enum MHD_Result mate_upload(struct exchange *x)
{
    char why[WHY_BYTES];
    int rc = mate_row_read(x->route->detail, x->body ? x->body : "", x->length, clock_wall_ms(),
                           &x->upload.row, why, sizeof why);

    if (rc == ERR_GARBAGE)
        return answer_problem(x->connection, MHD_HTTP_BAD_REQUEST, why);
    if (rc)
        return answer_problem(x->connection, MHD_HTTP_UNPROCESSABLE_CONTENT, why);
    /* It may be settled before `take` returns: from here on nothing of it is touched. */
    x->stage = STAGE_WAITING;
    MHD_suspend_connection(x->connection);
    rc = x->web->house.take(x->web->house.who, &x->upload);
    if (rc)
        web_settle(&x->upload, rc);
    return MHD_YES;
}

/* The newest by its own time, as the old server reckons it. */
static void remember(struct web *w, const struct mate_row *row)
{
    struct mate_row *latest = &w->latest[row->type - mate_types];

    if (!latest->type || row->at_ms >= latest->at_ms)
        *latest = *row;
}

enum MHD_Result mate_settled(struct exchange *x)
{
    switch (x->upload.result) {
    case OK:
        remember(x->web, &x->upload.row);
        return answer_json(x->connection, MHD_HTTP_CREATED, "{\"status\":\"success\"}");
    case ERR_DATA:
        return answer_problem(x->connection, MHD_HTTP_UNPROCESSABLE_CONTENT,
                              "these bytes say nothing that can be true");
    default:
        return answer_problem(x->connection, MHD_HTTP_SERVICE_UNAVAILABLE,
                              "it cannot be kept now; send it again later");
    }
}

enum MHD_Result mate_latest(struct exchange *x)
{
    const struct mate_type *type = x->route->detail;
    const struct mate_row *latest = &x->web->latest[type - mate_types];
    char json[LATEST_BYTES] = "{}";

    if (latest->type)
        mate_row_write(latest, json, sizeof json);
    return answer_json(x->connection, MHD_HTTP_OK, json);
}
