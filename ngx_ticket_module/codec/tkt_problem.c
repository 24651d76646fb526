/*
 * The problem document.  Its members stand in the order in which a person
 * reads them; what does not apply is absent.
 */

#include "codec/tkt_problem.h"


#define TKT_PROBLEM_BYTES  1024


static void
tkt_problem_string(tkt_out_t *o, const char *name, tkt_str_t s)
{
    tkt_out_name(o, name);
    tkt_out_string(o, s);
}


/*
 * A parameter or header has no place in the body, so its pointer is empty
 * and a further member names it.
 */
static void
tkt_problem_error(tkt_out_t *o, const tkt_error_t *e)
{
    bool  elsewhere;

    elsewhere = e->parameter || e->header;

    tkt_out_comma(o);
    tkt_out_char(o, '{');
    tkt_problem_string(o, "pointer", elsewhere ? tkt_str("") : e->pointer);

    if (elsewhere) {
        tkt_problem_string(o, e->header ? "header" : "parameter", e->pointer);
    }

    tkt_problem_string(o, "code", e->code);
    tkt_problem_string(o, "detail", e->detail);
    tkt_out_char(o, '}');
}


static void
tkt_problem_errors(tkt_out_t *o, const tkt_errors_t *errors)
{
    size_t  i;

    tkt_out_name(o, "errors");
    tkt_out_char(o, '[');

    for (i = 0; i < errors->count; i++) {
        tkt_problem_error(o, &errors->list[i]);
    }

    tkt_out_char(o, ']');
}


static void
tkt_problem_state(tkt_out_t *o, const tkt_problem_t *p)
{
    tkt_field_t  row;

    memset(&row, 0, sizeof(row));
    row.type = TKT_T_SET;
    row.names = p->action_names;

    tkt_problem_string(o, "state", p->state);

    if (p->action_names != NULL) {
        tkt_out_name(o, "allowed_actions");
        tkt_out_value(o, &row, p->allowed_actions, tkt_str(""));
    }
}


/* What is known of this case, else what is known of all such. */
static tkt_str_t
tkt_problem_detail(const tkt_problem_t *p, const tkt_status_row_t *row)
{
    if (p->detail.len != 0) {
        return p->detail;
    }

    if (p->errors != NULL && p->errors->detail.len != 0) {
        return p->errors->detail;
    }

    return row->help;
}


void
tkt_problem_encode(tkt_out_t *o, const tkt_problem_t *p)
{
    tkt_str_t                type;
    const tkt_status_row_t  *row;

    row = tkt_status_row(p->status);

    if (!tkt_out_room(o, TKT_PROBLEM_BYTES)) {
        return;
    }

    type = tkt_arena_printf(o->arena, "%.*s/v1/problems/%.*s",
                            (int) p->mount.len, (const char *) p->mount.data,
                            (int) row->code.len,
                            (const char *) row->code.data);

    tkt_out_char(o, '{');
    tkt_problem_string(o, "type", type);
    tkt_problem_string(o, "title", row->title[p->lang]);

    tkt_out_name(o, "status");
    tkt_out_u64(o, row->http);

    tkt_problem_string(o, "detail", tkt_problem_detail(p, row));
    tkt_problem_string(o, "request_id", p->request_id);

    if (p->errors != NULL && p->errors->count != 0) {
        tkt_problem_errors(o, p->errors);
    }

    if (p->state.len != 0) {
        tkt_problem_state(o, p);
    }

    if (p->retry_after_s != 0) {
        tkt_out_name(o, "retry_after");
        tkt_out_u64(o, p->retry_after_s);
    }

    tkt_out_char(o, '}');

    if (o->arena->failed) {
        o->failed = true;
    }
}
