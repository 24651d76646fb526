/*
 * GET /v1/me/export and GET /v1/users/{id}/export: all that is kept about a
 * principal, one record an entry.  One's own export holds what one may see; an
 * administrator's holds what staff sees too, since it is he who has to answer
 * for all of it.
 */

#include "app/call/tkt_ops.h"
#include "app/file/tkt_attachments.h"
#include "app/notice/tkt_notices.h"
#include "app/privacy/tkt_audit.h"
#include "app/privacy/tkt_kept.h"
#include "app/resource/tkt_config.h"
#include "app/resource/tkt_resource.h"
#include "app/route/tkt_presence.h"
#include "app/route/tkt_ready.h"
#include "app/ticket/tkt_drafts.h"
#include "app/ticket/tkt_ticket.h"
#include "app/who/tkt_caller.h"
#include "base/tkt_text.h"


#define TKT_EXPORT_KINDS                                                      \
    ((uint32_t) (tkt_bit(TKT_KEPT_MAX) - 1) & ~1U)


/* One page under way. */
typedef struct {
    tkt_call_t   *call;
    tkt_out_t    *out;
    tkt_view_t    view;
    tkt_kept_t    kept;
    bool          self;
    size_t        written;
} tkt_export_page_t;


/* {"kind":"ticket","ticket":{…}} */
static void
tkt_export_open(tkt_export_page_t *x, const char *kind)
{
    tkt_out_comma(x->out);
    tkt_out_lit(x->out, "{\"kind\":");
    tkt_out_string_z(x->out, kind);
    tkt_out_lit(x->out, ",\"");
    tkt_out_raw(x->out, tkt_str_z(kind));
    tkt_out_lit(x->out, "\":");
}


static void
tkt_export_close(tkt_export_page_t *x)
{
    tkt_out_lit(x->out, "}");
    x->written++;
}


static void
tkt_export_object(tkt_export_page_t *x, const char *kind,
    const tkt_schema_t *schema, const void *obj)
{
    tkt_export_open(x, kind);
    tkt_out_object(x->out, schema, obj,
                   (uint32_t) tkt_bit(x->view.reader), NULL, false);
    tkt_export_close(x);
}


/* A record that the walk has found is there, or the store is damaged. */
static bool
tkt_export_found(tkt_export_page_t *x, bool found)
{
    if (!found) {
        tkt_txn_fail(x->call->txn, TKT_INTERNAL);
    }

    return found;
}


static void
tkt_export_principal(tkt_export_page_t *x)
{
    tkt_user_t  user;

    /* one whom only the site knows has no record */

    if (tkt_user_load(x->call->txn, x->kept.tenant, x->kept.principal, &user,
                      x->call->arena))
    {
        tkt_resource_user.view(x->call, &user);
        tkt_export_object(x, "principal", &tkt_user_schema, &user);
    }
}


static void
tkt_export_token(tkt_export_page_t *x)
{
    tkt_token_record_t  token;

    if (tkt_export_found(x, tkt_token_load(x->call->txn, x->kept.tenant,
                                x->kept.principal,
                                (uint32_t) x->kept.number, &token,
                                x->call->arena)))
    {
        tkt_export_object(x, "token", &tkt_token_schema, &token);
    }
}


static void
tkt_export_ticket(tkt_export_page_t *x)
{
    tkt_ticket_t  t;

    if (tkt_export_found(x, tkt_ticket_load(x->call->txn, x->kept.tenant,
                                x->kept.ticket, &t, true, x->call->arena)))
    {
        tkt_view_ticket(&x->view, &t);
        tkt_export_object(x, "ticket", &tkt_ticket_schema, &t);
    }
}


/* Who the caller is to the ticket at hand. */
static tkt_caller_t
tkt_export_caller(tkt_export_page_t *x)
{
    tkt_ticket_t  t;

    if (!tkt_ticket_load_head(x->call->txn, x->kept.tenant, x->kept.ticket,
                              &t))
    {
        return (tkt_caller_t) { .relation = TKT_REL_FOREIGN };
    }

    return tkt_caller_of(x->call, &t);
}


