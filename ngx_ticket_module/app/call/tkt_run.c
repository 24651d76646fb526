/*
 * Running commands: one transaction for a batch, and the ways out when the
 * store refuses.
 */

#include "app/call/tkt_command.h"
#include "app/who/tkt_who.h"


static uint64_t
tkt_run_now(tkt_run_clock_t clock)
{
    return clock == NULL ? 0 : clock();
}


/*
 * A phase has ended.  Stored as it happens: a watchdog reads the times from
 * another thread to know where a run is stuck; 0 is a phase not yet ended.
 */
static uint64_t
tkt_run_ended(uint64_t *phase, tkt_run_clock_t clock, uint64_t since)
{
    uint64_t  now, spent;

    now = tkt_run_now(clock);
    spent = (now > since) ? now - since : 1;
    __atomic_store_n(phase, spent, __ATOMIC_RELEASE);

    return now;
}


void
tkt_command_call(tkt_command_t *cmd, tkt_txn_t *txn, tkt_call_t *c)
{
    *c = (tkt_call_t) {
        .txn = txn, .arena = cmd->arena, .reply = &cmd->reply,
        .op = cmd->op, .actor = &cmd->actor, .segments = cmd->segments,
        .mount = cmd->mount, .request_id = cmd->request_id,
        .lang = cmd->lang, .input = cmd->input, .present = &cmd->present,
        .random = cmd->random, .if_match = cmd->if_match,
        .keyring = cmd->keyring, .secret = cmd->secret,
        .identity = &cmd->identity, .command = cmd,
    };

    memset(&cmd->reply, 0, sizeof(tkt_reply_t));
}


void
tkt_command_refuse(tkt_command_t *cmd, tkt_status_t status,
    uint32_t retry_after_s)
{
    tkt_call_t  c;

    tkt_command_call(cmd, NULL, &c);
    cmd->reply.retry_after_s = retry_after_s;
    tkt_call_fail(&c, status, NULL);
}


/*
 * One command: decided before anything is stored, so that a refusal leaves
 * the transaction as it was for the others of the batch.
 */
static void
tkt_command_execute(tkt_command_t *cmd, tkt_txn_t *txn)
{
    tkt_call_t  c;

    tkt_command_call(cmd, txn, &c);
    c.now_ms = tkt_txn_clock(txn, cmd->now_ms);

    if (!tkt_who_enter(cmd, &c)) {
        return;
    }

    if (cmd->has_key && tkt_idempotency_replay(txn, cmd, &c)) {
        tkt_who_leave(cmd, &c);
        return;
    }

    cmd->op->run(&c);
    tkt_who_leave(cmd, &c);

    if (cmd->has_key && cmd->reply.http / 100 == 2
        && tkt_txn_status(txn) == TKT_OK)
    {
        tkt_idempotency_store(txn, cmd, c.keep.len > 0 ? c.keep
                                                       : cmd->reply.body);
    }

    if (cmd->arena->failed) {
        tkt_txn_fail(txn, TKT_BUSY);
    }
}


static void
tkt_run_refuse(tkt_command_t **commands, size_t count, tkt_status_t status)
{
    size_t    i;
    uint32_t  retry;

    retry = (status == TKT_BUSY) ? TKT_RETRY_AFTER_S : 0;

    for (i = 0; i < count; i++) {
        tkt_command_refuse(commands[i], status, retry);
    }
}


/* How many of the commands take something away: a full store takes those. */
static size_t
tkt_run_purges(tkt_command_t **commands, size_t count)
{
    size_t  i, n;

    for (n = 0, i = 0; i < count; i++) {
        n += (commands[i]->op->method == TKT_METHOD_DELETE);
    }

    return n;
}


/*
 * Runs count commands in one transaction.  *again is set when nothing was
 * stored and a smaller transaction may succeed.
 */
static tkt_status_t
tkt_run_batch(tkt_env_t *env, tkt_command_t **commands, size_t count,
    tkt_run_clock_t clock, tkt_run_times_t *times, bool *again)
{
    size_t        i, purges;
    uint64_t      since;
    tkt_txn_t    *txn;
    tkt_status_t  status;

    purges = tkt_run_purges(commands, count);

    since = tkt_run_now(clock);

    /* the start first: whoever sees a phase must see its transaction's */

    __atomic_store_n(&times->since_us, since, __ATOMIC_RELEASE);
    __atomic_store_n(&times->begin_us, 0, __ATOMIC_RELEASE);
    __atomic_store_n(&times->apply_us, 0, __ATOMIC_RELEASE);

    status = tkt_txn_begin(env, &txn, purges == count);
    *again = status == TKT_STORAGE_FULL && purges > 0;

    if (status != TKT_OK) {
        return status;
    }

    since = tkt_run_ended(&times->begin_us, clock, since);

    for (i = 0; i < count && tkt_txn_status(txn) == TKT_OK; i++) {
        tkt_command_execute(commands[i], txn);
    }

    since = tkt_run_ended(&times->apply_us, clock, since);
    status = tkt_txn_status(txn);

    if (status != TKT_OK || tkt_txn_changes(txn) == 0) {
        tkt_txn_abort(txn);

    } else {
        status = tkt_txn_commit(txn);
    }

    *again = status != TKT_OK && status != TKT_OUTCOME_UNKNOWN;

    (void) tkt_run_ended(&times->commit_us, clock, since);

    return status;
}


tkt_status_t
tkt_app_run(tkt_env_t *env, tkt_command_t **commands, size_t count,
    tkt_run_clock_t clock, tkt_run_times_t *times)
{
    bool             again;
    size_t           i;
    tkt_status_t     status;
    tkt_run_times_t  own;

    if (times == NULL) {
        times = &own;
    }

    times->commit_us = 0;

    status = tkt_run_batch(env, commands, count, clock, times, &again);

    if (status == TKT_OK) {
        return TKT_OK;
    }

    if (count == 1 || !again) {
        tkt_run_refuse(commands, count, status);
        return status == TKT_OUTCOME_UNKNOWN ? status : TKT_OK;
    }

    /* nothing is stored yet: alone each command gets its own answer */

    for (i = 0; i < count; i++) {
        status = tkt_run_batch(env, &commands[i], 1, clock, times, &again);

        if (status == TKT_OUTCOME_UNKNOWN) {
            tkt_run_refuse(commands + i, count - i, status);
            return status;
        }

        if (status != TKT_OK) {
            tkt_run_refuse(&commands[i], 1, status);
        }
    }

    return TKT_OK;
}
