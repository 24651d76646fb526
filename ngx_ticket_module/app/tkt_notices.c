/*
 * Notices as they are kept; see the header.
 */

#include "app/tkt_notices.h"


void
tkt_key_notice(tkt_key_t *k, uint32_t tenant, uint64_t principal,
    uint64_t seq)
{
    tkt_key_principal(k, tenant, principal);
    tkt_key_u64(k, seq);
}


/* The number in a notice's key. */
static uint64_t
tkt_notice_number(tkt_str_t key)
{
    tkt_unkey_t  u;

    tkt_unkey_start(&u, key);
    (void) tkt_unkey_u32(&u);
    (void) tkt_unkey_u64(&u);

    return tkt_unkey_u64(&u);
}


bool
tkt_notice_state(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    tkt_notice_state_t *state)
{
    tkt_key_t    key;
    tkt_str_t    value;
    tkt_unkey_t  u;

    *state = (tkt_notice_state_t) { .read = 0 };
    tkt_key_notice(&key, tenant, principal, TKT_NOTICE_SEQ_STATE);

    if (!tkt_get(txn, TKT_DB_NOTICE, &key, &value)) {
        return true;
    }

    tkt_unkey_start(&u, value);
    state->read = tkt_unkey_u64(&u);
    state->kept = tkt_unkey_u64(&u);
    state->unread = tkt_unkey_u64(&u);

    return !u.bad && u.pos == u.end;
}


/* For writers: what does not decode is a fault of the store. */
static bool
tkt_notice_state_get(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    tkt_notice_state_t *state)
{
    if (tkt_notice_state(txn, tenant, principal, state)) {
        return true;
    }

    tkt_txn_fail(txn, TKT_INTERNAL);

    return false;
}


static void
tkt_notice_state_put(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    const tkt_notice_state_t *state)
{
    tkt_key_t  key, value;

    tkt_key_start(&value);
    tkt_key_u64(&value, state->read);
    tkt_key_u64(&value, state->kept);
    tkt_key_u64(&value, state->unread);

    tkt_key_notice(&key, tenant, principal, TKT_NOTICE_SEQ_STATE);
    tkt_put(txn, TKT_DB_NOTICE, &key, (tkt_str_t) { value.data, value.len });
}


/*
 * The oldest go, several at once: they stand in other pages than the newest,
 * and pages are what a commit costs.
 */
static void
tkt_notices_trim(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    tkt_notice_state_t *state)
{
    tkt_key_t   prefix, key;
    tkt_scan_t  scan;

    tkt_key_principal(&prefix, tenant, principal);
    tkt_scan_open(&scan, txn, TKT_DB_NOTICE, &prefix, NULL, false);

    while (state->kept > TKT_NOTICES_MAX && tkt_scan_next(&scan)) {
        tkt_key_start(&key);
        tkt_key_bytes(&key, scan.key);
        state->kept--;
        state->unread -= tkt_notice_number(scan.key) > state->read;
        (void) tkt_delete(txn, TKT_DB_NOTICE, &key);
    }

    tkt_scan_close(&scan);
}


void
tkt_notice_put(tkt_txn_t *txn, tkt_notice_t *n, tkt_arena_t *arena)
{
    uint32_t            tenant = (uint32_t) n->tenant;
    tkt_key_t           key;
    tkt_notice_state_t  state;

    if (!tkt_notice_state_get(txn, tenant, n->principal, &state)) {
        return;
    }

    n->id = tkt_txn_next(txn, TKT_SEQ_NOTICE);
    tkt_key_notice(&key, tenant, n->principal, n->id);
    tkt_put(txn, TKT_DB_NOTICE, &key,
            tkt_record_pack(&tkt_notice_schema, n, NULL, arena));

    state.kept++;
    state.unread++;

    if (state.kept > TKT_NOTICES_MAX + TKT_NOTICES_SLACK) {
        tkt_notices_trim(txn, tenant, n->principal, &state);
    }

    tkt_notice_state_put(txn, tenant, n->principal, &state);
}


void
tkt_notice_given(tkt_call_t *c, const tkt_ticket_t *t)
{
    tkt_notice_t  notice = {
        .tenant = t->tenant, .principal = t->assignee,
        .kind = TKT_NOTICE_ASSIGNED, .ticket = t->id,
        .created_at = (uint64_t) c->now_ms,
    };

    tkt_notice_put(c->txn, &notice, c->arena);
}


void
tkt_notice_read(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    uint64_t until)
{
    uint64_t            unread, number;
    tkt_key_t           prefix, from;
    tkt_scan_t          scan;
    tkt_notice_state_t  state;

    if (!tkt_notice_state_get(txn, tenant, principal, &state)
        || state.unread == 0)
    {
        return;
    }

    /* bounded: TKT_NOTICES_MAX and the slack */

    tkt_key_principal(&prefix, tenant, principal);
    tkt_key_notice(&from, tenant, principal, TKT_NOTICE_SEQ_STATE - 1);
    tkt_scan_open(&scan, txn, TKT_DB_NOTICE, &prefix, &from, true);

    for (unread = 0; tkt_scan_next(&scan); unread++) {
        number = tkt_notice_number(scan.key);

        if (until == 0 || number <= until) {
            until = number;
            break;
        }
    }

    tkt_scan_close(&scan);

    /* what was read stays read */

    if (until > state.read) {
        state.read = until;
        state.unread = unread;
        tkt_notice_state_put(txn, tenant, principal, &state);
    }
}


void
tkt_notices_forget(tkt_txn_t *txn, uint32_t tenant, uint64_t principal)
{
    tkt_key_t   prefix, key;
    tkt_scan_t  scan;

    tkt_key_principal(&prefix, tenant, principal);
    tkt_scan_open(&scan, txn, TKT_DB_NOTICE, &prefix, NULL, false);

    while (tkt_scan_next(&scan)) {
        tkt_key_start(&key);
        tkt_key_bytes(&key, scan.key);
        (void) tkt_delete(txn, TKT_DB_NOTICE, &key);
    }

    tkt_scan_close(&scan);
}


void
tkt_notice_view(tkt_view_t *v, tkt_notice_t *n, uint64_t read)
{
    n->read = n->id <= read;
    n->number = tkt_ticket_number(v->call->actor->prefix, n->ticket,
                                  v->call->arena);

    /* 0: the desk itself */

    if (n->actor != 0) {
        n->actor_name = tkt_view_person(v, n->actor);
    }
}
