/*
 * Presence; see the header.  A record names its timers: `due_at` ends what is
 * not kept alive by use, `return_at` gives the untouched tickets of somebody
 * offline back to their queues.
 */

#include "app/call/tkt_due.h"
#include "app/call/tkt_ops.h"
#include "app/resource/tkt_config.h"
#include "app/route/tkt_presence.h"
#include "app/route/tkt_ready.h"
#include "app/rows/tkt_assigned.h"
#include "app/ticket/tkt_ticket.h"


void
tkt_presence_of(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    tkt_presence_t *p)
{
    if (!tkt_presence_load(txn, tenant, principal, p)) {
        *p = (tkt_presence_t) {
            .user = principal, .tenant = tenant,
            .presence = TKT_PRESENCE_OFFLINE,
            .capacity = TKT_CAPACITY_DEFAULT,
        };
    }
}


/* ---- timers ---- */

/* After how many milliseconds a team takes tickets back. */
static uint64_t
tkt_return_after_ms(tkt_txn_t *txn, uint32_t tenant, uint64_t team,
    tkt_arena_t *arena)
{
    uint64_t    s;
    tkt_team_t  record;

    s = 0;

    if (team != 0
        && tkt_config_load(txn, tenant, TKT_CONFIG_TEAM, 0, team,
                           &tkt_team_schema, &record, arena))
    {
        s = record.return_after_s;
    }

    return (s != 0 ? s : TKT_RETURN_AFTER_S) * 1000;
}


/* The least of his teams: what is then not due yet gets a later timer. */
static uint64_t
tkt_return_first_ms(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    tkt_arena_t *arena)
{
    uint64_t     ms, least;
    tkt_key_t    prefix;
    tkt_scan_t   scan;
    tkt_unkey_t  u;

    least = TKT_RETURN_AFTER_S * 1000;

    tkt_key_seats(&prefix, tenant, principal);
    tkt_scan_open(&scan, txn, TKT_DB_ROUTE, &prefix, NULL, false);

    while (tkt_scan_next(&scan)) {
        tkt_unkey_start(&u, (tkt_str_t) { scan.key.data + prefix.len,
                                          scan.key.len - prefix.len });
        ms = tkt_return_after_ms(txn, tenant, tkt_unkey_u64(&u), arena);
        least = (ms < least) ? ms : least;
    }

    tkt_scan_close(&scan);

    return least;
}


static void
tkt_presence_timer(tkt_txn_t *txn, const tkt_presence_t *p, tkt_due_t kind,
    uint64_t *is, uint64_t to)
{
    if (*is != 0) {
        tkt_due_clear(txn, (int64_t) *is, kind, (uint32_t) p->tenant,
                      p->user);
    }

    if (to != 0) {
        tkt_due_set(txn, (int64_t) to, kind, (uint32_t) p->tenant, p->user);
    }

    *is = to;
}


static void
tkt_presence_timers(tkt_txn_t *txn, tkt_presence_t *p, int64_t now_ms,
    tkt_arena_t *arena)
{
    uint32_t  tenant = (uint32_t) p->tenant;

    if (p->presence != TKT_PRESENCE_OFFLINE) {

        if (p->due_at == 0) {
            tkt_presence_timer(txn, p, TKT_DUE_PRESENCE, &p->due_at,
                               p->seen_at + TKT_PRESENCE_TTL_MS);
        }

        if (p->return_at != 0) {
            tkt_presence_timer(txn, p, TKT_DUE_RETURN, &p->return_at, 0);
        }

        return;
    }

    if (p->due_at != 0) {
        tkt_presence_timer(txn, p, TKT_DUE_PRESENCE, &p->due_at, 0);
    }

    if (p->return_at == 0 && tkt_agent_load(txn, tenant, p->user) > 0) {
        tkt_presence_timer(txn, p, TKT_DUE_RETURN, &p->return_at,
                           (uint64_t) now_ms
                           + tkt_return_first_ms(txn, tenant, p->user,
                                                 arena));
    }
}


/* ---- changes ---- */

void
tkt_presence_store(tkt_txn_t *txn, tkt_presence_t *p, int64_t now_ms,
    tkt_arena_t *arena)
{
    tkt_presence_timers(txn, p, now_ms, arena);
    tkt_presence_save(txn, p, arena);
    (void) tkt_ready_refresh(txn, (uint32_t) p->tenant, p->user);
}


/* Whether he can still do what he was given. */
static bool
tkt_presence_works(const tkt_user_t *user)
{
    return !user->disabled && (TKT_ROLES_STAFF & tkt_bit(user->role)) != 0;
}


void
tkt_presence_leave(tkt_txn_t *txn, const tkt_user_t *user, int64_t now_ms,
    tkt_arena_t *arena)
{
    uint32_t        tenant = (uint32_t) user->tenant;
    tkt_presence_t  p;

    /* who never said where he is may have been given tickets by hand */

    tkt_presence_of(txn, tenant, user->id, &p);

    if (p.presence != TKT_PRESENCE_OFFLINE
        || (p.since == 0 && !tkt_presence_works(user)
            && tkt_agent_load(txn, tenant, user->id) > 0))
    {
        p.presence = TKT_PRESENCE_OFFLINE;
        p.since = (uint64_t) now_ms;
        tkt_presence_store(txn, &p, now_ms, arena);
    }
}


