/*
 * Filters: see the header.  One row a parameter.
 */

#include "app/tkt_filter.h"
#include "base/tkt_text.h"
#include "base/tkt_time.h"



typedef struct {
    const char   *name;
    bool        (*parse)(tkt_call_t *c, tkt_filter_t *f, tkt_str_t value);
    const char   *detail;
} tkt_filter_row_t;


/* Names separated by commas as bits. */
static bool
tkt_parse_bits(const tkt_names_t *names, tkt_str_t value, uint32_t *bits)
{
    uint64_t   v;
    tkt_str_t  piece;

    *bits = 0;

    while (tkt_query_piece(&value, &piece)) {
        if (!tkt_names_find(names, piece, &v)) {
            return false;
        }

        *bits |= (uint32_t) tkt_bit(v);
    }

    return *bits != 0;
}


static bool
tkt_parse_state(tkt_call_t *c, tkt_filter_t *f, tkt_str_t value)
{
    uint32_t  bits;

    if (!tkt_parse_bits(&tkt_state_names, value, &bits)) {
        return false;
    }

    f->states = (f->states == 0) ? bits : (f->states & bits);

    /* state and bucket that exclude each other: state 0 is nobody's */

    if (f->states == 0) {
        f->states = (uint32_t) tkt_bit(TKT_STATE_NONE);
    }

    return true;
}


static bool
tkt_parse_bucket(tkt_call_t *c, tkt_filter_t *f, tkt_str_t value)
{
    unsigned  b;
    uint32_t  buckets;

    if (!tkt_parse_bits(&tkt_bucket_names, value, &buckets)) {
        return false;
    }

    for (b = 1; b < TKT_BUCKET_MAX; b++) {
        if (buckets & tkt_bit(b)) {
            f->states |= tkt_workflow_bucket_states((tkt_bucket_t) b);
        }
    }

    return true;
}


static bool
tkt_parse_priority(tkt_call_t *c, tkt_filter_t *f, tkt_str_t value)
{
    return tkt_parse_bits(&tkt_priority_names, value, &f->priorities);
}


/* "me" or an id. */
static bool
tkt_parse_principal(tkt_call_t *c, tkt_str_t value, uint64_t *id)
{
    if (tkt_str_eq(value, tkt_str("me"))) {
        *id = c->actor->id;
        return true;
    }

    return tkt_u64_parse(value, id) && *id != 0;
}


static bool
tkt_parse_assignee(tkt_call_t *c, tkt_filter_t *f, tkt_str_t value)
{
    if (tkt_str_eq(value, tkt_str("none"))) {
        f->assigned = TKT_ASSIGNEE_UNASSIGNED;
        return true;
    }

    f->assigned = TKT_ASSIGNEE_ONE;

    return tkt_parse_principal(c, value, &f->assignee);
}


static bool
tkt_parse_requester(tkt_call_t *c, tkt_filter_t *f, tkt_str_t value)
{
    return tkt_parse_principal(c, value, &f->requester);
}


static bool
tkt_parse_word(tkt_str_t value, tkt_str_t *word)
{
    *word = value;

    return value.len > 0 && value.len <= TKT_SLUG_MAX_CHARS * 4;
}


static bool
tkt_parse_type(tkt_call_t *c, tkt_filter_t *f, tkt_str_t value)
{
    return tkt_parse_word(value, &f->type);
}


static bool
tkt_parse_feature(tkt_call_t *c, tkt_filter_t *f, tkt_str_t value)
{
    return tkt_parse_word(value, &f->feature);
}


static bool
tkt_parse_tag(tkt_call_t *c, tkt_filter_t *f, tkt_str_t value)
{
    return tkt_parse_word(value, &f->tag)
           && memchr(value.data, '"', value.len) == NULL
           && memchr(value.data, '\\', value.len) == NULL;
}


static bool
tkt_parse_channel(tkt_call_t *c, tkt_filter_t *f, tkt_str_t value)
{
    return tkt_names_find(&tkt_channel_names, value, &f->channel)
           && f->channel != 0;
}


static bool
tkt_parse_tier(tkt_call_t *c, tkt_filter_t *f, tkt_str_t value)
{
    uint64_t  tier;

    if (!tkt_u64_parse(value, &tier) || tier > TKT_TIER_MAX) {
        return false;
    }

    f->tier = tier + 1;

    return true;
}


static bool
tkt_parse_time(tkt_str_t value, uint64_t *time)
{
    int64_t  ms;

    if (!tkt_time_parse(value, &ms) || ms <= 0) {
        return false;
    }

    *time = (uint64_t) ms;

    return true;
}


static bool
tkt_parse_after(tkt_call_t *c, tkt_filter_t *f, tkt_str_t value)
{
    return tkt_parse_time(value, &f->after);
}


static bool
tkt_parse_before(tkt_call_t *c, tkt_filter_t *f, tkt_str_t value)
{
    return tkt_parse_time(value, &f->before);
}


