/*
 * GET /v1/tickets and GET /v1/me/tickets.
 */

#include "app/call/tkt_ops.h"
#include "app/list/tkt_list.h"
#include "app/list/tkt_sight.h"
#include "app/list/tkt_walk.h"
#include "app/ticket/tkt_ticket.h"
#include "app/ticket/tkt_view.h"
#include "app/who/tkt_caller.h"


/* Room for most pages without growing. */
#define TKT_LIST_TICKET_BYTES  1280


/* What the caller may ask for; requester lists have no queue order. */
static bool
tkt_list_scope(tkt_call_t *c, tkt_filter_t *f)
{
    tkt_errors_t  *errors;

    if (!(TKT_ROLES_STAFF & tkt_bit(c->actor->role))) {

        if (f->requester != 0 && f->requester != c->actor->id) {
            tkt_call_fail(c, TKT_FORBIDDEN,
                          "users list their own tickets only");
            return false;
        }

        if (!f->watching) {
            f->requester = c->actor->id;
        }
    }

    tkt_filter_settle(c, f);

    if (f->requester != 0 && f->sort == TKT_SORT_QUEUE) {
        errors = tkt_call_errors(c);
        if (errors != NULL) {
            tkt_errors_add_parameter(errors, "sort", "conflict",
                "the tickets of one requester have no queue order");
        }

        tkt_call_fail(c, TKT_UNKNOWN_PARAMETER, NULL);
        return false;
    }

    return true;
}


/*
 * Whether what the counters say of a filter is what the caller sees of it: no
 * agent whom grants bind sees all, and none sees all complaints.
 */
static bool
tkt_list_sees_all(tkt_call_t *c, const tkt_filter_t *f)
{
    return tkt_filter_is_own(c, f)
           || (!tkt_sight_is_bound(c)
               && !(c->actor->role == TKT_ROLE_AGENT
                    && f->complaint == TKT_ONLY));
}


static bool
tkt_list_count(tkt_call_t *c, const tkt_filter_t *f, uint64_t *count)
{
    bool           bound;
    tkt_errors_t  *errors;

    /* who sees a part of the desk is not told how much there is of it */

    bound = !tkt_list_sees_all(c, f);

    if (!bound && tkt_filter_count(c, f, TKT_COUNT_STEPS_MAX, count)) {
        return true;
    }

    errors = tkt_call_errors(c);
    if (errors != NULL && bound) {
        tkt_errors_add_parameter(errors, "count", "conflict",
            "you do not see all of these: count goes with assignee=me and "
            "requester=me");

    } else if (errors != NULL) {
        tkt_errors_add_parameter(errors, "count", "conflict",
            "there is no counter for this filter: count goes with state, "
            "bucket, priority, team, complaint, assignee or requester");
    }

    tkt_call_fail(c, TKT_UNKNOWN_PARAMETER, NULL);

    return false;
}


/*
 * Whether a ticket is one of the list: nobody finds it by members that he
 * does not read, which are those for staff.
 */
static bool
tkt_list_takes(tkt_sight_t *sight, const tkt_filter_t *f,
    const tkt_ticket_t *t)
{
    tkt_caller_t  caller;

    if (!tkt_filter_passes(f, t) || !tkt_sight_sees(sight, t)) {
        return false;
    }

    if (f->held == TKT_EITHER
        && (f->drill == TKT_EITHER
            || (f->drill == TKT_WITHOUT && f->requester == 0)))
    {
        return true;
    }

    caller = tkt_caller_of(sight->call, t);

    return tkt_workflow_sees_internal(&caller);
}


/* One page of tickets; *position is set where a next page goes on. */
static void
tkt_list_page(tkt_call_t *c, tkt_out_t *o, const tkt_filter_t *f,
    const tkt_fields_t *fields, size_t limit, tkt_str_t *position)
{
    size_t        n, steps;
    uint64_t      id;
    tkt_walk_t    walk;
    tkt_view_t    view;
    tkt_sight_t   sight;
    tkt_ticket_t  t;

    tkt_view_init(&view, c);
    view.parts = fields->parts;
    tkt_sight_init(&sight, c);
    tkt_walk_open(&walk, c, f, *position);
    *position = tkt_str("");

    n = 0;

    for (steps = 0; tkt_txn_status(c->txn) == TKT_OK; steps++) {

        if (steps == TKT_LIST_STEPS_MAX
            || tkt_call_page_full(o, 0, n, limit))
        {
            /* a last look: without another entry there is no next page */

            *position = tkt_arena_copy(c->arena, (tkt_str_t) {
                                       walk.position, walk.position_len });
            if (!tkt_walk_next(&walk, &id)) {
                *position = tkt_str("");
            }

            break;
        }

        if (!tkt_walk_next(&walk, &id)) {
            break;
        }

        if (!tkt_ticket_load(c->txn, c->actor->tenant, id, &t, false,
                             c->arena))
        {
            tkt_txn_fail(c->txn, TKT_INTERNAL);
            break;
        }

        tkt_view_fresh(c, tkt_filter_until(f, &t));

        if (!tkt_list_takes(&sight, f, &t)) {
            continue;
        }

        if (fields->big && t.long_text
            && !tkt_ticket_load_big(c->txn, &t, c->arena))
        {
            break;
        }

        tkt_view_ticket(&view, &t);
        tkt_out_comma(o);
        tkt_out_object(o, &tkt_ticket_schema, &t,
                       (uint32_t) tkt_bit(view.reader),
                       fields->given ? &fields->rows : NULL, !fields->given);
        n++;
    }

    tkt_walk_close(&walk);
}