static void
tkt_export_message(tkt_export_page_t *x)
{
    tkt_caller_t   caller = tkt_export_caller(x);
    tkt_message_t  m;

    if (!tkt_export_found(x, tkt_message_get(x->call->txn, x->kept.tenant,
                                 x->kept.ticket, x->kept.number, &m,
                                 x->call->arena)))
    {
        return;
    }

    if (tkt_workflow_visible(&caller)
        && (m.visibility != TKT_VISIBILITY_INTERNAL
            || tkt_workflow_sees_internal(&caller)))
    {
        x->view.reader = tkt_view_reader(x->call, &caller);
        tkt_view_message(&x->view, &m);
        tkt_export_object(x, "message", &tkt_message_schema, &m);
    }
}


static void
tkt_export_event(tkt_export_page_t *x)
{
    bool          internal;
    tkt_event_t   e;
    tkt_caller_t  caller = tkt_export_caller(x);

    internal = tkt_workflow_sees_internal(&caller);

    if (!tkt_export_found(x, tkt_event_load(x->call->txn, x->kept.number, &e,
                                            x->call->arena))
        || (e.internal && !internal))
    {
        return;
    }

    x->view.reader = tkt_view_reader(x->call, &caller);
    tkt_export_open(x, "event");
    tkt_timeline_entry(&x->view, x->out, &e, internal);
    tkt_export_close(x);
}


/* Who has done it is another's matter, unless one may read the audit log. */
static void
tkt_export_audit(tkt_export_page_t *x)
{
    tkt_audit_t  e;

    if (!tkt_export_found(x, tkt_audit_load(x->call->txn, x->kept.tenant,
                                 x->kept.number, &e, x->call->arena)))
    {
        return;
    }

    tkt_audit_view(x->call, &e);

    if (x->self
        && !(tkt_actor_permissions(x->call->actor)
             & tkt_bit(TKT_PERM_AUDIT_READ)))
    {
        e.actor = 0;
        e.actor_login = tkt_str("");
        e.request_id = tkt_str("");
    }

    tkt_export_object(x, "audit", &tkt_audit_schema, &e);
}


static void
tkt_export_notice(tkt_export_page_t *x)
{
    tkt_key_t     key;
    tkt_str_t     value;
    tkt_outbox_t  notice;

    tkt_key_outbox(&key, x->kept.tenant, x->kept.number);

    if (tkt_export_found(x, tkt_get(x->call->txn, TKT_DB_OUTBOX, &key, &value)
                            && tkt_record_unpack(&tkt_outbox_schema, value,
                                                 &notice)))
    {
        notice.code = tkt_str("");
        tkt_export_object(x, "notification", &tkt_outbox_schema, &notice);
    }
}


static void
tkt_export_watched(tkt_export_page_t *x)
{
    tkt_ticket_t        t;
    const tkt_caller_t  caller = tkt_export_caller(x);

    if (tkt_export_found(x, tkt_ticket_load_head(x->call->txn,
                                x->kept.tenant, x->kept.ticket, &t))
        && tkt_workflow_visible(&caller))
    {
        tkt_export_open(x, "watched");
        tkt_out_lit(x->out, "{\"ticket\":");
        tkt_out_u64(x->out, t.id);
        tkt_out_lit(x->out, "}");
        tkt_export_close(x);
    }
}


static void
tkt_export_draft(tkt_export_page_t *x)
{
    tkt_draft_t  draft;

    if (tkt_export_found(x, tkt_draft_load(x->call->txn, x->kept.tenant,
                                x->kept.ticket, x->kept.principal, &draft,
                                x->call->arena)))
    {
        tkt_export_object(x, "draft", &tkt_draft_schema, &draft);
    }
}


static void
tkt_export_told(tkt_export_page_t *x)
{
    tkt_notice_t       n;
    tkt_notice_walk_t  w;

    if (tkt_export_found(x,
            tkt_notice_walk(&w, x->call->txn, x->kept.tenant,
                            x->kept.principal, x->kept.number)
            && tkt_notice_walk_next(&w, &n) && n.id == x->kept.number))
    {
        tkt_notice_view(&x->view, &n, w.state.read);
        tkt_export_object(x, "notice", &tkt_notice_schema, &n);
    }
}