void
tkt_presence_seen(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    int64_t at_ms, tkt_arena_t *arena)
{
    tkt_presence_t  p;

    /* the timer finds it when it comes; it is not moved with each use */

    if (tkt_presence_load(txn, tenant, principal, &p)
        && p.presence != TKT_PRESENCE_OFFLINE
        && p.seen_at + TKT_PRESENCE_SEEN_MS <= (uint64_t) at_ms)
    {
        p.seen_at = (uint64_t) at_ms;
        tkt_presence_save(txn, &p, arena);
    }
}


void
tkt_presence_mind(tkt_call_t *c, const tkt_ticket_t *t)
{
    uint64_t        at;
    tkt_user_t      user;
    uint32_t        tenant = (uint32_t) t->tenant;
    tkt_presence_t  p;

    tkt_presence_of(c->txn, tenant, t->assignee, &p);

    if (p.presence != TKT_PRESENCE_OFFLINE) {
        return;
    }

    /* who never said where he is keeps what he is given, while he is there */

    if (p.since == 0) {
        if (t->assignee == c->actor->id
            || !tkt_user_load(c->txn, tenant, t->assignee, &user, c->arena)
            || tkt_presence_works(&user))
        {
            return;
        }

        p.since = (uint64_t) c->now_ms;
    }

    at = (uint64_t) c->now_ms
         + tkt_return_after_ms(c->txn, tenant, t->team, c->arena);

    /* a walk that is under way is due now, and looks once more at its end */

    if (p.return_at == 0 || at < p.return_at) {
        tkt_presence_timer(c->txn, &p, TKT_DUE_RETURN, &p.return_at, at);
        tkt_presence_save(c->txn, &p, c->arena);
    }
}


void
tkt_presence_bind(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    bool bound, tkt_arena_t *arena)
{
    tkt_presence_t  p;

    if (tkt_presence_load(txn, tenant, principal, &p) && p.bound != bound) {
        p.bound = bound;
        tkt_presence_save(txn, &p, arena);
        (void) tkt_ready_refresh(txn, tenant, principal);
    }
}


void
tkt_presence_forget(tkt_txn_t *txn, uint32_t tenant, uint64_t principal)
{
    tkt_key_t       key;
    tkt_presence_t  p;

    if (!tkt_presence_load(txn, tenant, principal, &p)) {
        return;
    }

    tkt_presence_timer(txn, &p, TKT_DUE_PRESENCE, &p.due_at, 0);
    tkt_presence_timer(txn, &p, TKT_DUE_RETURN, &p.return_at, 0);
    tkt_key_presence(&key, tenant, principal);
    (void) tkt_delete(txn, TKT_DB_ROUTE, &key);
}


/* ---- the timer of what is not kept alive ---- */

void
tkt_job_presence(tkt_call_t *c)
{
    tkt_presence_t    p;
    const tkt_job_t  *job = c->input;

    tkt_due_clear(c->txn, job->at_ms, TKT_DUE_PRESENCE, c->actor->tenant,
                  job->id);

    if (tkt_presence_load(c->txn, c->actor->tenant, job->id, &p)
        && p.due_at == (uint64_t) job->at_ms)
    {
        p.due_at = 0;

        if (p.seen_at + TKT_PRESENCE_TTL_MS <= (uint64_t) c->now_ms) {
            p.presence = TKT_PRESENCE_OFFLINE;
            p.since = (uint64_t) c->now_ms;
        }

        tkt_presence_store(c->txn, &p, c->now_ms, c->arena);
    }

    c->reply->http = c->op->success;
}


/* ---- tickets of somebody who stays away ---- */

/* The walk over his active tickets; the timer's entry holds its place. */
typedef struct {
    uint32_t   tenant;
    uint64_t   principal;
    uint64_t   since;
    uint64_t   next;                 /* when the first of the rest is due    */
    uint64_t   team;                 /* whose time `after` is                */
    uint64_t   after;
    size_t     count;
    uint8_t    urgency;              /* of the ticket looked at last         */
    uint64_t   last;                 /* its number; 0: from the start        */
    uint64_t   found[TKT_ROUTE_BATCH_MAX];
} tkt_return_t;


/* Whether it is to go back now. */
static bool
tkt_return_due(tkt_call_t *c, tkt_return_t *r, uint64_t id)
{
    uint64_t      due;
    tkt_ticket_t  t;

    if (!tkt_ticket_load_head(c->txn, r->tenant, id, &t)
        || !tkt_routing_untouched(&t))
    {
        return false;
    }

    if (r->after == 0 || r->team != t.team) {
        r->team = t.team;
        r->after = tkt_return_after_ms(c->txn, r->tenant, t.team, c->arena);
    }

    due = (t.assigned_at > r->since ? t.assigned_at : r->since) + r->after;

    if (due <= (uint64_t) c->now_ms) {
        return true;
    }

    if (r->next == 0 || due < r->next) {
        r->next = due;
    }

    return false;
}


