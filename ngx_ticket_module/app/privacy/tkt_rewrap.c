/*
 * Changing master keys: wrapping data keys anew, and giving a key up.  Both
 * are commands like any other, so that they take their turn with the work of
 * a running server.
 */

#include "app/call/tkt_due.h"
#include "app/privacy/tkt_audit.h"
#include "app/privacy/tkt_sealed.h"
#include "crypto/tkt_crypto.h"


typedef struct {
    uint32_t  id;
    uint32_t  newest;
    uint64_t  count;
} tkt_retire_t;


static void tkt_job_rewrap(tkt_call_t *c);
static void tkt_job_retire(tkt_call_t *c);


static const tkt_operation_t  tkt_rewrap_op = {
    .name = "job.rewrap", .method = TKT_METHOD_POST, .kind = TKT_OP_JOB,
    .success = 204, .path = "", .flags = TKT_OP_SECRET,
    .run = tkt_job_rewrap,
    .doc = "Wrap data keys under the newest master key."
};

static const tkt_operation_t  tkt_retire_op = {
    .name = "job.retire", .method = TKT_METHOD_POST, .kind = TKT_OP_JOB,
    .success = 204, .path = "", .run = tkt_job_retire,
    .doc = "Give a master key up."
};


/* From now on who has no key as new as this one seals nothing. */
static void
tkt_rewrap_fence(tkt_txn_t *txn, uint32_t newest)
{
    tkt_key_t  key;

    if (tkt_sealed_greatest(txn) < newest) {
        tkt_key_sealed_by(&key, newest);
        tkt_put(txn, TKT_DB_SEALED_BY, &key, tkt_str(""));
    }
}


/*
 * Keys are of the store and no tenant's: what is done to them is in the log of
 * the root.
 */
static void
tkt_rewrap_note(tkt_call_t *c, tkt_audit_act_t act, uint32_t id)
{
    tkt_tenant_t      root;
    tkt_audit_note_t  note = {
        .act = act, .object = TKT_OBJECT_KEY, .object_id = id,
    };

    if (tkt_tenant_load(c->txn, 1, &root, c->arena)) {
        tkt_audit_append(c, 1, &note);
    }
}


/* ---- wrapping anew ---- */

/* The data key of an entry, wrapped anew; empty if it does not open. */
static tkt_str_t
tkt_rewrap_make(tkt_call_t *c, const tkt_key_t *key, tkt_str_t envelope)
{
    uint8_t           data_key[TKT_SEAL_KEY_BYTES], nonce[24];
    uint32_t          tenant;
    uint64_t          id;
    tkt_str_t         wrapped, text;
    tkt_unkey_t       u;
    tkt_ticket_t      t;
    tkt_seal_place_t  place;

    tkt_unkey_start(&u, (tkt_str_t) { key->data, key->len });
    tenant = tkt_unkey_u32(&u);
    id = tkt_unkey_u64(&u);

    if (!tkt_ticket_load_head(c->txn, tenant, id, &t)) {
        return tkt_str("");
    }

    place = tkt_sealed_place(&t, TKT_SEALED_KEY);

    if (!tkt_seal_unwrap(c->keyring, &place, envelope, data_key)) {
        return tkt_str("");
    }

    /* random bytes of the command and the ticket: never the same again */

    text = tkt_arena_printf(c->arena, "rewrap %u %llu", tenant,
                            (unsigned long long) id);
    tkt_derive(nonce, sizeof(nonce), c->random,
               text.len == 0 ? "" : (const char *) text.data);
    wrapped = tkt_seal_wrap(c->keyring, &place, data_key, nonce, c->arena);

    tkt_wipe(data_key, sizeof(data_key));

    if (text.len == 0 || wrapped.len == 0) {
        tkt_txn_fail(c->txn, TKT_BUSY);
        return tkt_str("");
    }

    return wrapped;
}


static void
tkt_rewrap_entry(tkt_call_t *c, tkt_rewrap_t *state, const tkt_key_t *key,
    tkt_str_t envelope)
{
    uint32_t   old;
    tkt_str_t  wrapped;

    old = tkt_seal_key_id(envelope);
    wrapped = tkt_rewrap_make(c, key, envelope);

    if (wrapped.len == 0) {
        state->failed++;
        return;
    }

    tkt_put(c->txn, TKT_DB_SEALED, key, wrapped);

    tkt_sealed_count_add(c->txn, c->keyring, old, -1);
    tkt_sealed_count_add(c->txn, c->keyring, tkt_keyring_newest(c->keyring),
                         1);

    state->rewrapped++;
}


