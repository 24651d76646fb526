/*
 * Documents for everybody: where everything is, the workflow, the problems.
 */

#include "app/call/tkt_ops.h"


/* "name":"MOUNT/path" for rows that a client starts from. */
static void
tkt_discovery_links(tkt_call_t *c, tkt_out_t *o)
{
    size_t  i;

    static const struct {
        const char  *name;
        const char  *path;
    } links[] = {
        { "tickets",    "/v1/tickets" },
        { "submit",     "/v1/tickets" },
        { "my_tickets", "/v1/me/tickets" },
        { "me",         "/v1/me" },
        { "types",      "/v1/types" },
        { "attachments", "/v1/attachments" },
        { "notifications", "/v1/notifications" },
        { "presence",   "/v1/me/presence" },
        { "views",      "/v1/views" },
        { "macros",     "/v1/macros" },
        { "batch",      "/v1/batch" },
        { "teams",      "/v1/teams" },
        { "grants",     "/v1/grants" },
        { "verification", "/v1/verification" },
        { "workflow",   "/v1/workflow" },
        { "users",      "/v1/users" },
        { "roles",      "/v1/roles" },
        { "permissions", "/v1/permissions" },
        { "tenants",    "/v1/tenants" },
        { "audit",      "/v1/audit" },
        { "openapi",    "/v1/openapi.json" },
        { "health",     "/v1/healthz" },
        { "ready",      "/v1/readyz" },
    };

    for (i = 0; i < tkt_array_len(links); i++) {
        tkt_out_name(o, links[i].name);
        tkt_out_lit(o, "\"");
        tkt_out_raw(o, c->mount);
        tkt_out_raw(o, tkt_str_z(links[i].path));
        tkt_out_lit(o, "\"");
    }
}


void
tkt_op_discovery(tkt_call_t *c)
{
    tkt_out_t  o;

    tkt_out_init(&o, c->arena, 1024);
    tkt_out_lit(&o, "{\"name\":\"ngx_ticket_module\",\"version\":\"v1\","
                    "\"links\":{");
    tkt_discovery_links(c, &o);
    tkt_out_lit(&o, "}}");
    tkt_call_answer(c, &o);
}


/* The names of the bits as an array. */
static void
tkt_out_bits(tkt_out_t *o, const tkt_names_t *names, uint64_t bits)
{
    size_t  i;

    tkt_out_lit(o, "[");

    for (i = 0; i < names->count && i < 64; i++) {
        if ((bits & tkt_bit(i)) && names->names[i].len > 0) {
            tkt_out_comma(o);
            tkt_out_string(o, names->names[i]);
        }
    }

    tkt_out_lit(o, "]");
}


static void
tkt_workflow_states_write(tkt_out_t *o)
{
    unsigned  s;

    tkt_out_lit(o, "\"states\":[");

    for (s = TKT_STATE_NEW; s < TKT_STATE_MAX; s++) {
        tkt_out_comma(o);
        tkt_out_lit(o, "{");
        tkt_out_name(o, "name");
        tkt_out_string(o, tkt_state_names.names[s]);
        tkt_out_name(o, "bucket");
        tkt_out_string(o, tkt_bucket_names.names[
                              tkt_workflow_bucket((tkt_state_t) s)]);
        tkt_out_lit(o, "}");
    }

    tkt_out_lit(o, "]");
}


static void
tkt_workflow_labels_write(tkt_out_t *o, tkt_state_t state, tkt_profile_t p)
{
    tkt_out_lit(o, "{\"en\":");
    tkt_out_string(o, tkt_workflow_label(p, state, TKT_LANG_EN));
    tkt_out_lit(o, ",\"zh-CN\":");
    tkt_out_string(o, tkt_workflow_label(p, state, TKT_LANG_ZH));
    tkt_out_lit(o, "}");
}


static void
tkt_workflow_profiles_write(tkt_out_t *o)
{
    unsigned  p, s;

    tkt_out_lit(o, "\"profiles\":{");

    for (p = 0; p < TKT_PROFILE_MAX; p++) {
        tkt_out_comma(o);
        tkt_out_string(o, tkt_profile_names.names[p]);
        tkt_out_lit(o, ":{");

        for (s = TKT_STATE_NEW; s < TKT_STATE_MAX; s++) {
            tkt_out_comma(o);
            tkt_out_string(o, tkt_state_names.names[s]);
            tkt_out_lit(o, ":");
            tkt_workflow_labels_write(o, (tkt_state_t) s, (tkt_profile_t) p);
        }

        tkt_out_lit(o, "}");
    }

    tkt_out_lit(o, "}");
}


