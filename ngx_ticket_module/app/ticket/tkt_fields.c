/*
 * `fields` and `include`: which members a ticket is shown with, and the parts
 * that come with it.
 */

#include "app/route/tkt_queue.h"
#include "app/ticket/tkt_ticket.h"
#include "app/ticket/tkt_view.h"


/* Members that cost more than to be written. */
static const struct {
    size_t    offset;
    unsigned  part;
} tkt_fields_parts[] = {
    { offsetof(tkt_ticket_t, links), TKT_VIEW_LINKED },
    { offsetof(tkt_ticket_t, watchers), TKT_VIEW_LINKED },
    { offsetof(tkt_ticket_t, step_labels), TKT_VIEW_LINKED },
    { offsetof(tkt_ticket_t, requester), TKT_VIEW_NAMED },
    { offsetof(tkt_ticket_t, assignee), TKT_VIEW_NAMED },
    { offsetof(tkt_ticket_t, team), TKT_VIEW_NAMED },
    { offsetof(tkt_ticket_t, allowed_actions), TKT_VIEW_ALLOWED },
    { offsetof(tkt_ticket_t, next), TKT_VIEW_ALLOWED },
};


static unsigned
tkt_fields_part(const tkt_field_t *f)
{
    size_t    i;
    unsigned  parts;

    for (parts = 0, i = 0; i < tkt_array_len(tkt_fields_parts); i++) {
        if (f->offset == tkt_fields_parts[i].offset) {
            parts |= tkt_fields_parts[i].part;
        }
    }

    return parts;
}


/* Marks the row of a top-level member and those of its object. */
static bool
tkt_fields_mark(tkt_fields_t *fields, tkt_str_t name)
{
    size_t              i, n, number;
    const tkt_field_t  *f;

    for (i = 0, number = 0; i < tkt_ticket_schema.count; i++) {
        f = &tkt_ticket_schema.fields[i];

        if (!(f->flags & TKT_F_INTERNAL)
            && tkt_str_eq(name, tkt_str_z(f->name)))
        {
            for (n = 0; n < tkt_field_span(f); n++) {
                tkt_present_set(&fields->rows, number + n);
            }

            fields->big |= (f->flags & TKT_F_BIG) != 0;
            fields->parts |= tkt_fields_part(f);
            return true;
        }

        number += tkt_field_span(f);
    }

    return false;
}


bool
tkt_fields_parse(tkt_call_t *c, tkt_fields_t *fields)
{
    bool           known;
    tkt_str_t      value, piece;
    tkt_errors_t  *errors;

    *fields = (tkt_fields_t) { .parts = TKT_VIEW_ALL };

    if (!tkt_params_get(c->params, "fields", &value)) {
        return true;
    }

    fields->given = true;
    fields->parts = 0;
    known = value.len > 0;

    while (tkt_query_piece(&value, &piece)) {
        known = tkt_fields_mark(fields, piece) && known;
    }

    if (known) {
        return true;
    }

    errors = tkt_call_errors(c);
    if (errors != NULL) {
        tkt_errors_add_parameter(errors, "fields", "unknown",
                                 "fields takes names of a ticket's members");
    }

    tkt_call_fail(c, TKT_UNKNOWN_PARAMETER, NULL);

    return false;
}


typedef struct {
    const char  *name;
    bool       (*write)(tkt_call_t *c, tkt_out_t *o, const tkt_ticket_t *t,
                        tkt_str_t position, size_t limit, tkt_str_t filter);
} tkt_include_t;

static const tkt_include_t  tkt_includes[] = {
    { "messages", tkt_messages_write },
    { "timeline", tkt_timeline_write },
};


static unsigned
tkt_include_parse(tkt_call_t *c, tkt_str_t value)
{
    size_t         i;
    unsigned       parts;
    tkt_str_t      piece;
    tkt_errors_t  *errors;

    parts = 0;

    while (tkt_query_piece(&value, &piece)) {

        for (i = 0; i < tkt_array_len(tkt_includes); i++) {
            if (tkt_str_eq(piece, tkt_str_z(tkt_includes[i].name))) {
                parts |= 1U << i;
                break;
            }
        }

        errors = (i < tkt_array_len(tkt_includes)) ? NULL
                                                   : tkt_call_errors(c);
        if (errors != NULL) {
            tkt_errors_add_parameter(errors, "include", "choice",
                                     "include takes messages and timeline");
        }
    }

    return parts;
}


/* The same filter text as the part's own list, so that its cursor goes on. */
static void
tkt_include_write(tkt_call_t *c, tkt_out_t *o, const tkt_include_t *part,
    const tkt_ticket_t *t)
{
    tkt_str_t  filter;

    filter = tkt_arena_printf(c->arena, "%s %u %llu %llu", part->name,
                              c->actor->tenant,
                              (unsigned long long) c->actor->id,
                              (unsigned long long) t->id);
    tkt_out_name(o, part->name);
    (void) part->write(c, o, t, tkt_str(""), TKT_INCLUDE_MAX_ITEMS,
                       filter);
}


void
tkt_include_answer(tkt_call_t *c, tkt_ticket_t *t, const tkt_fields_t *fields,
    tkt_str_t include)
{
    size_t      i;
    unsigned    parts;
    tkt_out_t   o;
    tkt_view_t  view;

    parts = tkt_include_parse(c, include);

    if (c->errors != NULL && c->errors->count > 0) {
        tkt_call_fail(c, TKT_UNKNOWN_PARAMETER, NULL);
        return;
    }

    tkt_view_init(&view, c);
    view.parts = fields->parts;
    tkt_view_ticket(&view, t);
    tkt_queue_view(c, t);

    tkt_out_init(&o, c->arena, 8192);
    tkt_out_object(&o, &tkt_ticket_schema, t,
                   (uint32_t) tkt_bit(view.reader),
                   fields->given ? &fields->rows : NULL, false);

    if (!o.failed) {
        o.pos--;    /* open the object again */
    }

    for (i = 0; i < tkt_array_len(tkt_includes); i++) {
        if (parts & (1U << i)) {
            tkt_include_write(c, &o, &tkt_includes[i], t);
        }
    }

    tkt_out_lit(&o, "}");
    tkt_call_answer(c, &o);

    /* the cursors are inside; the ticket itself has no next page */

    c->reply->link = tkt_str("");
    c->reply->etag = tkt_call_etag(c, 't', t->id, t->version);
}
