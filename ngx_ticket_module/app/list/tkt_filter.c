/*
 * Filters: see the header.  One row a parameter.
 */

#include "app/list/tkt_filter.h"
#include "base/tkt_text.h"
#include "base/tkt_time.h"


/* `parse` fills what is at `offset` of the filter, or what it names itself. */
typedef struct {
    const char   *name;
    bool        (*parse)(tkt_call_t *c, tkt_filter_t *f, void *member,
                         tkt_str_t value);
    const char   *detail;
    size_t        offset;
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
tkt_parse_state(tkt_call_t *c, tkt_filter_t *f, void *member,
    tkt_str_t value)
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
tkt_parse_bucket(tkt_call_t *c, tkt_filter_t *f, void *member,
    tkt_str_t value)
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
tkt_parse_priority(tkt_call_t *c, tkt_filter_t *f, void *member,
    tkt_str_t value)
{
    return tkt_parse_bits(&tkt_priority_names, value, &f->priorities);
}


/* "me" or an id. */
static bool
tkt_parse_principal(tkt_call_t *c, tkt_filter_t *f, void *member,
    tkt_str_t value)
{
    uint64_t  *id = member;

    if (tkt_str_eq(value, tkt_str("me"))) {
        *id = c->actor->id;
        return true;
    }

    return tkt_u64_parse(value, id) && *id != 0;
}


static bool
tkt_parse_assignee(tkt_call_t *c, tkt_filter_t *f, void *member,
    tkt_str_t value)
{
    if (tkt_str_eq(value, tkt_str("none"))) {
        f->assigned = TKT_ASSIGNEE_UNASSIGNED;
        return true;
    }

    f->assigned = TKT_ASSIGNEE_ONE;

    return tkt_parse_principal(c, f, &f->assignee, value);
}


static bool
tkt_parse_word(tkt_str_t value, tkt_str_t *word)
{
    *word = value;

    return value.len > 0 && value.len <= TKT_SLUG_MAX_CHARS * 4;
}


static bool
tkt_parse_type(tkt_call_t *c, tkt_filter_t *f, void *member,
    tkt_str_t value)
{
    (void) tkt_u64_parse(value, &f->type_id);

    return tkt_parse_word(value, &f->type);
}


static bool
tkt_parse_feature(tkt_call_t *c, tkt_filter_t *f, void *member,
    tkt_str_t value)
{
    (void) tkt_u64_parse(value, &f->feature_id);

    return tkt_parse_word(value, &f->feature);
}


static bool
tkt_parse_team(tkt_call_t *c, tkt_filter_t *f, void *member,
    tkt_str_t value)
{
    if (tkt_str_eq(value, tkt_str("none"))) {
        f->teams = TKT_TEAM_NONE;
        return true;
    }

    f->teams = TKT_TEAM_ONE;

    return tkt_u64_parse(value, &f->team) && f->team != 0;
}


static bool
tkt_parse_watcher(tkt_call_t *c, tkt_filter_t *f, void *member,
    tkt_str_t value)
{
    f->watching = true;

    return tkt_str_eq(value, tkt_str("me"));
}


static bool
tkt_parse_whether(tkt_call_t *c, tkt_filter_t *f, void *member,
    tkt_str_t value)
{
    tkt_whether_t  *whether = member;

    *whether = tkt_str_eq(value, tkt_str("true")) ? TKT_ONLY : TKT_WITHOUT;

    return *whether == TKT_ONLY || tkt_str_eq(value, tkt_str("false"));
}


static bool
tkt_parse_tag(tkt_call_t *c, tkt_filter_t *f, void *member,
    tkt_str_t value)
{
    return tkt_parse_word(value, &f->tag)
           && memchr(value.data, '"', value.len) == NULL
           && memchr(value.data, '\\', value.len) == NULL;
}


static bool
tkt_parse_channel(tkt_call_t *c, tkt_filter_t *f, void *member,
    tkt_str_t value)
{
    return tkt_names_find(&tkt_channel_names, value, &f->channel)
           && f->channel != 0;
}


static bool
tkt_parse_tier(tkt_call_t *c, tkt_filter_t *f, void *member,
    tkt_str_t value)
{
    uint64_t  tier;

    if (!tkt_u64_parse(value, &tier) || tier > TKT_TIER_MAX) {
        return false;
    }

    f->tier = tier + 1;

    return true;
}


static bool
tkt_parse_complexity(tkt_call_t *c, tkt_filter_t *f, void *member,
    tkt_str_t value)
{
    return tkt_u64_parse(value, &f->complexity)
           && f->complexity != 0 && f->complexity <= TKT_COMPLEXITY_MAX;
}


static bool
tkt_parse_time(tkt_call_t *c, tkt_filter_t *f, void *member,
    tkt_str_t value)
{
    int64_t    ms;
    uint64_t  *time = member;

    if (!tkt_time_parse(value, &ms) || ms <= 0) {
        return false;
    }

    *time = (uint64_t) ms;

    return true;
}


static bool
tkt_parse_sort(tkt_call_t *c, tkt_filter_t *f, void *member,
    tkt_str_t value)
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


#define MEMBER(m)  offsetof(tkt_filter_t, m)

/* bucket before state: each narrows what the other gave. */
static const tkt_filter_row_t  tkt_filter_rows[] = {
    { "bucket",         tkt_parse_bucket,
      "buckets are submitted, pending, completed, closed", 0 },
    { "state",          tkt_parse_state,
      "one of the values is no state", 0 },
    { "priority",       tkt_parse_priority,
      "priorities are low, normal, high, urgent", 0 },
    { "type",           tkt_parse_type,
      "a type is a short word or its id", 0 },
    { "feature",        tkt_parse_feature,
      "a feature is a short word or its id", 0 },
    { "assignee",       tkt_parse_assignee,
      "an assignee is me, none or a principal's id", 0 },
    { "requester",      tkt_parse_principal,
      "a requester is me or a principal's id", MEMBER(requester) },
    { "team",           tkt_parse_team,      "a team is none or an id", 0 },
    { "watcher",        tkt_parse_watcher,   "a watcher is me", 0 },
    { "held",           tkt_parse_whether,   "held is true or false",
      MEMBER(held) },
    { "drill",          tkt_parse_whether,   "drill is true or false",
      MEMBER(drill) },
    { "complaint",      tkt_parse_whether,   "complaint is true or false",
      MEMBER(complaint) },
    { "overdue",        tkt_parse_whether,   "overdue is true or false",
      MEMBER(overdue) },
    { "tag",            tkt_parse_tag,       "a tag is a short word", 0 },
    { "channel",        tkt_parse_channel,   "there is no such channel", 0 },
    { "tier",           tkt_parse_tier,      "there is no such tier", 0 },
    { "complexity",     tkt_parse_complexity,
      "a complexity is 1 to 5, as assessed", 0 },
    { "created_after",  tkt_parse_time,
      "a time is RFC 3339, 2026-11-21T08:00:00Z", MEMBER(after) },
    { "created_before", tkt_parse_time,
      "a time is RFC 3339, 2026-11-21T08:00:00Z", MEMBER(before) },
    { "sort",           tkt_parse_sort,
      "a list is sorted by created_at, -created_at or queue", 0 },
};

#undef MEMBER


/* A fault, of a parameter or of a member that holds parameters. */
static void
tkt_filter_fault(tkt_call_t *c, const char *pointer, const char *parameter,
    const char *code, const char *detail)
{
    tkt_errors_t  *errors;

    errors = tkt_call_errors(c);

    if (errors == NULL) {
        return;
    }

    if (pointer == NULL) {
        tkt_errors_add_parameter(errors, parameter, code, "%s", detail);

    } else {
        tkt_errors_add(errors, tkt_str_z(pointer), code, "%s: %s", parameter,
                       detail);
    }
}


/* False with every fault told: to `report`, with a pointer or without. */
static bool
tkt_filter_fill(tkt_call_t *c, const tkt_params_t *params, bool report,
    const char *pointer, tkt_filter_t *f)
{
    bool                     good;
    size_t                   i;
    tkt_str_t                value;
    const tkt_filter_row_t  *row;

    *f = (tkt_filter_t) { .sort = TKT_SORT_NEWEST,
                          .now_ms = (uint64_t) c->now_ms };

    if (params->count == 0) {
        return true;
    }

    good = true;

    for (i = 0; i < tkt_array_len(tkt_filter_rows); i++) {
        row = &tkt_filter_rows[i];

        if (!tkt_params_get(params, row->name, &value)
            || row->parse(c, f, (uint8_t *) f + row->offset, value))
        {
            continue;
        }

        good = false;

        if (report) {
            tkt_filter_fault(c, pointer, row->name, "choice", row->detail);
        }
    }

    if (f->sort == TKT_SORT_QUEUE && (f->requester != 0 || f->watching)) {
        good = false;

        if (report) {
            tkt_filter_fault(c, pointer, "sort", "conflict",
                             "the tickets of one requester or watcher have no "
                             "queue order");
        }
    }

    if (f->overdue == TKT_ONLY && f->states == 0) {
        f->states = TKT_STATES_ACTIVE;
    }

    if (f->sort == TKT_SORT_QUEUE && f->states == 0) {
        f->states = TKT_STATES_ACTIVE;
    }

    return good;
}


bool
tkt_filter_parse(tkt_call_t *c, tkt_filter_t *f)
{
    if (tkt_filter_fill(c, c->params, true, NULL, f)) {
        return true;
    }

    tkt_call_fail(c, TKT_UNKNOWN_PARAMETER, NULL);

    return false;
}


/* Whether a list can be asked for by this parameter. */
static bool
tkt_filter_knows(tkt_str_t name)
{
    size_t  i;

    for (i = 0; i < tkt_array_len(tkt_filter_rows); i++) {
        if (tkt_str_eq(name, tkt_str_z(tkt_filter_rows[i].name))) {
            return true;
        }
    }

    return false;
}


bool
tkt_filter_read(tkt_call_t *c, tkt_str_t query, const char *pointer,
    tkt_filter_t *f)
{
    bool          good;
    size_t        i;
    tkt_str_t     name;
    tkt_errors_t  faults, *errors;
    tkt_params_t  params;

    params.count = 0;
    tkt_errors_init(&faults, c->arena);

    if (query.len > 0
        && tkt_query_parse(query, &params, c->arena, &faults) != TKT_OK)
    {
        if (pointer != NULL) {
            tkt_filter_fault(c, pointer, "filter", "query",
                             "it is no query string with each name once");
        }

        return false;
    }

    good = tkt_filter_fill(c, &params, pointer != NULL, pointer, f);

    for (i = 0; i < params.count; i++) {
        name = params.list[i].name;

        if (tkt_filter_knows(name)) {
            continue;
        }

        good = false;

        errors = (pointer != NULL) ? tkt_call_errors(c) : NULL;

        if (errors != NULL) {
            tkt_errors_add(errors, tkt_str_z(pointer), "unknown",
                           "%.*s: a filter has no such parameter",
                           (int) name.len, (const char *) name.data);
        }
    }

    return good;
}


bool
tkt_filter_is_own(const tkt_call_t *c, const tkt_filter_t *f)
{
    return f->watching || f->requester == c->actor->id
           || (f->assigned == TKT_ASSIGNEE_ONE
               && f->assignee == c->actor->id);
}


void
tkt_filter_settle(const tkt_call_t *c, tkt_filter_t *f)
{
    if (f->drill == TKT_EITHER && f->requester == 0) {
        f->drill = TKT_WITHOUT;
    }

    if (f->complaint == TKT_EITHER && c->actor->role == TKT_ROLE_AGENT
        && !tkt_filter_is_own(c, f))
    {
        f->complaint = TKT_WITHOUT;
    }
}


tkt_str_t
tkt_filter_text(const tkt_call_t *c, const tkt_filter_t *f)
{
    return tkt_arena_printf(c->arena,
        "%s %u %llu %u %x %x %u %llu %llu %llu %llu %llu %llu %u"
        " %u %llu %u%u%u%u%u %llu %.*s/%.*s/%.*s",
        c->op->name, c->actor->tenant, (unsigned long long) c->actor->id,
        (unsigned) c->actor->role, f->states, f->priorities,
        (unsigned) f->assigned, (unsigned long long) f->assignee,
        (unsigned long long) f->requester, (unsigned long long) f->channel,
        (unsigned long long) f->tier, (unsigned long long) f->after,
        (unsigned long long) f->before, (unsigned) f->sort,
        (unsigned) f->teams, (unsigned long long) f->team,
        (unsigned) f->watching, (unsigned) f->held, (unsigned) f->drill,
        (unsigned) f->complaint, (unsigned) f->overdue,
        (unsigned long long) f->complexity,
        (int) f->type.len, (const char *) f->type.data,
        (int) f->feature.len, (const char *) f->feature.data,
        (int) f->tag.len, (const char *) f->tag.data);
}
