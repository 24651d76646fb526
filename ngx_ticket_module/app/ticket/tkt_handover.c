/*
 * Handing a ticket over; see the header.
 */

#include "app/resource/tkt_config.h"
#include "app/route/tkt_grants.h"
#include "app/route/tkt_route.h"
#include "app/ticket/tkt_effects.h"
#include "app/ticket/tkt_handover.h"


/*
 * The agent named in the input: active staff of the tenant, with a grant for
 * what the ticket is about if he is bound by grants.
 */
static bool
tkt_handover_assignee(tkt_call_t *c, const tkt_ticket_t *t,
    const tkt_input_t *in)
{
    tkt_user_t  user;

    if (in->assignee == 0) {
        return true;
    }

    if (!tkt_user_load(c->txn, c->actor->tenant, in->assignee, &user,
                       c->arena)
        || user.disabled || !(TKT_ROLES_ASSIGNABLE & tkt_bit(user.role)))
    {
        tkt_call_invalid(c, "/assignee", "choice",
                         "there is no such active agent");
        return false;
    }

    if (user.role == TKT_ROLE_AGENT && user.grants != 0
        && tkt_grants_level(c->txn, c->actor->tenant, user.id, user.grants,
                            t->type_id, t->feature_id) == 0)
    {
        tkt_call_invalid(c, "/assignee", "choice",
                         "this agent has no grant for such tickets");
        return false;
    }

    return true;
}


/* ---- the chain of escalation ---- */

/* The team that an event took the ticket from to `to`; 0: it did not. */
static uint64_t
tkt_handover_came_from(const tkt_event_t *e, uint64_t to)
{
    tkt_change_t   change;
    tkt_changes_t  changes;

    if (e->action != TKT_ACTION_ESCALATE + 1) {
        return 0;
    }

    tkt_changes_start(&changes, &tkt_ticket_schema, e->packed);

    while (tkt_changes_next(&changes, &change)) {
        if (tkt_field_is_u64(change.field)
            && change.field->offset == offsetof(tkt_ticket_t, team)
            && change.new_u64 == to)
        {
            return change.old_u64;
        }
    }

    return 0;
}


/* By its events, newest first, as many as one command may look at. */
static uint64_t
tkt_handover_back(tkt_call_t *c, const tkt_ticket_t *t)
{
    size_t       steps;
    uint64_t     seq, team;
    tkt_event_t  e;

    seq = t->last_event;

    for (steps = 0; seq != 0 && steps < TKT_CHAIN_STEPS_MAX; steps++) {

        if (!tkt_event_load(c->txn, seq, &e, c->arena)) {
            return 0;
        }

        team = tkt_handover_came_from(&e, t->team);

        if (team != 0) {
            return tkt_route_takes(c->txn, c->actor->tenant, team) ? team : 0;
        }

        seq = e.previous;
    }

    return 0;
}


/* The first by id that escalates to this one. */
static uint64_t
tkt_handover_below(tkt_call_t *c, uint64_t above)
{
    uint64_t    id;
    tkt_key_t   prefix;
    tkt_scan_t  scan;
    tkt_team_t  team;

    /* bounded: TKT_TEAMS_MAX */

    tkt_key_config_kind(&prefix, c->actor->tenant, TKT_CONFIG_TEAM);
    tkt_scan_open(&scan, c->txn, TKT_DB_CONFIG, &prefix, NULL, false);

    for (id = 0; id == 0 && tkt_scan_next(&scan); /* void */) {
        if (tkt_record_unpack_integers(&tkt_team_schema, scan.value, &team)
            && team.head.active && team.escalates_to == above)
        {
            id = team.head.id;
        }
    }

    tkt_scan_close(&scan);

    return id;
}


static uint64_t
tkt_handover_chain(tkt_call_t *c, tkt_action_t action, const tkt_ticket_t *t)
{
    uint64_t  team;

    if (t->team == 0) {
        return 0;
    }

    if (action == TKT_ACTION_DEESCALATE) {
        team = tkt_handover_back(c, t);
        return team != 0 ? team : tkt_handover_below(c, t->team);
    }

    return (action == TKT_ACTION_ESCALATE)
           ? tkt_route_above(c->txn, c->actor->tenant, t->team) : 0;
}


bool
tkt_handover_settle(tkt_call_t *c, tkt_action_t action,
    const tkt_ticket_t *t, tkt_input_t *in)
{
    if (action == TKT_ACTION_ASSIGN && in->team == 0 && in->assignee == 0) {
        tkt_call_invalid(c, "/assignee", "required",
                         "say who gets the ticket: an assignee or a team");
        return false;
    }

    if (in->team != 0
        && !tkt_route_takes(c->txn, c->actor->tenant, in->team))
    {
        tkt_call_invalid(c, "/team", "choice", "there is no such active team");
        return false;
    }

    if (!tkt_handover_assignee(c, t, in)) {
        return false;
    }

    if (in->team == 0) {
        in->team = tkt_handover_chain(c, action, t);
    }

    return true;
}
