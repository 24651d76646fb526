/*
 * Saved views: a filter of the ticket list under a name, one's own or shared.
 * "me" and what is overdue are those of whoever looks and when.
 */

#include "app/call/tkt_ops.h"
#include "app/list/tkt_list.h"
#include "app/resource/tkt_config.h"
#include "app/resource/tkt_resource.h"


static bool
tkt_view_is_member(tkt_call_t *c, uint64_t team)
{
    tkt_key_t  key;
    tkt_str_t  value;

    tkt_key_config(&key, c->actor->tenant, TKT_CONFIG_MEMBER, team,
                   c->actor->id);

    return tkt_get(c->txn, TKT_DB_CONFIG, &key, &value);
}


/* One's own, and those shared with all or with one's team. */
static bool
tkt_view_load(tkt_call_t *c, uint64_t id, void *obj)
{
    tkt_view_record_t  *v = obj;

    if (!tkt_config_load_own(c, TKT_CONFIG_VIEW, id, &tkt_view_schema, v,
                             tkt_txn_is_write(c->txn) ? c->arena : NULL))
    {
        return false;
    }

    return v->owner != 0 || tkt_resource_may_share(c)
           || (v->head.active
               && (v->team == 0 || tkt_view_is_member(c, v->team)));
}


/* One that is gone since may stay: whoever may share sees the view then. */
static bool
tkt_view_check_team(tkt_call_t *c, const tkt_view_record_t *old,
    const tkt_view_record_t *v)
{
    tkt_key_t  key;
    tkt_str_t  value;

    if (v->team == 0 || (old != NULL && old->team == v->team)) {
        return true;
    }

    if (v->owner != 0) {
        tkt_call_invalid(c, "/team", "conflict",
                         "a view of one's own is not shared with a team");
        return false;
    }

    tkt_key_config(&key, c->actor->tenant, TKT_CONFIG_TEAM, 0, v->team);

    if (!tkt_get(c->txn, TKT_DB_CONFIG, &key, &value)) {
        tkt_call_invalid(c, "/team", "choice", "there is no such team");
        return false;
    }

    return true;
}


static bool
tkt_view_check(tkt_call_t *c, const void *before, void *after)
{
    tkt_filter_t        f;
    tkt_view_record_t  *v = after;

    if (before == NULL) {
        v->owner = v->shared ? 0 : c->actor->id;
    }

    if (v->owner == 0 && !tkt_resource_may_share(c)) {
        tkt_call_forbid(c, "/shared");
        return false;
    }

    if (!tkt_filter_read(c, v->filter, "/filter", &f)) {
        tkt_call_fail(c, TKT_INVALID_REQUEST, NULL);
        return false;
    }

    return tkt_view_check_team(c, before, v);
}


/* The view's filter for this caller; false, and answered, if it has none. */
static bool
tkt_view_filter(tkt_call_t *c, const tkt_view_record_t *v, tkt_filter_t *f)
{
    if (tkt_filter_read(c, v->filter, NULL, f)) {
        return true;
    }

    /* saved by a release that had a parameter more */

    tkt_call_fail(c, TKT_CONFLICT, "the view's filter is not understood: "
                  "save it anew");

    return false;
}


/* `count`: bounded for all views of a page together. */
static void
tkt_view_more(tkt_call_t *c, const void *obj, tkt_out_t *o)
{
    bool          all;
    size_t        steps;
    uint64_t      count;
    tkt_str_t     asked;
    tkt_filter_t  f;

    if (c->params == NULL || !tkt_params_get(c->params, "count", &asked)
        || !tkt_str_eq(asked, tkt_str("true"))
        || !tkt_filter_read(c, ((const tkt_view_record_t *) obj)->filter,
                            NULL, &f))
    {
        return;
    }

    steps = TKT_COUNT_STEPS_MAX - c->counted;
    all = tkt_list_tally(c, &f, &steps, &count);
    c->counted = TKT_COUNT_STEPS_MAX - steps;

    tkt_out_name(o, "count");
    tkt_out_u64(o, count);
    tkt_out_name(o, "count_is");
    tkt_out_string(o, tkt_count_names.names[all ? TKT_COUNT_EXACT
                                                : TKT_COUNT_AT_LEAST]);
}


/* Counts change without the view's version. */
static bool
tkt_view_counts(tkt_call_t *c)
{
    bool  asked;

    if (!tkt_call_flag(c, "count", &asked)) {
        return false;
    }

    if (asked) {
        c->if_none_match = tkt_str("");
        c->reply->moves = true;
    }

    return true;
}


void
tkt_op_view_list(tkt_call_t *c)
{
    bool  asked;

    /* known by its bytes: counts that change have another tag */

    if (tkt_call_flag(c, "count", &asked)) {
        tkt_resource_list(c);
    }
}


void
tkt_op_view_get(tkt_call_t *c)
{
    if (tkt_view_counts(c)) {
        tkt_resource_get(c);
    }
}


void
tkt_op_view_tickets(tkt_call_t *c)
{
    tkt_filter_t       f;
    tkt_view_record_t  view;

    memset(&view, 0, sizeof(view));

    if (tkt_resource_find(c, &tkt_resource_view, &view)
        && tkt_view_filter(c, &view, &f))
    {
        tkt_list_answer(c, &f, TKT_LIST_VIEW);
    }
}


const tkt_resource_t  tkt_resource_view = {
    TKT_RESOURCE_CONFIG(VIEW),
    .name = "views",
    .path = "/v1/views",
    .schema = &tkt_view_schema,
    .etag = 'w',
    .ordered = true,
    .owner = offsetof(tkt_view_record_t, owner),
    .load = tkt_view_load,
    .check = tkt_view_check,
    .more = tkt_view_more,
};