static bool
tkt_parse_sort(tkt_call_t *c, tkt_filter_t *f, tkt_str_t value)
{
    static const tkt_str_t    sorts[] = {
        tkt_lit("-created_at"), tkt_lit("created_at"), tkt_lit("queue")
    };
    size_t  i;

    for (i = 0; i < tkt_array_len(sorts); i++) {
        if (tkt_str_eq(value, sorts[i])) {
            f->sort = (tkt_sort_t) i;
            return true;
        }
    }

    return false;
}


/* bucket before state: each narrows what the other gave. */
static const tkt_filter_row_t  tkt_filter_rows[] = {
    { "bucket",         tkt_parse_bucket,
      "buckets are submitted, pending, completed, closed" },
    { "state",          tkt_parse_state,
      "one of the values is no state" },
    { "priority",       tkt_parse_priority,
      "priorities are low, normal, high, urgent" },
    { "type",           tkt_parse_type,      "a type is a short word" },
    { "feature",        tkt_parse_feature,   "a feature is a short word" },
    { "assignee",       tkt_parse_assignee,
      "an assignee is me, none or a principal's id" },
    { "requester",      tkt_parse_requester,
      "a requester is me or a principal's id" },
    { "tag",            tkt_parse_tag,       "a tag is a short word" },
    { "channel",        tkt_parse_channel,   "there is no such channel" },
    { "tier",           tkt_parse_tier,      "there is no such tier" },
    { "created_after",  tkt_parse_after,
      "a time is RFC 3339, 2026-11-21T08:00:00Z" },
    { "created_before", tkt_parse_before,
      "a time is RFC 3339, 2026-11-21T08:00:00Z" },
    { "sort",           tkt_parse_sort,
      "a list is sorted by created_at, -created_at or queue" },
};


bool
tkt_filter_parse(tkt_call_t *c, tkt_filter_t *f)
{
    size_t                   i;
    tkt_str_t                value;
    tkt_errors_t            *errors;
    const tkt_filter_row_t  *row;

    *f = (tkt_filter_t) { .sort = TKT_SORT_NEWEST };

    if (c->params->count == 0) {
        return true;
    }

    for (i = 0; i < tkt_array_len(tkt_filter_rows); i++) {
        row = &tkt_filter_rows[i];

        if (!tkt_params_get(c->params, row->name, &value)
            || row->parse(c, f, value))
        {
            continue;
        }

        errors = tkt_call_errors(c);
        if (errors != NULL) {
            tkt_errors_add_parameter(errors, row->name, "choice", "%s",
                                     row->detail);
        }
    }

    if (c->errors != NULL && c->errors->count > 0) {
        tkt_call_fail(c, TKT_UNKNOWN_PARAMETER, NULL);
        return false;
    }

    if (f->sort == TKT_SORT_QUEUE && f->states == 0) {
        f->states = TKT_STATES_ACTIVE;
    }

    return true;
}


tkt_str_t
tkt_filter_text(const tkt_call_t *c, const tkt_filter_t *f)
{
    return tkt_arena_printf(c->arena,
        "%s %u %llu %u %x %x %u %llu %llu %llu %llu %llu %llu %u"
        " %.*s/%.*s/%.*s",
        c->op->name, c->actor->tenant, (unsigned long long) c->actor->id,
        (unsigned) c->actor->role, f->states, f->priorities,
        (unsigned) f->assigned, (unsigned long long) f->assignee,
        (unsigned long long) f->requester, (unsigned long long) f->channel,
        (unsigned long long) f->tier, (unsigned long long) f->after,
        (unsigned long long) f->before, (unsigned) f->sort,
        (int) f->type.len, (const char *) f->type.data,
        (int) f->feature.len, (const char *) f->feature.data,
        (int) f->tag.len, (const char *) f->tag.data);
}


/* They are kept as ["a","b"], without escapes: the quoted tag is looked for. */
bool
tkt_has_tag(tkt_str_t tags, tkt_str_t tag)
{
    const uint8_t  *p, *end;

    p = tags.data;
    end = p + tags.len;

    while (p != NULL && (size_t) (end - p) >= tag.len + 2) {

        p = memchr(p, '"', (size_t) (end - p) - tag.len - 1);
        if (p == NULL) {
            return false;
        }

        if (memcmp(p + 1, tag.data, tag.len) == 0
            && p[tag.len + 1] == '"' && (p[-1] == '[' || p[-1] == ','))
        {
            return true;
        }

        p++;
    }

    return false;
}


