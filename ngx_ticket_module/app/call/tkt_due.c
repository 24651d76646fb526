/*
 * What timers ask for: entries of the database `due` whose time has come,
 * made into commands.  One row a kind of timer.
 */

#include <stdio.h>

#include "app/call/tkt_due.h"
#include "app/call/tkt_ops.h"
#include "app/rows/tkt_rows.h"


#define TKT_JOB_BLOCK_BYTES  6144


/* A job that takes something away runs in a full store too: DELETE. */
static const tkt_operation_t  tkt_due_jobs[TKT_DUE_MAX] = {
    [TKT_DUE_SHRED] = {
        .name = "job.shred", .method = TKT_METHOD_DELETE,
        .kind = TKT_OP_JOB, .success = 204, .run = tkt_job_shred,
        .action = TKT_ACTION_SHRED, .path = "",
        .doc = "Destroy the confidential text of a ticket that is closed." },

    [TKT_DUE_ERASE] = {
        .name = "job.erase", .method = TKT_METHOD_DELETE,
        .kind = TKT_OP_JOB, .success = 204, .run = tkt_job_erase,
        .path = "",
        .doc = "Erase some of a principal's tickets." },

    [TKT_DUE_PRESENCE] = {
        .name = "job.presence", .method = TKT_METHOD_POST,
        .kind = TKT_OP_JOB, .success = 204, .run = tkt_job_presence,
        .path = "",
        .doc = "Take an agent who was not seen any more for offline." },

    [TKT_DUE_RETURN] = {
        .name = "job.return", .method = TKT_METHOD_POST,
        .kind = TKT_OP_JOB, .success = 204, .run = tkt_job_return,
        .action = TKT_ACTION_TRANSFER, .path = "",
        .doc = "Give the untouched tickets of an agent who stays away back to "
               "their queues." },

    [TKT_DUE_ROUTE] = {
        .name = "job.route", .method = TKT_METHOD_POST,
        .kind = TKT_OP_JOB, .success = 204, .run = tkt_job_route,
        .action = TKT_ACTION_ASSIGN, .path = "",
        .doc = "Give out more of what waits in a team's queue." },
    [TKT_DUE_COLLECT] = {
        .name = "job.collect", .method = TKT_METHOD_DELETE,
        .kind = TKT_OP_JOB, .success = 204, .run = tkt_job_collect,
        .path = "",
        .doc = "Throw away a file that was bound to nothing." },

    [TKT_DUE_UNLINK] = {
        .name = "job.unlink", .method = TKT_METHOD_DELETE,
        .kind = TKT_OP_JOB, .success = 204, .run = tkt_job_unlink,
        .path = "",
        .doc = "Forget a file that has been removed." },
};


tkt_command_t *
tkt_job_command(const tkt_operation_t *op, uint32_t tenant, int64_t now_ms,
    const uint8_t random[32], size_t input_bytes)
{
    tkt_arena_t    *own;
    tkt_command_t  *cmd;

    own = tkt_arena_create(TKT_JOB_BLOCK_BYTES + input_bytes);
    cmd = (own == NULL) ? NULL : tkt_arena_zalloc(own, sizeof(tkt_command_t));

    if (cmd == NULL) {
        tkt_arena_destroy(own);
        return NULL;
    }

    cmd->arena = own;
    cmd->bytes = TKT_JOB_BLOCK_BYTES + input_bytes;
    cmd->op = op;
    cmd->now_ms = now_ms;
    cmd->request_id = tkt_str_z(op->name);
    memcpy(cmd->random, random, sizeof(cmd->random));

    cmd->actor.tenant = tenant;
    cmd->actor.role = TKT_ROLE_SYSTEM;
    (void) snprintf(cmd->actor.login, sizeof(cmd->actor.login), "%s",
                    op->name);

    cmd->input = tkt_arena_zalloc(own, input_bytes);

    if (cmd->input == NULL) {
        tkt_arena_destroy(own);
        return NULL;
    }

    return cmd;
}


/* The command of an entry; NULL if it is none of ours, or without memory. */
static tkt_command_t *
tkt_due_command(tkt_str_t key, tkt_str_t value, int64_t now_ms,
    const uint8_t random[32])
{
    uint8_t         kind;
    int64_t         at_ms;
    uint32_t        tenant;
    uint64_t        id;
    tkt_job_t      *job;
    tkt_unkey_t     u;
    tkt_command_t  *cmd;

    tkt_unkey_start(&u, key);
    at_ms = (int64_t) tkt_unkey_u64(&u);
    kind = tkt_unkey_u8(&u);
    tenant = tkt_unkey_u32(&u);
    id = tkt_unkey_u64(&u);

    if (u.bad || kind >= TKT_DUE_MAX || tkt_due_jobs[kind].run == NULL) {
        return NULL;
    }

    cmd = tkt_job_command(&tkt_due_jobs[kind], tenant, now_ms, random,
                          sizeof(tkt_job_t));
    if (cmd != NULL) {
        job = cmd->input;
        *job = (tkt_job_t) { at_ms, (tkt_due_t) kind, id,
                             tkt_arena_copy(cmd->arena, value) };
    }

    return cmd;
}


/* The entries that are due, as long as there is room: tkt_app_due. */
static size_t
tkt_due_walk(tkt_scan_t *scan, int64_t now_ms, const uint8_t *random,
    const tkt_keyring_t *keyring, tkt_command_t **commands, size_t room,
    tkt_key_t *after)
{
    size_t          n, steps;
    tkt_unkey_t     u;
    tkt_command_t  *cmd;

    for (n = 0, steps = 0; tkt_scan_next(scan); steps++) {

        tkt_unkey_start(&u, scan->key);

        if ((int64_t) tkt_unkey_u64(&u) > now_ms) {
            break;
        }

        if (n == room || steps == TKT_LIST_STEPS_MAX) {
            return n;
        }

        tkt_key_start(after);
        tkt_key_bytes(after, scan->key);

        cmd = tkt_due_command(scan->key, scan->value, now_ms,
                              random + 32 * n);

        if (cmd != NULL) {
            cmd->keyring = keyring;
            commands[n++] = cmd;
        }
    }

    after->len = 0;

    return n;
}


tkt_str_t
tkt_command_file(const tkt_command_t *cmd)
{
    const tkt_job_t  *job = cmd->input;

    return (cmd->op == &tkt_due_jobs[TKT_DUE_UNLINK]) ? job->value
                                                      : tkt_str("");
}


size_t
tkt_app_due(tkt_txn_t *read, int64_t now_ms, const uint8_t *random,
    const tkt_keyring_t *keyring, tkt_command_t **commands, size_t room,
    tkt_key_t *after)
{
    size_t      n;
    tkt_key_t   all, from, none;
    tkt_scan_t  scan;

    tkt_key_start(&none);

    if (after == NULL) {
        after = &none;
    }

    /* no key stands between one and the same with a byte more */

    from = *after;
    tkt_key_u8(&from, 0);

    tkt_key_start(&all);
    tkt_scan_open(&scan, read, TKT_DB_DUE, &all,
                  after->len == 0 ? NULL : &from, false);
    n = tkt_due_walk(&scan, now_ms, random, keyring, commands, room, after);
    tkt_scan_close(&scan);

    return n;
}
