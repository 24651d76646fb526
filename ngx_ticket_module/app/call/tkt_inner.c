/*
 * Operations inside a command; see the header.
 */

#include <stdio.h>

#include "app/call/tkt_inner.h"
#include "app/who/tkt_who.h"
#include "crypto/tkt_seal.h"


/*
 * The command that the operation would be alone.  Who asks is known by now:
 * a record that the outer command has made is there.
 */
static void
tkt_inner_command(const tkt_call_t *c, const tkt_inner_t *in, unsigned number,
    tkt_command_t *cmd)
{
    char  purpose[32];

    *cmd = *c->command;

    cmd->op = in->op;
    cmd->segments[0] = in->segments[0];
    cmd->segments[1] = in->segments[1];
    cmd->if_match = in->if_match;
    cmd->input = in->input;
    cmd->present = in->present;
    cmd->batch = NULL;
    cmd->secret = NULL;
    cmd->unseen = false;
    cmd->made = false;
    cmd->has_key = in->has_key;

    memcpy(cmd->key, in->key, sizeof(cmd->key));
    memcpy(cmd->fingerprint, in->fingerprint, sizeof(cmd->fingerprint));
    memcpy(cmd->target, in->target, sizeof(cmd->target));

    (void) snprintf(purpose, sizeof(purpose), "operation %u", number);
    tkt_derive(cmd->random, sizeof(cmd->random), c->random, purpose);
}


/* The answer outlives the operation's own memory. */
static void
tkt_inner_keep(tkt_call_t *c, tkt_inner_t *in, const tkt_reply_t *reply)
{
    size_t     i;
    tkt_str_t  *slices[] = {
        &in->reply.body, &in->reply.etag, &in->reply.location,
        &in->reply.link, &in->reply.allow
    };

    in->reply = *reply;

    if (tkt_inner_done(in) && reply->body.len > in->room) {
        in->reply.body = tkt_str("");
    }

    for (i = 0; i < tkt_array_len(slices); i++) {
        *slices[i] = tkt_arena_copy(c->arena, *slices[i]);
    }
}


/* The answer under the operation's own key, as far as there is room. */
static void
tkt_inner_store(tkt_call_t *c, tkt_inner_t *in, const tkt_command_t *cmd,
    tkt_str_t answer)
{
    if (answer.len > in->kept_room) {
        answer = tkt_str("null");

    } else {
        in->kept_room -= answer.len;
    }

    tkt_idempotency_store(c->txn, cmd, answer);
}


/*
 * A ticket may be a hundred kilobytes, and is loaded, packed and encoded by
 * each of five hundred operations: they cannot all keep that.
 */
void
tkt_inner_run(tkt_call_t *c, tkt_inner_t *in, unsigned number)
{
    tkt_call_t     call;
    tkt_arena_t    arena;
    tkt_command_t  cmd;

    tkt_arena_init(&arena, TKT_COMMAND_BLOCK_BYTES);

    if (c->arena->wipe) {
        tkt_arena_keep_secrets(&arena);
    }

    tkt_inner_command(c, in, number, &cmd);
    cmd.arena = &arena;
    tkt_command_call(&cmd, c->txn, &call);

    call.now_ms = c->now_ms;
    call.pointer = in->pointer;

    /* an operation before it may have taken rights from the caller */

    if (tkt_who_enter(&cmd, &call)
        && !(cmd.has_key && tkt_idempotency_replay(c->txn, &cmd, &call)))
    {
        cmd.op->run(&call);

        if (cmd.has_key && cmd.reply.http / 100 == 2
            && tkt_txn_status(c->txn) == TKT_OK)
        {
            tkt_inner_store(c, in, &cmd, call.keep.len > 0 ? call.keep
                                                           : cmd.reply.body);
        }
    }

    tkt_inner_keep(c, in, &cmd.reply);

    c->arena->failed = c->arena->failed || arena.failed;
    tkt_arena_done(&arena);
}


const tkt_operation_t *
tkt_operation_named(tkt_str_t name)
{
    size_t                  i, count;
    const tkt_operation_t  *ops;

    ops = tkt_operations(&count);

    for (i = 0; i < count; i++) {
        if (tkt_str_eq(tkt_str_z(ops[i].name), name)) {
            return &ops[i];
        }
    }

    return NULL;
}


tkt_str_t
tkt_problem_with(tkt_arena_t *arena, tkt_str_t problem, tkt_str_t members)
{
    tkt_out_t  o;

    if (problem.len < 2) {
        return problem;
    }

    tkt_out_init(&o, arena, problem.len + members.len + 1);
    tkt_out_raw(&o, (tkt_str_t) { problem.data, problem.len - 1 });
    tkt_out_lit(&o, ",");
    tkt_out_raw(&o, members);
    tkt_out_lit(&o, "}");

    return tkt_out_text(&o);
}