/* A view or macro of his own; head begins the room for it. */
static void
tkt_export_own(tkt_export_page_t *x, tkt_config_kind_t kind,
    const tkt_schema_t *schema, const char *name, tkt_config_t *head)
{
    if (tkt_export_found(x, tkt_config_load(x->call->txn, x->kept.tenant, kind,
                                x->kept.principal, x->kept.number, schema,
                                head, x->call->arena)))
    {
        head->title = tkt_config_title(head, x->call->lang);
        tkt_export_object(x, name, schema, head);
    }
}


static void
tkt_export_view(tkt_export_page_t *x)
{
    tkt_view_record_t  view;

    tkt_export_own(x, TKT_CONFIG_VIEW, &tkt_view_schema, "view", &view.head);
}


static void
tkt_export_macro(tkt_export_page_t *x)
{
    tkt_macro_t  macro;

    tkt_export_own(x, TKT_CONFIG_MACRO, &tkt_macro_schema, "macro",
                   &macro.head);
}


static void
tkt_export_member(tkt_export_page_t *x)
{
    tkt_member_t  member;

    if (tkt_export_found(x, tkt_config_load(x->call->txn, x->kept.tenant,
                                TKT_CONFIG_MEMBER, x->kept.number,
                                x->kept.principal, &tkt_member_schema,
                                &member, x->call->arena)))
    {
        tkt_export_open(x, "member");
        tkt_out_lit(x->out, "{\"team\":");
        tkt_out_u64(x->out, x->kept.number);
        tkt_out_lit(x->out, ",\"lead\":");
        tkt_out_raw(x->out, tkt_str_z(member.lead ? "true" : "false"));
        tkt_out_lit(x->out, "}");
        tkt_export_close(x);
    }
}


static void
tkt_export_presence(tkt_export_page_t *x)
{
    tkt_presence_t  p;

    tkt_presence_of(x->call->txn, x->kept.tenant, x->kept.principal, &p);
    p.load = tkt_agent_load(x->call->txn, x->kept.tenant, x->kept.principal);
    tkt_export_object(x, "presence", &tkt_presence_schema, &p);
}


static void
tkt_export_attachment(tkt_export_page_t *x, tkt_relation_t kind,
    uint64_t from, bool internal)
{
    uint64_t          place = x->kept.number;
    tkt_attachment_t  a;

    if (tkt_export_found(x, tkt_attachment_next(x->call->txn, x->kept.tenant,
                                kind, from, &place, &a, x->call->arena)
                            && place == x->kept.number)
        && (!a.internal || internal))
    {
        tkt_export_object(x, "attachment", &tkt_attachment_schema, &a);
    }
}


/* What it holds is had with its token, which is in the record. */
static void
tkt_export_file(tkt_export_page_t *x)
{
    tkt_caller_t  caller = tkt_export_caller(x);

    if (tkt_workflow_visible(&caller)) {
        tkt_export_attachment(x, TKT_RELATION_FILE, x->kept.ticket,
                              tkt_workflow_sees_internal(&caller));
    }
}


static void
tkt_export_upload(tkt_export_page_t *x)
{
    tkt_export_attachment(x, TKT_RELATION_UPLOADED, x->kept.principal, true);
}


static void (*const  tkt_export_kinds[TKT_KEPT_MAX])(tkt_export_page_t *x) = {
    [TKT_KEPT_PRINCIPAL] = tkt_export_principal,
    [TKT_KEPT_TOKEN]     = tkt_export_token,
    [TKT_KEPT_TICKET]    = tkt_export_ticket,
    [TKT_KEPT_MESSAGE]   = tkt_export_message,
    [TKT_KEPT_EVENT]     = tkt_export_event,
    [TKT_KEPT_WRITTEN]   = tkt_export_message,
    [TKT_KEPT_AUDIT]     = tkt_export_audit,
    [TKT_KEPT_NOTICE]    = tkt_export_notice,
    [TKT_KEPT_WATCHED]   = tkt_export_watched,
    [TKT_KEPT_DRAFT]     = tkt_export_draft,
    [TKT_KEPT_TOLD]      = tkt_export_told,
    [TKT_KEPT_FILE]      = tkt_export_file,
    [TKT_KEPT_UPLOAD]    = tkt_export_upload,
    [TKT_KEPT_VIEW]      = tkt_export_view,
    [TKT_KEPT_MACRO]     = tkt_export_macro,
    [TKT_KEPT_MEMBER]    = tkt_export_member,
    [TKT_KEPT_PRESENCE]  = tkt_export_presence,
};


