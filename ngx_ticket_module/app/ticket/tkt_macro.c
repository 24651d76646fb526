/*
 * Applying a macro: its steps are operations as a client would send them, run
 * inside the one command by app/call/tkt_inner.h.
 */

#include "app/call/tkt_inner.h"
#include "app/list/tkt_filter.h"
#include "app/ticket/tkt_macro.h"
#include "app/ticket/tkt_placeholder.h"
#include "app/ticket/tkt_view.h"
#include "app/who/tkt_roles.h"
#include "base/tkt_text.h"
#include "codec/tkt_json_walk.h"
#include "codec/tkt_text_form.h"


/* Tags, priority, message, transfer, action. */
#define TKT_MACRO_STEPS_MAX  5


typedef struct {
    tkt_call_t          *call;
    const tkt_macro_t   *macro;
    const tkt_ticket_t  *ticket;      /* before it                           */
    tkt_str_t            id;          /* of the ticket, as in a path         */
    tkt_str_t            body;        /* without placeholders                */
    tkt_str_t            reason;
    size_t               count;
    tkt_inner_t          steps[TKT_MACRO_STEPS_MAX];
} tkt_macro_work_t;


/* Actions that a macro can end with, and where its text goes; 0: nowhere. */
static const struct {
    uint8_t   action;
    bool      reason;                 /* also where the schema does not say  */
    uint16_t  body;
} tkt_macro_actions[] = {
    { TKT_ACTION_VERIFY, false, 0 },
    { TKT_ACTION_REJECT, true, 0 },
    { TKT_ACTION_CLAIM, false, 0 },
    { TKT_ACTION_START, false, 0 },
    { TKT_ACTION_ESCALATE, true, 0 },
    { TKT_ACTION_DEESCALATE, false, 0 },
    { TKT_ACTION_REQUEST_INFO, false, offsetof(tkt_input_t, question) },
    { TKT_ACTION_HOLD, true, 0 },
    { TKT_ACTION_RESUME, false, 0 },
    { TKT_ACTION_RESOLVE, false, offsetof(tkt_input_t, solution) },
    { TKT_ACTION_CLOSE, true, 0 },
    { TKT_ACTION_REOPEN, true, 0 },
};


/* Its place in the table, or the table's length. */
static size_t
tkt_macro_action_row(uint64_t action)
{
    size_t  i;

    for (i = 0; i < tkt_array_len(tkt_macro_actions); i++) {
        if (tkt_macro_actions[i].action + 1U == action) {
            break;
        }
    }

    return i;
}


bool
tkt_macro_action(uint64_t action, bool *needs_reason)
{
    size_t  i = tkt_macro_action_row(action);

    if (i == tkt_array_len(tkt_macro_actions)) {
        return false;
    }

    *needs_reason = tkt_macro_actions[i].reason;

    return true;
}


/* ---- steps ---- */

/* The next step, with a zeroed input; NULL, and answered, without memory. */
static void *
tkt_macro_step(tkt_macro_work_t *w, tkt_str_t operation, const char *pointer)
{
    tkt_inner_t  *in = &w->steps[w->count++];

    in->op = tkt_operation_named(operation);
    in->segments[0] = w->id;
    in->pointer = tkt_str_z(pointer);
    in->input = (in->op == NULL)
                ? NULL : tkt_arena_zalloc(w->call->arena, in->op->input->size);

    if (in->input == NULL) {
        tkt_call_fail(w->call, in->op == NULL ? TKT_INTERNAL : TKT_BUSY,
                      NULL);
    }

    return in->input;
}


/* The number of a top-level row of the ticket, for a patch. */
typedef struct {
    size_t    offset;
    size_t    number;
} tkt_macro_row_t;


static bool
tkt_macro_row_visit(void *ctx, const tkt_field_t *f, size_t number)
{
    tkt_macro_row_t  *row = ctx;

    if (f->type == TKT_T_OBJECT || f->offset != row->offset) {
        return true;
    }

    row->number = number;

    return false;
}


/* A patch of one member of the ticket. */
static tkt_ticket_t *
tkt_macro_patch(tkt_macro_work_t *w, size_t offset)
{
    tkt_ticket_t     *t;
    tkt_macro_row_t   row = { .offset = offset };

    t = tkt_macro_step(w, tkt_str("ticket.patch"), "/macro");

    if (t != NULL) {
        (void) tkt_schema_walk(&tkt_ticket_schema, tkt_macro_row_visit, &row);
        tkt_present_set(&w->steps[w->count - 1].present, row.number);
    }

    return t;
}


