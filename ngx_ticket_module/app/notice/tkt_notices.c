/*
 * Notices as they are made and shown; see the header.
 */

#include "app/notice/tkt_notices.h"


void
tkt_notice_put(tkt_txn_t *txn, tkt_notice_t *n)
{
    n->id = tkt_txn_next(txn, TKT_SEQ_NOTICE);
    tkt_notice_add(txn, n);
}


void
tkt_notice_given(tkt_call_t *c, const tkt_ticket_t *t)
{
    tkt_notice_t  notice = {
        .tenant = t->tenant, .principal = t->assignee,
        .kind = TKT_NOTICE_ASSIGNED, .ticket = t->id,
        .created_at = (uint64_t) c->now_ms,
    };

    tkt_notice_put(c->txn, &notice);
}


void
tkt_notice_view(tkt_view_t *v, tkt_notice_t *n, uint64_t read)
{
    n->read = n->id <= read;
    n->number = tkt_ticket_number(v->call->actor->prefix, n->ticket,
                                  v->call->arena);

    /* 0: the desk itself */

    if (n->actor != 0) {
        n->actor_name = tkt_view_person(v, n->actor);
    }
}