/* "counts" of every bucket of the caller's own tickets. */
static void
tkt_list_buckets(tkt_call_t *c, tkt_out_t *o)
{
    unsigned      b;
    uint64_t      count;
    tkt_filter_t  f;

    tkt_out_lit(o, ",\"counts\":{");

    for (b = 1; b < TKT_BUCKET_MAX; b++) {
        f = (tkt_filter_t) { .requester = c->actor->id };
        f.states = tkt_workflow_bucket_states((tkt_bucket_t) b);

        if (tkt_filter_count(c, &f, 0, &count)) {
            tkt_out_comma(o);
            tkt_out_string(o, tkt_bucket_names.names[b]);
            tkt_out_lit(o, ":");
            tkt_out_u64(o, count);
        }
    }

    tkt_out_lit(o, "}");
}


/* The order in which the least has to be looked at. */
static void
tkt_tally_order(tkt_filter_t *f)
{
    bool  queue;

    queue = f->states != 0 && (f->states & ~TKT_STATES_ACTIVE) == 0
            && f->requester == 0 && !f->watching
            && f->assigned != TKT_ASSIGNEE_ONE;

    f->sort = queue ? TKT_SORT_QUEUE : TKT_SORT_NEWEST;
}


/* One by one; whether that is all of them. */
static bool
tkt_tally_walk(tkt_call_t *c, const tkt_filter_t *f, size_t *steps,
    uint64_t *count)
{
    bool          all;
    uint64_t      id;
    tkt_walk_t    walk;
    tkt_sight_t   sight;
    tkt_ticket_t  t;

    tkt_sight_init(&sight, c);
    tkt_walk_open(&walk, c, f, tkt_str(""));

    for ( ;; ) {
        all = !tkt_walk_next(&walk, &id);

        if (all || *steps == 0) {
            break;
        }

        --*steps;

        if (!tkt_ticket_load(c->txn, c->actor->tenant, id, &t, false,
                             c->arena))
        {
            tkt_txn_fail(c->txn, TKT_INTERNAL);
            break;
        }

        tkt_view_fresh(c, tkt_filter_until(f, &t));

        if (tkt_list_takes(&sight, f, &t)) {
            ++*count;
        }
    }

    tkt_walk_close(&walk);

    return all;
}


bool
tkt_list_tally(tkt_call_t *c, const tkt_filter_t *filter, size_t *steps,
    uint64_t *count)
{
    bool          all;
    tkt_arena_t   arena, *own = c->arena;
    tkt_filter_t  f = *filter;

    tkt_filter_settle(c, &f);

    /* counters alone: whatever is looked at takes from the steps */

    if (tkt_list_sees_all(c, &f) && tkt_filter_count(c, &f, 0, count)) {
        return true;
    }

    *count = 0;
    tkt_tally_order(&f);

    /* a walk may take a quarter of a megabyte, and a page has 200 views */

    tkt_arena_init(&arena, 4096);
    c->arena = &arena;
    all = tkt_tally_walk(c, &f, steps, count);
    c->arena = own;
    tkt_arena_done(&arena);

    return all;
}


/* `count` of any list of its kind; false when answered. */
static bool
tkt_list_number(tkt_call_t *c, const tkt_filter_t *f, tkt_list_kind_t kind,
    bool *all, uint64_t *count)
{
    size_t  steps = TKT_COUNT_STEPS_MAX;

    *all = true;

    if (kind != TKT_LIST_VIEW) {
        return tkt_list_count(c, f, count);
    }

    *all = tkt_list_tally(c, f, &steps, count);

    return true;
}


void
tkt_list_answer(tkt_call_t *c, tkt_filter_t *f, tkt_list_kind_t kind)
{
    bool          counted, all = true;
    size_t        limit;
    uint64_t      count;
    tkt_out_t     o;
    tkt_str_t     filter, position;
    tkt_fields_t  fields;

    all = true;
    count = 0;

    if (!tkt_list_scope(c, f)
        || !tkt_call_limit(c, &limit)
        || !tkt_fields_parse(c, &fields)
        || !tkt_call_flag(c, "count", &counted)
        || (counted && !tkt_list_number(c, f, kind, &all, &count)))
    {
        return;
    }

    filter = tkt_filter_text(c, f);

    if (!tkt_call_cursor(c, filter, &position)) {
        return;
    }

    tkt_out_init(&o, c->arena, 512 + limit * TKT_LIST_TICKET_BYTES);
    tkt_out_lit(&o, "{\"data\":[");
    tkt_list_page(c, &o, f, &fields, limit, &position);
    tkt_call_page(c, &o, filter, position);

    if (counted) {
        tkt_out_lit(&o, ",\"count\":");
        tkt_out_u64(&o, count);

        if (!all) {
            tkt_out_name(&o, "count_is");
            tkt_out_string(&o, tkt_count_names.names[TKT_COUNT_AT_LEAST]);
        }

        if (kind == TKT_LIST_BUCKETS) {
            tkt_list_buckets(c, &o);
        }
    }

    tkt_out_lit(&o, "}");
    tkt_call_answer(c, &o);
}


void
tkt_op_ticket_list(tkt_call_t *c)
{
    tkt_filter_t  f;

    if (tkt_filter_parse(c, &f)) {
        tkt_list_answer(c, &f, TKT_LIST_PLAIN);
    }
}


void
tkt_op_my_tickets(tkt_call_t *c)
{
    tkt_filter_t  f;

    if (tkt_filter_parse(c, &f)) {
        f.requester = c->actor->id;
        tkt_list_answer(c, &f, TKT_LIST_BUCKETS);
    }
}