static void
tkt_workflow_actions_write(tkt_out_t *o)
{
    unsigned  a;

    tkt_out_lit(o, "\"actions\":[");

    for (a = 0; a < TKT_ACTION_MAX; a++) {
        tkt_out_comma(o);
        tkt_out_lit(o, "{");
        tkt_out_name(o, "name");
        tkt_out_string(o, tkt_action_names.names[a]);
        tkt_out_name(o, "route");
        tkt_out_raw(o, tkt_action_is_route((tkt_action_t) a)
                       ? tkt_str("true") : tkt_str("false"));
        tkt_out_name(o, "label");
        tkt_out_lit(o, "{\"en\":");
        tkt_out_string(o, tkt_action_label((tkt_action_t) a, TKT_LANG_EN));
        tkt_out_lit(o, ",\"zh-CN\":");
        tkt_out_string(o, tkt_action_label((tkt_action_t) a, TKT_LANG_ZH));
        tkt_out_lit(o, "}}");
    }

    tkt_out_lit(o, "]");
}


static void
tkt_workflow_transitions_write(tkt_out_t *o)
{
    size_t                   i, rows;
    const tkt_transition_t  *t;

    t = tkt_workflow_table(&rows);
    tkt_out_lit(o, "\"transitions\":[");

    for (i = 0; i < rows; i++, t++) {

        if (t->status != TKT_OK) {
            continue;   /* a row that words a refusal */
        }

        tkt_out_comma(o);
        tkt_out_lit(o, "{\"row\":");
        tkt_out_u64(o, t->row);
        tkt_out_name(o, "action");
        tkt_out_string(o, tkt_action_names.names[t->action]);
        tkt_out_name(o, "from");
        tkt_out_bits(o, &tkt_state_names, t->from);
        tkt_out_name(o, "to");

        if (t->to == TKT_TO_SAME) {
            tkt_out_lit(o, "null");

        } else if (t->to == TKT_TO_BEFORE) {
            tkt_out_lit(o, "\"before\"");

        } else {
            tkt_out_string(o, tkt_state_names.names[t->to]);
        }

        tkt_out_name(o, "actors");
        tkt_out_bits(o, &tkt_actor_names, t->actors);
        tkt_out_name(o, "guards");
        tkt_out_bits(o, &tkt_guard_names, t->guards);
        tkt_out_name(o, "effects");
        tkt_out_bits(o, &tkt_effect_names, t->effects);
        tkt_out_lit(o, "}");
    }

    tkt_out_lit(o, "]");
}


void
tkt_op_workflow(tkt_call_t *c)
{
    tkt_out_t  o;

    tkt_out_init(&o, c->arena, 16384);
    tkt_out_lit(&o, "{");
    tkt_workflow_states_write(&o);
    tkt_out_lit(&o, ",");
    tkt_workflow_actions_write(&o);
    tkt_out_lit(&o, ",");
    tkt_workflow_transitions_write(&o);
    tkt_out_lit(&o, ",");
    tkt_workflow_profiles_write(&o);
    tkt_out_lit(&o, "}");
    tkt_call_answer(c, &o);
}


void
tkt_op_problem(tkt_call_t *c)
{
    tkt_out_t                o;
    tkt_status_t             status;
    const tkt_status_row_t  *row;

    status = tkt_status_by_code(c->segments[0]);

    if (status == TKT_OK) {
        tkt_call_fail(c, TKT_NOT_FOUND, NULL);
        return;
    }

    row = tkt_status_row(status);

    tkt_out_init(&o, c->arena, 1024);
    tkt_out_lit(&o, "{");
    tkt_out_name(&o, "code");
    tkt_out_string(&o, row->code);
    tkt_out_name(&o, "status");
    tkt_out_u64(&o, row->http);
    tkt_out_name(&o, "title");
    tkt_out_string(&o, row->title[c->lang]);
    tkt_out_name(&o, "meaning");
    tkt_out_string(&o, row->help);
    tkt_out_lit(&o, "}");
    tkt_call_answer(c, &o);
}