/* Adds the tags of a list that are not in `without`; their number. */
static size_t
tkt_macro_tags_add(tkt_out_t *o, tkt_str_t tags, tkt_str_t without)
{
    size_t           n;
    tkt_str_t        name, tag;
    tkt_json_walk_t  w;

    n = 0;

    if (tags.len == 0 || !tkt_json_walk_open(&w, tags)) {
        return 0;
    }

    /* a tag in quotes has no escapes */

    while (tkt_json_walk_next(&w, &name, &tag)) {
        if (!tkt_has_tag(without, (tkt_str_t) { tag.data + 1, tag.len - 2 })) {
            tkt_out_comma(o);
            tkt_out_raw(o, tag);
            n++;
        }
    }

    return n;
}


/* Those it had, without some, then those put on. */
static bool
tkt_macro_tags(tkt_macro_work_t *w)
{
    size_t              n;
    tkt_out_t           o;
    tkt_ticket_t       *t;
    const tkt_macro_t  *m = w->macro;

    if (m->add_tags.len == 0 && m->remove_tags.len == 0) {
        return true;
    }

    t = tkt_macro_patch(w, offsetof(tkt_ticket_t, tags));
    if (t == NULL) {
        return false;
    }

    tkt_out_init(&o, w->call->arena, w->ticket->tags.len + m->add_tags.len
                                     + 2);
    tkt_out_lit(&o, "[");
    n = tkt_macro_tags_add(&o, w->ticket->tags, m->remove_tags);
    n += tkt_macro_tags_add(&o, m->add_tags, w->ticket->tags);
    tkt_out_lit(&o, "]");

    if (n > TKT_TAGS_MAX) {
        tkt_call_invalid(w->call, "/macro", "too-long",
                         "the ticket would have more than 32 tags");
        return false;
    }

    t->tags = (n == 0) ? tkt_str("") : tkt_out_text(&o);

    return true;
}


static bool
tkt_macro_priority(tkt_macro_work_t *w)
{
    tkt_ticket_t  *t;

    if (w->macro->priority == 0) {
        return true;
    }

    t = tkt_macro_patch(w, offsetof(tkt_ticket_t, priority));

    if (t != NULL) {
        t->priority = w->macro->priority;
    }

    return t != NULL;
}


/* Unless the text is what the action says. */
static bool
tkt_macro_message(tkt_macro_work_t *w)
{
    size_t        row = tkt_macro_action_row(w->macro->action);
    tkt_input_t  *in;

    if (w->body.len == 0
        || (row < tkt_array_len(tkt_macro_actions)
            && tkt_macro_actions[row].body != 0))
    {
        return true;
    }

    in = tkt_macro_step(w, tkt_str("message.create"), "");

    if (in != NULL) {
        in->kind = w->macro->kind;
        in->visibility = w->macro->visibility;
        in->body = w->body;
    }

    return in != NULL;
}


static bool
tkt_macro_transfer(tkt_macro_work_t *w)
{
    tkt_input_t  *in;

    if (w->macro->team == 0) {
        return true;
    }

    in = tkt_macro_step(w, tkt_str("ticket.transfer"), "/macro");

    if (in != NULL) {
        in->team = w->macro->team;
        in->reason = w->reason;
    }

    return in != NULL;
}


static bool
tkt_macro_last(tkt_macro_work_t *w)
{
    size_t        row = tkt_macro_action_row(w->macro->action);
    tkt_str_t    *text, name;
    tkt_input_t  *in;

    if (row == tkt_array_len(tkt_macro_actions)) {
        return true;
    }

    name = tkt_action_names.names[w->macro->action - 1];
    name = tkt_arena_printf(w->call->arena, "ticket.%.*s", (int) name.len,
                            (const char *) name.data);
    in = tkt_macro_step(w, name, "/macro");

    if (in == NULL) {
        return false;
    }

    in->reason = w->reason;
    in->close_reason = w->macro->close_reason;

    if (tkt_macro_actions[row].body != 0) {
        text = (tkt_str_t *) (void *) ((uint8_t *) in
                                       + tkt_macro_actions[row].body);
        *text = w->body;

        if (w->body.len == 0) {
            tkt_call_invalid(w->call, "/body", "required",
                             "the macro's action needs a text");
            return false;
        }
    }

    return true;
}


/* ---- texts ---- */

