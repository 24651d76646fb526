/*
 * Whether a ticket passes a filter.
 */

#include "app/list/tkt_filter.h"


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


static bool
tkt_is_overdue(const tkt_filter_t *f, const tkt_ticket_t *t)
{
    return t->due_at != 0 && t->due_at < f->now_ms
           && (TKT_STATES_ACTIVE & tkt_bit(t->state));
}


int64_t
tkt_filter_until(const tkt_filter_t *f, const tkt_ticket_t *t)
{
    if (f->overdue == TKT_EITHER || t->due_at < f->now_ms
        || !(TKT_STATES_ACTIVE & tkt_bit(t->state)))
    {
        return 0;
    }

    return (int64_t) t->due_at + 1;
}


static bool
tkt_whether(tkt_whether_t wanted, bool is)
{
    return wanted == TKT_EITHER || (wanted == TKT_ONLY) == is;
}


/* One that was withdrawn or merged waits for nobody. */
static bool
tkt_is_held(const tkt_ticket_t *t)
{
    return t->held != 0 && (TKT_STATES_ACTIVE & tkt_bit(t->state)) != 0;
}


/* Conditions that are seldom asked for. */
static bool
tkt_filter_passes_more(const tkt_filter_t *f, const tkt_ticket_t *t)
{
    return (f->teams != TKT_TEAM_NONE || t->team == 0)
        && (f->teams != TKT_TEAM_ONE || t->team == f->team)
        && (f->complexity == 0 || t->complexity == f->complexity)
        && tkt_whether(f->held, tkt_is_held(t))
        && tkt_whether(f->drill, t->drill != 0)
        && tkt_whether(f->complaint, t->complaint_of != 0)
        && (f->overdue == TKT_EITHER
            || tkt_whether(f->overdue, tkt_is_overdue(f, t)));
}


/* A type or feature: by its name, or by the id of its record. */
static bool
tkt_is_named(tkt_str_t wanted, uint64_t wanted_id, tkt_str_t name,
    uint64_t id)
{
    return wanted.len == 0 || tkt_str_eq(wanted, name)
           || (wanted_id != 0 && wanted_id == id);
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
        && tkt_filter_passes_more(f, t)
        && tkt_is_named(f->type, f->type_id, t->type, t->type_id)
        && tkt_is_named(f->feature, f->feature_id, t->feature, t->feature_id)
        && (f->tag.len == 0 || tkt_has_tag(t->tags, f->tag));
}