static void
tkt_job_rewrap(tkt_call_t *c)
{
    size_t         steps;
    uint32_t       newest;
    uint64_t       batch;
    tkt_key_t      all, key;
    tkt_scan_t     scan;
    tkt_rewrap_t  *state = c->input;

    newest = tkt_keyring_newest(c->keyring);
    c->reply->http = c->op->success;

    if (tkt_sealed_differs(c->txn, c->keyring, newest)) {
        state->foreign = newest;
        state->done = true;
        return;
    }

    /* from now on who has not this key seals nothing, nor with another */

    if (tkt_sealed_greatest(c->txn) <= newest) {
        tkt_sealed_count_add(c->txn, c->keyring, newest, 0);
    }

    batch = state->rewrapped + state->failed + TKT_REWRAP_BATCH_MAX;
    tkt_key_start(&all);
    tkt_scan_open(&scan, c->txn, TKT_DB_SEALED, &all,
                  state->from.len > 0 ? &state->from : NULL, false);
    state->done = true;

    for (steps = 0; tkt_scan_next(&scan); steps++) {

        tkt_key_start(&key);
        tkt_key_bytes(&key, scan.key);

        if (steps == TKT_LIST_STEPS_MAX
            || state->rewrapped + state->failed == batch)
        {
            state->from = key;
            state->done = false;
            break;
        }

        /* tenant, ticket, field */

        if (key.len == 13 && key.data[12] == TKT_SEALED_KEY
            && tkt_seal_key_id(scan.value) != newest)
        {
            tkt_rewrap_entry(c, state, &key, scan.value);
        }
    }

    tkt_scan_close(&scan);

    if (state->done && state->rewrapped > 0) {
        tkt_rewrap_note(c, TKT_AUDIT_CHANGE, newest);
    }
}


/* Runs a job alone; what its input is afterwards goes to *input. */
static tkt_status_t
tkt_rewrap_run(tkt_env_t *env, const tkt_operation_t *op,
    const tkt_keyring_t *ring, int64_t now_ms, const uint8_t random[32],
    void *input, size_t input_bytes)
{
    tkt_status_t    status;
    tkt_command_t  *cmd;

    cmd = tkt_job_command(op, 0, now_ms, random, input_bytes);
    if (cmd == NULL) {
        return TKT_BUSY;
    }

    cmd->keyring = ring;
    tkt_arena_keep_secrets(cmd->arena);
    memcpy(cmd->input, input, input_bytes);

    (void) tkt_app_run(env, &cmd, 1, NULL, NULL);

    status = cmd->reply.status;

    if (status == TKT_OK) {
        memcpy(input, cmd->input, input_bytes);
    }

    tkt_command_free(cmd);

    return status;
}


tkt_status_t
tkt_app_rewrap(tkt_env_t *env, const tkt_keyring_t *ring,
    tkt_rewrap_t *state, int64_t now_ms, const uint8_t random[32])
{
    return tkt_rewrap_run(env, &tkt_rewrap_op, ring, now_ms, random, state,
                          sizeof(tkt_rewrap_t));
}


/* ---- giving up ---- */

static void
tkt_job_retire(tkt_call_t *c)
{
    tkt_key_t      key;
    tkt_retire_t  *job = c->input;

    job->count = tkt_sealed_count(c->txn, job->id);
    c->reply->http = c->op->success;

    if (job->count > 0) {
        return;
    }

    tkt_rewrap_fence(c->txn, job->newest);

    tkt_key_sealed_by(&key, job->id);
    (void) tkt_delete(c->txn, TKT_DB_SEALED_BY, &key);
    tkt_rewrap_note(c, TKT_AUDIT_DELETE, job->id);
}


tkt_status_t
tkt_app_retire(tkt_env_t *env, uint32_t id, uint32_t newest, uint64_t *count)
{
    uint8_t       random[32] = { 0 };
    tkt_retire_t  job = { .id = id, .newest = newest };
    tkt_status_t  status;

    status = tkt_rewrap_run(env, &tkt_retire_op, NULL, 0, random, &job,
                            sizeof(job));
    *count = job.count;

    return status;
}