bool
tkt_filter_passes(const tkt_filter_t *f, const tkt_ticket_t *t)
{
    return (f->states == 0 || (f->states & tkt_bit(t->state)))
        && (f->priorities == 0 || (f->priorities & tkt_bit(t->priority)))
        && (f->assigned != TKT_ASSIGNEE_UNASSIGNED || t->assignee == 0)
        && (f->assigned != TKT_ASSIGNEE_ONE || t->assignee == f->assignee)
        && (f->requester == 0 || t->requester == f->requester)
        && (f->channel == 0 || t->channel == f->channel)
        && (f->tier == 0 || t->tier + 1 == f->tier)
        && (f->after == 0 || t->created_at >= f->after)
        && (f->before == 0 || t->created_at < f->before)
        && (f->type.len == 0 || tkt_str_eq(f->type, t->type))
        && (f->feature.len == 0 || tkt_str_eq(f->feature, t->feature))
        && (f->tag.len == 0 || tkt_has_tag(t->tags, f->tag));
}


static uint64_t
tkt_count_states(const uint64_t *cells, uint32_t states)
{
    unsigned  s;
    uint64_t  n;

    for (n = 0, s = TKT_STATE_NEW; s < TKT_STATE_MAX; s++) {
        if (states == 0 || (states & tkt_bit(s))) {
            n += cells[tkt_state_cell(s)];
        }
    }

    return n;
}


/*
 * The tickets of a requester.  Counters are kept by bucket; other sets of
 * states are counted one by one, if they are few enough.
 */
static bool
tkt_count_requester(tkt_call_t *c, const tkt_filter_t *f, uint64_t *count)
{
    size_t        steps;
    unsigned      b;
    uint32_t      states, of_bucket;
    uint64_t      cells[TKT_BUCKET_CELLS];
    tkt_key_t     key;
    tkt_unkey_t   u;
    tkt_scan_t    scan;
    tkt_ticket_t  t;

    tkt_key_by_requester(&key, c->actor->tenant, f->requester, 0);
    tkt_counter_get(c->txn, TKT_DB_BY_REQUESTER, &key, TKT_BUCKET_CELLS,
                    cells);

    *count = 0;
    states = f->states;

    for (b = TKT_BUCKET_SUBMITTED; b < TKT_BUCKET_MAX; b++) {
        of_bucket = tkt_workflow_bucket_states((tkt_bucket_t) b);

        if (f->states == 0 || (states & of_bucket) == of_bucket) {
            *count += cells[b - 1];
            states &= ~of_bucket;
        }
    }

    if (states == 0) {
        return true;
    }

    tkt_key_principal(&key, c->actor->tenant, f->requester);
    tkt_scan_open(&scan, c->txn, TKT_DB_BY_REQUESTER, &key, NULL, true);

    for (steps = 0; tkt_scan_next(&scan) && steps < TKT_COUNT_STEPS_MAX;
         steps++)
    {
        tkt_unkey_start(&u, (tkt_str_t) { scan.key.data + 12, 8 });

        if (tkt_ticket_load_head(c->txn, c->actor->tenant, tkt_unkey_u64(&u),
                                 &t)
            && (states & tkt_bit(t.state)))
        {
            (*count)++;
        }
    }

    tkt_scan_close(&scan);

    return steps < TKT_COUNT_STEPS_MAX;
}


static uint64_t
tkt_count_tenant(const tkt_filter_t *f, const uint64_t *cells)
{
    unsigned  s, p, assigned;
    uint64_t  n;

    n = 0;

    for (s = TKT_STATE_NEW; s < TKT_STATE_MAX; s++) {
        for (p = TKT_PRIORITY_LOW; p < TKT_PRIORITY_MAX; p++) {

            if ((f->states != 0 && !(f->states & tkt_bit(s)))
                || (f->priorities != 0 && !(f->priorities & tkt_bit(p))))
            {
                continue;
            }

            for (assigned = 0; assigned < 2; assigned++) {
                if (assigned == 0 || f->assigned == TKT_ASSIGNEE_ANY) {
                    n += cells[tkt_tenant_cell(s, assigned, p)];
                }
            }
        }
    }

    return n;
}


bool
tkt_filter_count(tkt_call_t *c, const tkt_filter_t *f, uint64_t *count)
{
    uint64_t   cells[TKT_TENANT_CELLS];
    tkt_key_t  key;

    if (f->type.len > 0 || f->feature.len > 0 || f->tag.len > 0
        || f->channel != 0 || f->tier != 0 || f->after != 0 || f->before != 0)
    {
        return false;
    }

    if (f->requester == 0 && f->assigned != TKT_ASSIGNEE_ONE) {
        tkt_key_tenant_counts(&key, c->actor->tenant);
        tkt_counter_get(c->txn, TKT_DB_COUNTER, &key, TKT_TENANT_CELLS,
                        cells);
        *count = tkt_count_tenant(f, cells);
        return true;
    }

    if (f->priorities != 0
        || (f->requester != 0 && f->assigned != TKT_ASSIGNEE_ANY))
    {
        return false;
    }

    if (f->requester != 0) {
        return tkt_count_requester(c, f, count);
    }

    tkt_key_assignee_counts(&key, c->actor->tenant, f->assignee);
    tkt_counter_get(c->txn, TKT_DB_BY_ASSIGNEE, &key, TKT_STATE_CELLS, cells);

    *count = tkt_count_states(cells, f->states);

    return true;
}