/* True if it has come to the end. */
static bool
tkt_return_walk(tkt_call_t *c, tkt_return_t *r)
{
    size_t          steps;
    uint8_t         urgency;
    uint64_t        id;
    tkt_assigned_t  his;

    tkt_assigned_open(&his, c->txn, r->tenant, r->principal,
                      (uint32_t) tkt_bit(TKT_CLASS_ACTIVE), UINT32_MAX,
                      TKT_ASSIGNED_URGENT, r->urgency, r->last, c->arena);

    for (steps = 0; tkt_assigned_next(&his, &urgency, &id); steps++) {

        if (steps == TKT_ROUTE_STEPS_MAX || r->count == TKT_ROUTE_BATCH_MAX) {
            return false;
        }

        r->urgency = urgency;
        r->last = id;

        if (tkt_return_due(c, r, id)) {
            r->found[r->count++] = id;
        }
    }

    return true;
}


static void
tkt_return_ticket(tkt_call_t *c, tkt_return_t *r, uint64_t id)
{
    tkt_event_t   event = { .action = TKT_ACTION_TRANSFER + 1,
                            .automatic = 1,
                            .reason = tkt_str("the owner is away") };
    tkt_ticket_t  before, t;

    if (!tkt_ticket_load(c->txn, r->tenant, id, &before, true, c->arena)) {
        tkt_txn_fail(c->txn, TKT_INTERNAL);
        return;
    }

    t = before;
    t.assignee = 0;
    t.assigned_at = 0;
    tkt_ticket_commit(c, &before, &t, &event);
}


/* The next timer: at once for what is left, or when something is due. */
static void
tkt_return_again(tkt_call_t *c, tkt_return_t *r, bool end)
{
    tkt_key_t       key, value;
    tkt_user_t      user;
    tkt_presence_t  p;

    if (!tkt_presence_load(c->txn, r->tenant, r->principal, &p)) {
        return;
    }

    p.return_at = end ? r->next : (uint64_t) c->now_ms;
    tkt_presence_save(c->txn, &p, c->arena);

    if (p.return_at == 0) {

        /* of an erased one it has stayed for this alone */

        if (tkt_user_load(c->txn, r->tenant, r->principal, &user, c->arena)
            && user.erased_at != 0)
        {
            tkt_presence_forget(c->txn, r->tenant, r->principal);
        }

        return;
    }

    /* the place, and when the first of those passed over is due */

    tkt_key_start(&value);

    if (!end) {
        tkt_key_u64(&value, r->next);
        tkt_key_u8(&value, r->urgency);
        tkt_key_u64(&value, r->last);
    }

    tkt_key_due(&key, (int64_t) p.return_at, TKT_DUE_RETURN, r->tenant,
                r->principal);
    tkt_put(c->txn, TKT_DB_DUE, &key, (tkt_str_t) { value.data, value.len });
}


void
tkt_job_return(tkt_call_t *c)
{
    bool              end, behind;
    size_t            i;
    uint64_t          again;
    tkt_key_t         key;
    tkt_str_t         value;
    tkt_unkey_t       u;
    tkt_return_t      r = { .tenant = c->actor->tenant };
    tkt_presence_t    p;
    const tkt_job_t  *job = c->input;

    r.principal = job->id;
    tkt_key_due(&key, job->at_ms, TKT_DUE_RETURN, r.tenant, r.principal);

    if (tkt_get(c->txn, TKT_DB_DUE, &key, &value) && value.len > 8) {
        tkt_unkey_start(&u, value);
        r.next = tkt_unkey_u64(&u);
        r.urgency = tkt_unkey_u8(&u);
        r.last = tkt_unkey_u64(&u);
    }

    (void) tkt_delete(c->txn, TKT_DB_DUE, &key);
    c->reply->http = c->op->success;

    if (!tkt_presence_load(c->txn, r.tenant, r.principal, &p)
        || p.return_at != (uint64_t) job->at_ms
        || p.presence != TKT_PRESENCE_OFFLINE)
    {
        return;
    }

    r.since = p.since;
    behind = r.last != 0;
    end = tkt_return_walk(c, &r);

    for (i = 0; i < r.count; i++) {
        tkt_return_ticket(c, &r, r.found[i]);
    }

    /* between two pieces a ticket may have come, or moved, before the place */

    if (end && behind
        && tkt_agent_load(c->txn, r.tenant, r.principal) > 0)
    {
        again = (uint64_t) c->now_ms
                + tkt_return_first_ms(c->txn, r.tenant, r.principal, c->arena);
        r.next = (r.next == 0 || again < r.next) ? again : r.next;
    }

    tkt_return_again(c, &r, end);
}
