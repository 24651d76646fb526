/*
 * Placeholders; see the header.
 */

#include "app/ticket/tkt_placeholder.h"
#include "app/ticket/tkt_view.h"
#include "base/tkt_time.h"


#define TKT_DATE_CHARS  10


/* What values are taken from: the ticket as an answer shows it. */
typedef struct {
    tkt_call_t    *call;
    tkt_ticket_t   ticket;
} tkt_placeholder_ctx_t;


static tkt_str_t
tkt_placeholder_number(tkt_placeholder_ctx_t *p)
{
    return p->ticket.number;
}


static tkt_str_t
tkt_placeholder_subject(tkt_placeholder_ctx_t *p)
{
    return p->ticket.subject;
}


static tkt_str_t
tkt_placeholder_type(tkt_placeholder_ctx_t *p)
{
    return p->ticket.type;
}


static tkt_str_t
tkt_placeholder_state(tkt_placeholder_ctx_t *p)
{
    return p->ticket.state_label;
}


static tkt_str_t
tkt_placeholder_requester(tkt_placeholder_ctx_t *p)
{
    return p->ticket.requester_name.len > 0 ? p->ticket.requester_name
                                            : p->ticket.contact_name;
}


static tkt_str_t
tkt_placeholder_agent(tkt_placeholder_ctx_t *p)
{
    tkt_user_t          user;
    const tkt_actor_t  *actor = p->call->actor;

    if (tkt_user_load(p->call->txn, actor->tenant, actor->id, &user,
                      p->call->arena)
        && user.name.len > 0)
    {
        return user.name;
    }

    return tkt_str_z(actor->login);
}


static tkt_str_t
tkt_placeholder_tenant(tkt_placeholder_ctx_t *p)
{
    tkt_tenant_t  tenant;

    if (tkt_tenant_load(p->call->txn, p->call->actor->tenant, &tenant,
                        p->call->arena))
    {
        return tenant.title.len > 0 ? tenant.title : tenant.name;
    }

    return tkt_str_z(p->call->actor->tenant_name);
}


/* The day in UTC. */
static tkt_str_t
tkt_placeholder_date(tkt_placeholder_ctx_t *p)
{
    uint8_t  text[TKT_TIME_TEXT_BYTES];

    tkt_time_format(text, p->call->now_ms);

    return tkt_arena_copy(p->call->arena,
                          (tkt_str_t) { text, TKT_DATE_CHARS });
}


static const struct {
    const char  *name;
    tkt_str_t  (*value)(tkt_placeholder_ctx_t *p);
} tkt_placeholders[] = {
    { "ticket.number", tkt_placeholder_number },
    { "ticket.subject", tkt_placeholder_subject },
    { "ticket.type", tkt_placeholder_type },
    { "ticket.state", tkt_placeholder_state },
    { "requester.name", tkt_placeholder_requester },
    { "agent.name", tkt_placeholder_agent },
    { "tenant.title", tkt_placeholder_tenant },
    { "date", tkt_placeholder_date },
};


const char *
tkt_placeholder_name(size_t i)
{
    return i < tkt_array_len(tkt_placeholders) ? tkt_placeholders[i].name
                                               : NULL;
}


/* Its place in the table, or the table's length. */
static size_t
tkt_placeholder_find(tkt_str_t name)
{
    size_t  i;

    for (i = 0; i < tkt_array_len(tkt_placeholders); i++) {
        if (tkt_str_eq(name, tkt_str_z(tkt_placeholders[i].name))) {
            break;
        }
    }

    return i;
}


/* Where two braces of a kind are next; the end if nowhere. */
static const uint8_t *
tkt_placeholder_braces(const uint8_t *p, const uint8_t *end, uint8_t brace)
{
    for ( /* void */ ; end - p >= 2; p++) {
        if (p[0] == brace && p[1] == brace) {
            return p;
        }
    }

    return end;
}


/*
 * The next placeholder of *rest, which is moved behind it: the text before it,
 * and all of it with its braces, whose last may be missing.  False at the end:
 * `before` is what is left.
 */
static bool
tkt_placeholder_next(tkt_str_t *rest, tkt_str_t *before, tkt_str_t *whole)
{
    const uint8_t  *end, *open, *close;

    *before = *rest;

    if (rest->len == 0) {
        return false;
    }

    end = rest->data + rest->len;
    open = tkt_placeholder_braces(rest->data, end, '{');

    if (open == end) {
        return false;
    }

    close = tkt_placeholder_braces(open + 2, end, '}');
    close = (end - close < 2) ? end : close + 2;

    before->len = (size_t) (open - rest->data);
    *whole = (tkt_str_t) { open, (size_t) (close - open) };
    *rest = (tkt_str_t) { close, (size_t) (end - close) };

    return true;
}


/* The name between the braces; spaces around it are of no meaning. */
static tkt_str_t
tkt_placeholder_inner(tkt_str_t whole)
{
    tkt_str_t  name = whole;

    if (whole.len < 4 || whole.data[whole.len - 1] != '}'
        || whole.data[whole.len - 2] != '}')
    {
        return tkt_str("");
    }

    name.data += 2;
    name.len -= 4;

    while (name.len > 0 && name.data[0] == ' ') {
        name.data++;
        name.len--;
    }

    while (name.len > 0 && name.data[name.len - 1] == ' ') {
        name.len--;
    }

    return name;
}


bool
tkt_placeholders_known(tkt_str_t text, tkt_str_t *bad)
{
    tkt_str_t  before;

    while (tkt_placeholder_next(&text, &before, bad)) {
        if (tkt_placeholder_find(tkt_placeholder_inner(*bad))
            == tkt_array_len(tkt_placeholders))
        {
            return false;
        }
    }

    return true;
}


bool
tkt_placeholders_fill(tkt_call_t *c, const tkt_ticket_t *t, tkt_str_t text,
    tkt_str_t *filled)
{
    size_t                  i;
    tkt_out_t               o;
    tkt_str_t               before, whole;
    tkt_view_t              view;
    tkt_placeholder_ctx_t   p = { .call = c, .ticket = *t };

    *filled = text;

    if (text.len == 0) {
        return true;
    }

    tkt_view_init(&view, c);
    tkt_view_ticket(&view, &p.ticket);
    tkt_out_init(&o, c->arena, 2 * text.len + 64);

    while (tkt_placeholder_next(&text, &before, &whole)) {

        tkt_out_raw(&o, before);
        i = tkt_placeholder_find(tkt_placeholder_inner(whole));
        tkt_out_raw(&o, i < tkt_array_len(tkt_placeholders)
                        ? tkt_placeholders[i].value(&p) : whole);
    }

    tkt_out_raw(&o, before);
    *filled = tkt_out_text(&o);

    return filled->data != NULL;
}
