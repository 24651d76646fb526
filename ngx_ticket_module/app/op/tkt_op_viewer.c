/*
 * Who has a ticket open, so that two do not answer it at the same time.  The
 * carrier keeps it in memory; nothing is stored.
 */

#include "app/call/tkt_ops.h"
#include "app/resource/tkt_resource.h"
#include "app/ticket/tkt_ticket.h"
#include "app/who/tkt_caller.h"

#include <stdlib.h>


#define TKT_VIEWER_BYTES  128


/* `typing` of the query; false, and answered, if it is neither. */
static bool
tkt_viewer_typing(tkt_call_t *c, bool *typing)
{
    tkt_str_t      text;
    tkt_errors_t  *errors;

    *typing = false;

    if (!tkt_params_get(c->params, "typing", &text)) {
        return true;
    }

    *typing = tkt_str_eq(text, tkt_str("true"));

    if (*typing || tkt_str_eq(text, tkt_str("false"))) {
        return true;
    }

    errors = tkt_call_errors(c);
    if (errors != NULL) {
        tkt_errors_add_parameter(errors, "typing", "choice",
                                 "typing is true or false");
    }

    tkt_call_fail(c, TKT_UNKNOWN_PARAMETER, NULL);

    return false;
}


/* Notes or forgets the caller; one without a record has no name to show. */
static void
tkt_viewer_note(tkt_call_t *c, uint64_t ticket, bool typing)
{
    tkt_seen_t  who = { .principal = c->actor->id, .seen_ms = c->now_ms,
                        .typing = typing };

    if (c->actor->id == 0 || c->actor->id == TKT_PRINCIPAL_UNSEEN) {
        return;
    }

    if (c->op->method == TKT_METHOD_PUT) {
        c->viewers->put(c->viewers->data, c->actor->tenant, ticket, &who);
    }

    if (c->op->method == TKT_METHOD_DELETE) {
        c->viewers->drop(c->viewers->data, c->actor->tenant, ticket,
                         c->actor->id);
    }
}


static int
tkt_viewer_order(const void *a, const void *b)
{
    const tkt_seen_t  *x = a, *y = b;

    return (x->principal > y->principal) - (x->principal < y->principal);
}


static void
tkt_viewer_write(tkt_call_t *c, tkt_out_t *o, const tkt_seen_t *who)
{
    tkt_user_t    user;
    tkt_viewer_t  viewer = { .id = who->principal, .typing = who->typing,
                             .seen_at = (uint64_t) who->seen_ms };

    if (!tkt_user_load(c->txn, c->actor->tenant, who->principal, &user, NULL)
        || user.disabled)
    {
        return;
    }

    viewer.name = user.name;

    tkt_out_comma(o);
    tkt_out_object(o, &tkt_viewer_schema, &viewer,
                   (uint32_t) tkt_bit(c->actor->role), NULL, false);
}


void
tkt_op_viewers(tkt_call_t *c)
{
    bool          typing;
    size_t        i, n;
    tkt_out_t     o;
    tkt_seen_t    seen[TKT_VIEWERS_MAX];
    tkt_caller_t  caller;
    tkt_ticket_t  t;

    if (!tkt_ticket_find(c, &t, false) || !tkt_viewer_typing(c, &typing)) {
        return;
    }

    /* who sees it as its requester does learns nothing of who works on it */

    caller = tkt_caller_of(c, &t);

    if (!tkt_workflow_sees_internal(&caller)) {
        tkt_call_fail(c, TKT_FORBIDDEN, NULL);
        return;
    }

    n = 0;

    if (c->viewers != NULL) {
        tkt_viewer_note(c, t.id, typing);
        n = c->viewers->list(c->viewers->data, c->actor->tenant, t.id,
                             c->actor->id, c->now_ms, seen,
                             tkt_array_len(seen));
        qsort(seen, n, sizeof(seen[0]), tkt_viewer_order);
    }

    tkt_out_init(&o, c->arena, 128 + n * TKT_VIEWER_BYTES);
    tkt_out_lit(&o, "{\"data\":[");

    for (i = 0; i < n; i++) {
        tkt_viewer_write(c, &o, &seen[i]);
    }

    tkt_call_page(c, &o, tkt_str(""), tkt_str(""));
    tkt_out_lit(&o, "}");
    tkt_call_answer(c, &o);
}
