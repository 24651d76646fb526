/*
 * The walk over the transition table.  Everything a guard asks is worked out
 * once into a mask, so that a row costs three tests and the whole table is
 * cheap enough for each ticket of a list.
 */

#include "domain/tkt_transitions.h"


#define TKT_HOLDS(name, condition)  ((condition) ? TKT_GUARD_##name : 0u)

/* Actions that a client is told about: those with a route, and messages. */
#define X(name, verb, is_route, doc)                                          \
    | ((is_route) ? tkt_bit(TKT_ACTION_##name) : 0)
#define TKT_ACTIONS_LISTED                                                    \
    (0 TKT_ACTION_TABLE(X)                                                    \
     | tkt_bit(TKT_ACTION_NOTE) | tkt_bit(TKT_ACTION_REPLY)                   \
     | tkt_bit(TKT_ACTION_MESSAGE) | tkt_bit(TKT_ACTION_EDIT))

static const uint64_t  tkt_actions_listed = TKT_ACTIONS_LISTED;
#undef X


static const uint32_t  tkt_bucket_states[TKT_BUCKET_MAX] = {
    [TKT_BUCKET_SUBMITTED] = tkt_bit(TKT_STATE_NEW) | tkt_bit(TKT_STATE_OPEN),
    [TKT_BUCKET_PENDING]   = tkt_bit(TKT_STATE_IN_PROGRESS)
                             | tkt_bit(TKT_STATE_WAITING_USER)
                             | tkt_bit(TKT_STATE_ON_HOLD)
                             | tkt_bit(TKT_STATE_FOLLOW_UP)
                             | tkt_bit(TKT_STATE_RESOLVED),
    [TKT_BUCKET_COMPLETED] = tkt_bit(TKT_STATE_CONFIRMED)
                             | tkt_bit(TKT_STATE_RATED),
    [TKT_BUCKET_CLOSED]    = tkt_bit(TKT_STATE_CLOSED)
};


static bool
tkt_owner_is_away(const tkt_facts_t *facts)
{
    return facts->owner_away || !facts->has_assignee;
}


/* How long until the next urge is welcome; 0 if it is now. */
static int64_t
tkt_urge_wait_ms(const tkt_facts_t *facts)
{
    int64_t  passed_ms;

    if (facts->last_urge_at_ms == 0) {
        return 0;
    }

    passed_ms = facts->now_ms - facts->last_urge_at_ms;

    if (passed_ms >= TKT_URGE_COOL_DOWN_MS) {
        return 0;
    }

    /* a clock set back must not lengthen the wait */
    return TKT_URGE_COOL_DOWN_MS - (passed_ms > 0 ? passed_ms : 0);
}


/* Whether a merge can be undone, and to what. */
static bool
tkt_merged_lately(const tkt_facts_t *facts)
{
    return facts->close_reason == TKT_CLOSE_MERGED
           && facts->state_before != TKT_STATE_NONE
           && facts->state_before < TKT_STATE_CLOSED
           && facts->merged_at_ms != 0
           && facts->now_ms - facts->merged_at_ms <= TKT_UNMERGE_WINDOW_MS;
}


static uint32_t
tkt_guards_of_times(const tkt_facts_t *facts)
{
    bool     window;
    int64_t  now_ms;

    now_ms = facts->now_ms;
    window = now_ms - facts->ended_at_ms <= TKT_REOPEN_WINDOW_MS;

    return TKT_HOLDS(CONFIRMED_LATELY,
               now_ms - facts->confirmed_at_ms <= TKT_RATING_WINDOW_MS)
           | TKT_HOLDS(CLOSED_LATELY,
               now_ms - facts->closed_at_ms <= TKT_RATING_WINDOW_MS)
           | (window ? TKT_GUARD_REOPEN_WINDOW_OPEN
                     : TKT_GUARD_REOPEN_WINDOW_PAST)
           | (tkt_urge_wait_ms(facts) == 0 ? TKT_GUARD_URGE_COOLED_DOWN
                                           : TKT_GUARD_URGE_TOO_SOON)
           | TKT_HOLDS(MERGED_LATELY, tkt_merged_lately(facts));
}


uint32_t
tkt_workflow_guards(const tkt_facts_t *facts, const tkt_caller_t *caller)
{
    bool      free_or_own;
    uint32_t  actors;

    actors = tkt_policy_actors(caller);
    free_or_own = !facts->has_assignee || (actors & TKT_ACTOR_ASSIGNEE);

    return TKT_HOLDS(UNASSIGNED, !facts->has_assignee)
           | TKT_HOLDS(OWN_OR_UNASSIGNED, free_or_own)
           | TKT_HOLDS(HANDLER,
                       free_or_own || (actors & TKT_ACTOR_SUPERVISOR))
           | (tkt_owner_is_away(facts) ? TKT_GUARD_OWNER_AWAY
                                       : TKT_GUARD_OWNER_PRESENT)
           | TKT_HOLDS(NOT_VERIFIED, !facts->verified)
           | (facts->rated ? TKT_GUARD_RATED : TKT_GUARD_NOT_RATED)
           | TKT_HOLDS(RATABLE, facts->close_reason != TKT_CLOSE_SPAM
                                && facts->close_reason != TKT_CLOSE_REJECTED
                                && facts->close_reason != TKT_CLOSE_MERGED)
           | TKT_HOLDS(NOT_MERGED, facts->close_reason != TKT_CLOSE_MERGED)
           | TKT_HOLDS(NO_OPEN_COMPLAINT, !facts->complaint_open)
           | TKT_HOLDS(TIER_BELOW_MAX, facts->tier < TKT_TIER_MAX)
           | TKT_HOLDS(TIER_ABOVE_ZERO, facts->tier > 0)
           | tkt_guards_of_times(facts);
}


static uint32_t
tkt_state_bit(tkt_state_t state)
{
    return (unsigned) state < TKT_STATE_MAX ? tkt_bit(state) : 0;
}


static bool
tkt_row_matches(const tkt_transition_t *t, uint32_t state, uint32_t actors,
    uint32_t guards)
{
    return (t->from & state) && (t->actors & actors)
           && (t->guards & ~guards) == 0;
}


static const tkt_transition_t *
tkt_row_find(tkt_action_t action, const tkt_facts_t *facts,
    const tkt_caller_t *caller)
{
    size_t                   rows;
    uint32_t                 state, actors, guards;
    const tkt_transition_t  *t, *end;

    if (facts->archived) {
        return NULL;
    }

    state = tkt_state_bit(facts->state);
    actors = tkt_policy_actors(caller);
    guards = tkt_workflow_guards(facts, caller);

    t = tkt_workflow_table(&rows);

    for (end = t + rows; t < end; t++) {
        if (t->action == action && tkt_row_matches(t, state, actors, guards)) {
            return t;
        }
    }

    return NULL;
}


static void
tkt_decision_accept(tkt_decision_t *decision, const tkt_transition_t *t,
    const tkt_facts_t *facts)
{
    decision->transition = t;
    decision->effects = t->effects;

    if (t->to == TKT_TO_BEFORE) {
        decision->to = facts->state_before;

    } else if (t->to != TKT_TO_SAME) {
        decision->to = t->to;
        decision->close_reason = t->close_reason;

    } else if (facts->state == TKT_STATE_CLOSED) {
        decision->close_reason = facts->close_reason;
    }
}


void
tkt_workflow_decide(tkt_action_t action, const tkt_facts_t *facts,
    const tkt_caller_t *caller, tkt_decision_t *decision)
{
    bool                     visible;
    const tkt_transition_t  *t;

    memset(decision, 0, sizeof(*decision));
    decision->to = facts->state;

    visible = tkt_workflow_visible(caller);

    /* before it is submitted there is nothing to hide within the tenant */
    if (action == TKT_ACTION_SUBMIT && facts->state == TKT_STATE_NONE
        && !(caller->relation & TKT_REL_FOREIGN))
    {
        visible = true;
    }

    if (!visible) {
        decision->status = TKT_NOT_FOUND;
        return;
    }

    if (!tkt_workflow_has_right(action, caller)) {
        decision->status = TKT_FORBIDDEN;
        return;
    }

    t = tkt_row_find(action, facts, caller);

    if (t == NULL) {
        decision->status = TKT_INVALID_TRANSITION;
        return;
    }

    decision->status = t->status;

    if (t->status == TKT_OK) {
        tkt_decision_accept(decision, t, facts);

    } else if (t->status == TKT_QUOTA_EXCEEDED) {
        decision->retry_after_s = (tkt_urge_wait_ms(facts) + 999) / 1000;
    }
}


uint64_t
tkt_workflow_allowed(const tkt_facts_t *facts, const tkt_caller_t *caller)
{
    size_t                   rows;
    uint32_t                 state, actors, guards;
    uint64_t                 bit, decided, allowed;
    const tkt_transition_t  *t, *end;

    if (facts->archived || !tkt_workflow_visible(caller)) {
        return 0;
    }

    state = tkt_state_bit(facts->state);
    actors = tkt_policy_actors(caller);
    guards = tkt_workflow_guards(facts, caller);
    decided = 0;
    allowed = 0;

    t = tkt_workflow_table(&rows);

    for (end = t + rows; t < end; t++) {

        if (!tkt_row_matches(t, state, actors, guards)) {
            continue;
        }

        bit = tkt_bit(t->action);

        if (t->status == TKT_OK) {
            allowed |= bit & ~decided;
        }

        decided |= bit;
    }

    return allowed & tkt_actions_listed & ~caller->denied;
}


tkt_action_t
tkt_workflow_message_action(const tkt_caller_t *caller, tkt_state_t state,
    bool internal, bool courtesy, bool reopen)
{
    uint32_t  actors;

    if (internal) {
        return TKT_ACTION_NOTE;
    }

    if (reopen && (state == TKT_STATE_RESOLVED || state == TKT_STATE_CONFIRMED
                   || state == TKT_STATE_RATED))
    {
        return TKT_ACTION_REOPEN;
    }

    if (courtesy) {
        return TKT_ACTION_COURTESY;
    }

    actors = tkt_policy_actors(caller);

    if ((actors & (TKT_ACTOR_AGENT | TKT_ACTOR_BOT | TKT_ACTOR_SYSTEM))
        && ((actors & TKT_ACTOR_ASSIGNEE)
            || !(actors & TKT_ACTOR_ANY_REQUESTER)))
    {
        return TKT_ACTION_REPLY;
    }

    if (state == TKT_STATE_CONFIRMED || state == TKT_STATE_RATED) {
        return TKT_ACTION_COURTESY;
    }

    return TKT_ACTION_MESSAGE;
}


tkt_bucket_t
tkt_workflow_bucket(tkt_state_t state)
{
    unsigned  bucket;

    for (bucket = TKT_BUCKET_SUBMITTED; bucket < TKT_BUCKET_MAX; bucket++) {
        if (tkt_bucket_states[bucket] & tkt_state_bit(state)) {
            return bucket;
        }
    }

    return TKT_BUCKET_NONE;
}


uint32_t
tkt_workflow_bucket_states(tkt_bucket_t bucket)
{
    return (unsigned) bucket < TKT_BUCKET_MAX ? tkt_bucket_states[bucket] : 0;
}


int64_t
tkt_workflow_next_change(const tkt_facts_t *facts)
{
    size_t   i;
    int64_t  next;

    /* a window's last millisecond is inside, a cool-down's is not */

    const int64_t  ends[] = {
        facts->ended_at_ms == 0
            ? 0 : facts->ended_at_ms + TKT_REOPEN_WINDOW_MS + 1,
        facts->confirmed_at_ms == 0
            ? 0 : facts->confirmed_at_ms + TKT_RATING_WINDOW_MS + 1,
        facts->closed_at_ms == 0
            ? 0 : facts->closed_at_ms + TKT_RATING_WINDOW_MS + 1,
        facts->last_urge_at_ms == 0
            ? 0 : facts->last_urge_at_ms + TKT_URGE_COOL_DOWN_MS,
        facts->merged_at_ms == 0
            ? 0 : facts->merged_at_ms + TKT_UNMERGE_WINDOW_MS + 1,
    };

    for (next = 0, i = 0; i < tkt_array_len(ends); i++) {
        if (ends[i] > facts->now_ms && (next == 0 || ends[i] < next)) {
            next = ends[i];
        }
    }

    return next;
}


bool
tkt_workflow_reason_public(tkt_action_t action)
{
    const uint64_t  among_staff =
        tkt_bit(TKT_ACTION_VERIFY) | tkt_bit(TKT_ACTION_CLAIM)
        | tkt_bit(TKT_ACTION_ASSIGN) | tkt_bit(TKT_ACTION_START)
        | tkt_bit(TKT_ACTION_ASSESS) | tkt_bit(TKT_ACTION_TRANSFER)
        | tkt_bit(TKT_ACTION_ESCALATE) | tkt_bit(TKT_ACTION_DEESCALATE)
        | tkt_bit(TKT_ACTION_MERGE) | tkt_bit(TKT_ACTION_UNMERGE)
        | tkt_bit(TKT_ACTION_ARCHIVE);

    return (among_staff & tkt_bit(action)) == 0;
}
