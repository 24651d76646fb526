/*
 * Macros: one's own, and those that all staff share.
 */

#include "app/call/tkt_ops.h"
#include "app/resource/tkt_config.h"
#include "app/resource/tkt_resource.h"
#include "app/ticket/tkt_macro.h"
#include "app/ticket/tkt_placeholder.h"
#include "app/ticket/tkt_ticket.h"


/* Those of others are not there, nor retired ones that he may not change. */
static bool
tkt_macro_load(tkt_call_t *c, uint64_t id, void *obj)
{
    tkt_macro_t  *m = obj;

    return tkt_config_load_own(c, TKT_CONFIG_MACRO, id, &tkt_macro_schema, m,
                               c->arena)
           && (m->owner != 0 || m->head.active || tkt_resource_may_share(c));
}


static bool
tkt_macro_text_check(tkt_call_t *c, const char *pointer, tkt_str_t text)
{
    tkt_str_t      bad;
    tkt_errors_t  *errors;

    if (tkt_placeholders_known(text, &bad)) {
        return true;
    }

    errors = tkt_call_errors(c);

    if (errors != NULL) {
        bad.len = (bad.len > TKT_SLUG_MAX_CHARS) ? 0 : bad.len;
        tkt_errors_add(errors, tkt_str_z(pointer), "choice",
                       "there is no such placeholder: %.*s", (int) bad.len,
                       (const char *) bad.data);
    }

    tkt_call_fail(c, TKT_INVALID_REQUEST, NULL);

    return false;
}


/*
 * Whether it can be done, as far as that can be told without a ticket.  A team
 * that is gone since may stay: whoever applies it is told.
 */
static bool
tkt_macro_steps_check(tkt_call_t *c, const tkt_macro_t *old,
    const tkt_macro_t *m)
{
    bool        needs_reason;
    tkt_team_t  team;

    needs_reason = m->team != 0;

    if (m->team != 0 && (old == NULL || old->team != m->team)
        && !tkt_config_load(c->txn, c->actor->tenant, TKT_CONFIG_TEAM, 0,
                            m->team, &tkt_team_schema, &team, c->arena))
    {
        tkt_call_invalid(c, "/team", "choice", "there is no such team");
        return false;
    }

    if (m->action != 0 && !tkt_macro_action(m->action, &needs_reason)) {
        tkt_call_invalid(c, "/action", "choice",
                         "a macro cannot give what this action needs");
        return false;
    }

    if ((needs_reason || m->team != 0) && m->reason.len == 0) {
        tkt_call_invalid(c, "/reason", "required",
                         "what it does needs a reason");
        return false;
    }

    if (m->body.len == 0 && m->action == 0 && m->team == 0
        && m->priority == 0 && m->add_tags.len == 0
        && m->remove_tags.len == 0)
    {
        tkt_call_invalid(c, "/body", "required",
                         "a macro has a text or does something");
        return false;
    }

    return true;
}


static bool
tkt_macro_check(tkt_call_t *c, const void *before, void *after)
{
    tkt_macro_t        *m = after;
    const tkt_macro_t  *old = before;

    if (old == NULL) {

        if (m->shared && !tkt_resource_may_share(c)) {
            tkt_call_forbid(c, "/shared");
            return false;
        }

        m->owner = m->shared ? 0 : c->actor->id;

    } else if (old->owner == 0 && !tkt_resource_may_share(c)) {
        tkt_call_fail(c, TKT_FORBIDDEN, "this macro is everybody's");
        return false;
    }

    return tkt_macro_text_check(c, "/body", m->body)
           && tkt_macro_text_check(c, "/reason", m->reason)
           && tkt_macro_steps_check(c, old, m);
}


void
tkt_op_macro_apply(tkt_call_t *c)
{
    tkt_macro_t              m;
    tkt_ticket_t             t;
    const tkt_part_input_t  *in = c->input;

    if (!tkt_ticket_find(c, &t, true)
        || !tkt_call_if_match(c, tkt_call_etag(c, 't', t.id, t.version)))
    {
        return;
    }

    if (!tkt_macro_load(c, in->macro, &m) || !m.head.active) {
        tkt_call_invalid(c, "/macro", "choice", "there is no such macro");
        return;
    }

    tkt_macro_run(c, &m, &t, in->body);
}


const tkt_resource_t  tkt_resource_macro = {
    TKT_RESOURCE_CONFIG(MACRO),
    .name = "macros",
    .path = "/v1/macros",
    .schema = &tkt_macro_schema,
    .etag = 'c',
    .ordered = true,
    .owner = offsetof(tkt_macro_t, owner),
    .load = tkt_macro_load,
    .check = tkt_macro_check,
};