/* ---- a page ---- */

/* "kind,a,b" of a cursor; false, and answered, if it is none of this walk. */
static bool
tkt_export_place(tkt_export_page_t *x, tkt_str_t position)
{
    tkt_str_t          piece;
    tkt_kept_place_t  *p = &x->kept.place;

    if (position.len == 0
        || (tkt_query_piece(&position, &piece)
            && tkt_u64_parse(piece, &p->kind)
            && tkt_query_piece(&position, &piece)
            && tkt_u64_parse(piece, &p->a)
            && tkt_query_piece(&position, &piece)
            && tkt_u64_parse(piece, &p->b) && position.len == 0
            && tkt_kept_place_valid(&x->kept)))
    {
        return true;
    }

    tkt_call_bad_cursor(x->call);

    return false;
}


/* Where the next page goes on; empty if there is none. */
static tkt_str_t
tkt_export_walk(tkt_export_page_t *x, size_t limit)
{
    size_t                   steps;
    const tkt_kept_place_t  *p = &x->kept.place;

    for (steps = 0; tkt_txn_status(x->call->txn) == TKT_OK; steps++) {

        if (steps == TKT_LIST_STEPS_MAX
            || tkt_call_page_full(x->out, 0, x->written, limit))
        {
            return tkt_arena_printf(x->call->arena, "%llu,%llu,%llu",
                                    (unsigned long long) p->kind,
                                    (unsigned long long) p->a,
                                    (unsigned long long) p->b);
        }

        if (!tkt_kept_step(&x->kept)) {
            break;
        }

        if (x->kept.found != TKT_KEPT_NONE) {
            x->view.reader = x->call->actor->role;
            tkt_export_kinds[x->kept.found](x);
        }
    }

    return tkt_str("");
}


/* Whose export it is: the caller's own, or that of the path. */
static bool
tkt_export_whose(tkt_call_t *c, bool self, uint64_t *id)
{
    tkt_user_t  user;

    if (self) {
        *id = c->actor->id;
        return true;
    }

    if (!tkt_call_path_id(c, 0, id)) {
        return false;
    }

    if (tkt_user_load(c->txn, c->actor->tenant, *id, &user, c->arena)) {
        return true;
    }

    tkt_call_fail(c, TKT_NOT_FOUND, NULL);

    return false;
}


void
tkt_op_export(tkt_call_t *c)
{
    bool               self;
    size_t             limit;
    uint64_t           id;
    tkt_out_t          o;
    tkt_str_t          filter, position;
    tkt_export_page_t  x;

    self = strchr(c->op->path, '{') == NULL;

    if (!tkt_export_whose(c, self, &id) || !tkt_call_limit(c, &limit)) {
        return;
    }

    filter = tkt_arena_printf(c->arena, "export %u %llu %llu",
                              c->actor->tenant,
                              (unsigned long long) c->actor->id,
                              (unsigned long long) id);

    x = (tkt_export_page_t) {
        .call = c, .out = &o, .self = self,
        .kept = { .txn = c->txn, .arena = c->arena,
                  .tenant = c->actor->tenant, .principal = id,
                  .kinds = TKT_EXPORT_KINDS },
    };
    tkt_view_init(&x.view, c);

    if (!tkt_call_cursor(c, filter, &position)
        || !tkt_export_place(&x, position))
    {
        return;
    }

    tkt_out_init(&o, c->arena, 16384);
    tkt_out_lit(&o, "{\"data\":[");
    position = tkt_export_walk(&x, limit);
    tkt_call_page(c, &o, filter, position);
    tkt_out_lit(&o, "}");
    tkt_call_answer(c, &o);
}
