/*
 * Requests in the name of the operator, and what their answers say.
 */

#include <stdio.h>

#include "crypto/tkt_crypto.h"
#include "ticketctl/tkt_ctl.h"


/* ---- answers ---- */

/* The end of the JSON value that begins at pos. */
static const uint8_t *
tkt_ctl_value_end(const uint8_t *pos, const uint8_t *end)
{
    bool      quoted;
    unsigned  depth;

    quoted = false;
    depth = 0;

    for ( /* void */ ; pos < end; pos++) {

        if (quoted) {
            if (*pos == '\\') {
                pos++;

            } else if (*pos == '"') {
                quoted = false;
            }

            continue;
        }

        switch (*pos) {

        case '"':
            quoted = true;
            break;

        case '{':
        case '[':
            depth++;
            break;

        case '}':
        case ']':
        case ',':
            if (depth == 0) {
                return pos;
            }

            depth -= *pos != ',';
            break;

        default:
            break;
        }
    }

    return end;
}


tkt_str_t
tkt_ctl_member(tkt_str_t object, const char *name)
{
    size_t          len;
    tkt_str_t       value;
    const uint8_t  *pos, *end, *stop;

    len = strlen(name);
    pos = object.data + 1;
    end = object.data + object.len;

    /* answers are compact: "name":value,"name":value} */

    while (pos < end && *pos == '"') {

        for (stop = pos + 1; stop < end && *stop != '"'; stop++) {
            /* void */
        }

        if (end - stop < 3) {
            break;
        }

        value.data = stop + 2;
        value.len = (size_t) (tkt_ctl_value_end(value.data, end)
                              - value.data);

        if ((size_t) (stop - pos) == len + 1
            && memcmp(pos + 1, name, len) == 0)
        {
            if (value.len >= 2 && value.data[0] == '"') {
                value.data++;
                value.len -= 2;
            }

            return value;
        }

        pos = value.data + value.len + 1;
    }

    return tkt_str("");
}


/* A problem in one line: title, detail, and each member at fault. */
static void
tkt_ctl_problem(const tkt_reply_t *reply)
{
    char            line[1024];
    size_t          n;
    tkt_str_t       title, detail, pointer, item;
    const uint8_t  *pos, *end;

    if (reply->body.len == 0) {
        (void) tkt_ctl_status(reply->status);
        return;
    }

    /* the members at fault say more than the detail over them */

    item = tkt_ctl_member(reply->body, "errors");
    title = tkt_ctl_member(reply->body, "title");
    detail = item.len > 2 ? tkt_str("")
                          : tkt_ctl_member(reply->body, "detail");
    n = (size_t) snprintf(line, sizeof(line), "%.*s%s%.*s", (int) title.len,
                          (const char *) title.data, detail.len ? ": " : "",
                          (int) detail.len, (const char *) detail.data);

    pos = item.data + 1;
    end = item.data + item.len;

    while (item.len > 2 && pos < end && *pos == '{' && n < sizeof(line)) {
        item = (tkt_str_t) { pos, (size_t) (tkt_ctl_value_end(pos, end)
                                            - pos) };
        pointer = tkt_ctl_member(item, "pointer");
        detail = tkt_ctl_member(item, "detail");
        n += (size_t) snprintf(line + n, sizeof(line) - n, "; %.*s: %.*s",
                               (int) pointer.len, (const char *) pointer.data,
                               (int) detail.len, (const char *) detail.data);
        pos = item.data + item.len + 1;
    }

    (void) tkt_ctl_error("%s", line);
}


bool
tkt_ctl_send(tkt_ctl_t *ctl, tkt_method_t method, tkt_str_t path,
    tkt_str_t body, tkt_str_t *answer)
{
    tkt_match_t    match;
    tkt_reply_t    reply;
    tkt_request_t  req = {
        .method = method, .path = path, .now_ms = tkt_ctl_now_ms(),
        .content_type = tkt_str("application/json"),
        .request_id = tkt_str("ticketctl"),
    };

    if (tkt_app_match(&req, &match, &ctl->arena, &reply)) {
        return tkt_ctl_command(ctl, &req, &match, body, answer);
    }

    tkt_ctl_problem(&reply);

    return false;
}


/* What a command with a password wants done before it runs. */
static bool
tkt_ctl_work(tkt_ctl_t *ctl, tkt_command_t *cmd)
{
    bool  prepared;

    if (!tkt_command_needs_work(cmd)) {
        return true;
    }

    if (tkt_txn_renew(ctl->read) != TKT_OK) {
        tkt_command_refuse(cmd, TKT_BUSY, 0);
        return false;
    }

    prepared = tkt_command_prepare(cmd, ctl->read);
    tkt_txn_reset(ctl->read);

    if (prepared) {
        tkt_command_work(cmd);
    }

    return prepared;
}


bool
tkt_ctl_command(tkt_ctl_t *ctl, const tkt_request_t *req,
    const tkt_match_t *match, tkt_str_t body, tkt_str_t *answer)
{
    bool            good;
    uint8_t         random[32];
    tkt_reply_t     reply;
    tkt_command_t  *cmd;

    tkt_random(random, sizeof(random));

    cmd = tkt_app_command(req, match, &ctl->actor, body, random, &ctl->arena,
                          &reply);

    if (cmd == NULL) {
        tkt_ctl_problem(&reply);
        return false;
    }

    if (tkt_ctl_work(ctl, cmd)) {
        (void) tkt_app_run(ctl->env, &cmd, 1, NULL, NULL);
    }

    reply = *tkt_command_reply(cmd);
    good = reply.http / 100 == 2;

    if (good) {
        *answer = tkt_arena_copy(&ctl->arena, reply.body);
    } else {
        tkt_ctl_problem(&reply);
    }

    tkt_command_free(cmd);

    return good;
}
