/*
 * A message becomes a ticket.  It stays where it is, since messages are only
 * ever appended, and keeps its files, which the new ticket has as well; the
 * event of the old ticket names it and the new ticket.
 */

#include "app/call/tkt_ops.h"
#include "app/file/tkt_attachments.h"
#include "app/file/tkt_upload.h"
#include "app/privacy/tkt_kept.h"
#include "app/ticket/tkt_links.h"
#include "app/ticket/tkt_ticket.h"
#include "app/ticket/tkt_view.h"
#include "app/who/tkt_caller.h"


static bool
tkt_split_find(tkt_call_t *c, tkt_ticket_t *t)
{
    tkt_caller_t    caller;
    tkt_decision_t  decision;

    if (!tkt_ticket_find(c, t, true)) {
        return false;
    }

    caller = tkt_caller_of(c, t);

    if (!tkt_workflow_sees_internal(&caller)
        || (caller.denied & tkt_bit(TKT_ACTION_SUBMIT)))
    {
        tkt_call_fail(c, TKT_FORBIDDEN, NULL);
        return false;
    }

    if (!tkt_ticket_decide(c, t, TKT_ACTION_EDIT, &decision)) {
        return false;
    }

    if (!tkt_links_room(t)) {
        tkt_call_fail(c, TKT_CONFLICT, "the ticket has %d links, as many as "
                      "it may", TKT_LINKS_MAX);
        return false;
    }

    return true;
}


/* A public message of the requester's own. */
static bool
tkt_split_message(tkt_call_t *c, const tkt_ticket_t *t,
    const tkt_part_input_t *in, tkt_message_t *m)
{
    if (in->message <= t->message_count
        && tkt_message_get(c->txn, c->actor->tenant, t->id, in->message, m,
                           c->arena)
        && m->author == t->requester
        && m->visibility == TKT_VISIBILITY_PUBLIC)
    {
        return true;
    }

    if (tkt_txn_status(c->txn) == TKT_OK) {
        tkt_call_invalid(c, "/message", "choice",
                         "there is no such message of the requester's");
    }

    return false;
}


/* What the new one has in common with the old. */
static void
tkt_split_make(tkt_call_t *c, const tkt_ticket_t *from,
    const tkt_part_input_t *in, const tkt_message_t *m, tkt_ticket_t *t)
{
    *t = (tkt_ticket_t) {
        .id = tkt_txn_next(c->txn, TKT_SEQ_TICKET),
        .tenant = from->tenant, .state = TKT_STATE_NEW,
        .priority = from->priority, .channel = from->channel,
        .requester = from->requester, .verified = from->verified,
        .created_at = (uint64_t) c->now_ms, .type = from->type,
        .type_id = from->type_id, .feature = from->feature,
        .feature_id = from->feature_id, .team = from->team,
        .drill = from->drill, .steps = from->steps,
        .approval = from->approval != TKT_APPROVAL_NONE
                    ? TKT_APPROVAL_PENDING : TKT_APPROVAL_NONE,
        .subject = in->subject.len > 0 ? in->subject : from->subject,
        .description = m->body, .account = from->account,
        .contact_name = from->contact_name,
        .contact_email = from->contact_email,
        .contact_phone = from->contact_phone,
        .phone_kind = from->phone_kind,
        .contact_site_url = from->contact_site_url,
        .custom = from->custom,
    };
}


void
tkt_op_split(tkt_call_t *c)
{
    tkt_str_t                reason;
    tkt_event_t              event = { .action = TKT_ACTION_SUBMIT + 1 };
    tkt_ticket_t             before, t;
    tkt_message_t            m;
    const tkt_part_input_t  *in = c->input;

    if (!tkt_split_find(c, &before)
        || !tkt_split_message(c, &before, in, &m)
        || (m.attachment_count > 0
            && !tkt_upload_fits(c, tkt_attachments_bytes(c, before.id,
                                                         in->message))))
    {
        return;
    }

    tkt_split_make(c, &before, in, &m, &t);
    tkt_links_add(c, &t, TKT_LINK_SPLIT_FROM, before.id);
    tkt_attachments_copy(c, before.id, in->message, &t);

    reason = tkt_arena_printf(c->arena, "split: message=%llu ticket=%llu%s"
                              "%.*s", (unsigned long long) in->message,
                              (unsigned long long) t.id,
                              in->reason.len > 0 ? "\n" : "",
                              (int) in->reason.len,
                              (const char *) in->reason.data);
    tkt_links_other(c, &t, before.id, TKT_LINK_SPLIT_FROM, true, reason);

    event.reason = in->reason;
    tkt_ticket_commit(c, NULL, &t, &event);
    tkt_view_answer_ticket(c, &t);

    c->reply->location = tkt_arena_printf(c->arena, "%.*s/v1/tickets/%llu",
                                          (int) c->mount.len,
                                          (const char *) c->mount.data,
                                          (unsigned long long) t.id);
}