static bool
tkt_macro_fits(tkt_call_t *c, const char *pointer, tkt_str_t text, size_t max)
{
    size_t  i, chars;

    for (chars = 0, i = 0; i < text.len; i++) {
        chars += (text.data[i] & 0xc0) != 0x80;
    }

    if (chars <= max) {
        return true;
    }

    tkt_call_invalid(c, pointer, "too-long",
                     "the text is too long with what its placeholders stand "
                     "for");
    return false;
}


/* A text that is said, of which placeholders have left no more than blanks. */
static bool
tkt_macro_blank(tkt_call_t *c, const char *pointer, tkt_str_t said,
    tkt_str_t text)
{
    if (said.len == 0 || tkt_has_ink(text)) {
        return false;
    }

    tkt_call_invalid(c, pointer, "required", "nothing is left of the text");

    return true;
}


static bool
tkt_macro_texts(tkt_macro_work_t *w, tkt_str_t body)
{
    tkt_call_t  *c = w->call;

    w->body = body;

    if ((body.len == 0
         && !tkt_placeholders_fill(c, w->ticket, w->macro->body, &w->body))
        || !tkt_placeholders_fill(c, w->ticket, w->macro->reason, &w->reason))
    {
        tkt_call_fail(c, TKT_BUSY, NULL);
        return false;
    }

    return !tkt_macro_blank(c, "/body", body.len > 0 ? body : w->macro->body,
                            w->body)
           && !tkt_macro_blank(c, "/macro", w->macro->reason, w->reason)
           && tkt_macro_fits(c, "/body", w->body, TKT_TEXT_MAX_CHARS)
           && tkt_macro_fits(c, "/macro", w->reason, TKT_REASON_MAX_CHARS);
}


/* ---- the run ---- */

/* The problem of the step, and which it was. */
static void
tkt_macro_failed(tkt_call_t *c, const tkt_inner_t *in)
{
    tkt_out_t  o;

    tkt_out_init(&o, c->arena, 64);
    tkt_out_lit(&o, "\"step\":");
    tkt_out_string_z(&o, in->op->name);

    *c->reply = in->reply;
    c->reply->body = tkt_problem_with(c->arena, in->reply.body,
                                      tkt_out_text(&o));
}


static bool
tkt_macro_step_run(tkt_call_t *c, tkt_inner_t *in, unsigned number)
{
    tkt_call_t   call = *c;
    const char  *why = tkt_actor_refused(c->actor, in->op);

    if (why == NULL) {
        tkt_inner_run(c, in, number);

    } else {
        call.reply = &in->reply;
        tkt_call_fail(&call, TKT_FORBIDDEN, "%s", why);
    }

    if (tkt_inner_done(in)) {
        return true;
    }

    tkt_macro_failed(c, in);

    return false;
}


/*
 * All steps, or none.  Inside a batch that is all or nothing its nest serves:
 * a macro that fails there fails the batch.
 */
static bool
tkt_macro_steps_run(tkt_macro_work_t *w)
{
    bool         done, own;
    size_t       i;
    tkt_call_t  *c = w->call;

    own = !tkt_txn_nested(c->txn);

    if (own && !tkt_txn_nest(c->txn)) {
        tkt_call_fail(c, TKT_INTERNAL, NULL);
        return false;
    }

    done = true;

    for (i = 0; i < w->count && done; i++) {
        done = tkt_macro_step_run(c, &w->steps[i], (unsigned) i);
    }

    if (own) {
        (void) tkt_txn_nest_end(c->txn, done);
    }

    return done && tkt_txn_status(c->txn) == TKT_OK;
}


void
tkt_macro_run(tkt_call_t *c, const tkt_macro_t *m, const tkt_ticket_t *t,
    tkt_str_t body)
{
    tkt_ticket_t       after;
    tkt_macro_work_t  *w;

    w = tkt_arena_zalloc(c->arena, sizeof(tkt_macro_work_t));

    if (w == NULL) {
        tkt_call_fail(c, TKT_BUSY, NULL);
        return;
    }

    w->call = c;
    w->macro = m;
    w->ticket = t;
    w->id = tkt_arena_printf(c->arena, "%llu", (unsigned long long) t->id);

    if (!tkt_macro_texts(w, body) || !tkt_macro_tags(w)
        || !tkt_macro_priority(w) || !tkt_macro_message(w)
        || !tkt_macro_transfer(w) || !tkt_macro_last(w)
        || !tkt_macro_steps_run(w))
    {
        return;
    }

    /* the last step may have taken the ticket out of the caller's sight */

    if (tkt_ticket_load(c->txn, c->actor->tenant, t->id, &after, true,
                        c->arena))
    {
        tkt_view_answer_ticket(c, &after);
    }
}
