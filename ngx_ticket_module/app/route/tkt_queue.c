/*
 * The queue of work; see the header.
 */

#include "app/resource/tkt_config.h"
#include "app/route/tkt_queue.h"
#include "app/route/tkt_route.h"


/* What is expected of the wait is told anew after this time. */
#define TKT_QUEUE_FRESH_MS  60000


/* ---- teams ---- */

void
tkt_teams_open(tkt_teams_t *x, tkt_txn_t *txn, uint32_t tenant,
    unsigned kind)
{
    tkt_key_t  prefix;

    tkt_key_tenant(&prefix, tenant);
    tkt_key_u8(&prefix, (uint8_t) kind);
    tkt_scan_open(&x->scan, txn, TKT_DB_COUNTER, &prefix, NULL, false);
}


bool
tkt_teams_next(tkt_teams_t *x)
{
    size_t          i;
    tkt_unkey_t     u;
    const uint8_t  *pos, *end;

    if (!tkt_scan_next(&x->scan)) {
        return false;
    }

    tkt_unkey_start(&u, x->scan.key);
    (void) tkt_unkey_u32(&u);
    (void) tkt_unkey_u8(&u);
    x->team = tkt_unkey_u64(&u);

    memset(x->cells, 0, sizeof(x->cells));
    pos = x->scan.value.data;
    end = pos + x->scan.value.len;

    for (i = 0; i < TKT_TENANT_CELLS && pos < end; i++) {
        if (!tkt_varint_get(&pos, end, &x->cells[i])) {
            u.bad = true;
            break;
        }
    }

    if (u.bad) {
        tkt_txn_fail(x->scan.txn, TKT_INTERNAL);
        return false;
    }

    return true;
}


void
tkt_teams_close(tkt_teams_t *x)
{
    tkt_scan_close(&x->scan);
}


/* ---- one ticket's place ---- */

bool
tkt_queue_waits(const tkt_ticket_t *t)
{
    return t->team != 0 && t->assignee == 0 && !t->held && !t->drill
           && tkt_queue_has(t);
}


/* How many of the team wait for an owner, with priorities from `least` on. */
static uint64_t
tkt_queue_length(const uint64_t *cells, uint64_t least)
{
    unsigned  s, p;
    uint64_t  n;

    for (n = 0, s = TKT_STATE_NEW; s < TKT_STATE_MAX; s++) {
        for (p = (unsigned) least; p < TKT_PRIORITY_MAX; p++) {
            if (TKT_STATES_ACTIVE & tkt_bit(s)) {
                n += cells[tkt_tenant_cell(s, 0, p)];
            }
        }
    }

    return n;
}


/*
 * The place among its equals is looked for from its own entry in both
 * directions, and one end is near as a rule: that of the queue for who has
 * just come, its beginning for who has waited long.  Who is known to stand
 * before one that is far back is seldom near the end.
 */
static uint64_t
tkt_queue_walk(tkt_txn_t *txn, const tkt_ticket_t *t, const uint64_t *cells,
    const tkt_key_t *equals, const tkt_key_t *own, bool both)
{
    uint64_t    steps, place;
    tkt_scan_t  ahead, behind;

    tkt_scan_open(&ahead, txn, TKT_DB_BY_QUEUE, equals, own, true);
    tkt_scan_open(&behind, txn, TKT_DB_BY_QUEUE, equals, own, false);

    place = TKT_QUEUE_POSITION_MAX;

    for (steps = 0; steps < TKT_QUEUE_POSITION_MAX; steps++) {

        /* either walk begins with the entry itself */

        if (!tkt_scan_next(&ahead)) {
            place = tkt_queue_length(cells, t->priority + 1) + steps;
            break;
        }

        if (both && !tkt_scan_next(&behind)) {
            place = tkt_queue_length(cells, t->priority) - (steps - 1);
            break;
        }
    }

    tkt_scan_close(&ahead);
    tkt_scan_close(&behind);

    return place < TKT_QUEUE_POSITION_MAX ? place : TKT_QUEUE_POSITION_MAX;
}


/*
 * 1 is next; TKT_QUEUE_POSITION_MAX: there or further back.  The more urgent
 * are known by their counts.  In the middle of a long queue both ends are far,
 * and the walk is as long as it may be; but what stands behind a ticket that
 * is far back is far back, too, so the foremost of those is noted.
 */
static uint64_t
tkt_queue_position(tkt_txn_t *txn, const tkt_ticket_t *t,
    const uint64_t *cells)
{
    bool       noted, both;
    uint64_t   place;
    tkt_str_t  far, self;
    tkt_key_t  equals, own;

    if (tkt_queue_length(cells, t->priority + 1) >= TKT_QUEUE_POSITION_MAX) {
        return TKT_QUEUE_POSITION_MAX;
    }

    tkt_key_by_queue(&own, t);
    tkt_key_queue(&equals, (uint32_t) t->tenant, t->team,
                  TKT_LINE_UNASSIGNED);
    tkt_key_u8(&equals, tkt_urgency(t->priority));

    self = (tkt_str_t) { own.data + equals.len, own.len - equals.len };

    noted = tkt_note_find(txn, &equals, &far) && far.len == self.len;

    if (noted && memcmp(self.data, far.data, far.len) >= 0) {
        return TKT_QUEUE_POSITION_MAX;
    }

    both = !noted || tkt_queue_length(cells, t->priority)
                     < 2 * TKT_QUEUE_POSITION_MAX;
    place = tkt_queue_walk(txn, t, cells, &equals, &own, both);

    if (place == TKT_QUEUE_POSITION_MAX) {
        tkt_note_keep(txn, &equals, self);
    }

    return place;
}


/* In the caller's language, else in the other. */
static tkt_str_t
tkt_queue_notice(const tkt_call_t *c, const tkt_team_t *team)
{
    const tkt_str_t  *first, *second;

    first = (c->lang == TKT_LANG_ZH) ? &team->peak_notice_zh
                                     : &team->peak_notice_en;
    second = (c->lang == TKT_LANG_ZH) ? &team->peak_notice_en
                                      : &team->peak_notice_zh;

    return first->len > 0 ? *first : *second;
}


void
tkt_queue_view(tkt_call_t *c, tkt_ticket_t *t)
{
    int64_t     until_ms;
    uint64_t    cells[TKT_TENANT_CELLS];
    tkt_key_t   key;
    tkt_team_t  team;

    if (!tkt_queue_waits(t)) {
        return;
    }

    tkt_key_team_counts(&key, c->actor->tenant, TKT_COUNTS_TEAM, t->team);
    tkt_counter_get(c->txn, TKT_DB_COUNTER, &key, TKT_TENANT_CELLS, cells);

    t->queue_position = tkt_queue_position(c->txn, t, cells);
    t->expected_wait_s = tkt_route_expected_wait(c->txn, c->actor->tenant,
                                                 t->team, t->queue_position,
                                                 c->now_ms);

    if (tkt_config_load(c->txn, c->actor->tenant, TKT_CONFIG_TEAM, 0, t->team,
                        &tkt_team_schema, &team, c->arena)
        && team.peak_length != 0
        && tkt_queue_length(cells, TKT_PRIORITY_LOW) >= team.peak_length)
    {
        t->notice = tkt_queue_notice(c, &team);
    }

    until_ms = c->now_ms + TKT_QUEUE_FRESH_MS;
    c->reply->moves = true;

    if (c->reply->fresh_until_ms == 0
        || until_ms < c->reply->fresh_until_ms)
    {
        c->reply->fresh_until_ms = until_ms;
    }
}
