/*
 * Export: walks over one database after another in short transactions.
 */

#include "app/privacy/tkt_export.h"
#include "app/ticket/tkt_view.h"
#include "app/who/tkt_tenant_tree.h"


/* One transaction ends after the first of these. */
#define TKT_EXPORT_RECORDS_MAX  200
#define TKT_EXPORT_BYTES_MAX    (512 * 1024)

/* The role whose view is written. */
#define TKT_EXPORT_READER       ((uint32_t) tkt_bit(TKT_ROLE_ADMIN))


typedef struct tkt_export_s  tkt_export_t;

typedef struct {
    const char  *name;
    tkt_db_t     db;
    bool       (*write)(tkt_export_t *x, const tkt_scan_t *scan);
} tkt_export_kind_t;

struct tkt_export_s {
    tkt_call_t                call;
    tkt_reply_t               reply;       /* the views write notes in it    */
    tkt_actor_t               actor;       /* the tenant at hand             */
    tkt_view_t                view;
    tkt_out_t                 out;
    tkt_arena_t               arena;
    tkt_present_t             ticket_rows;
    const tkt_export_kind_t  *kind;
    uint64_t                  lines;
};


/* ---- lines ---- */

/* Makes a tenant the one whose names are looked up. */
static void
tkt_export_tenant(tkt_export_t *x, uint32_t id)
{
    if (x->actor.tenant != id) {
        (void) tkt_actor_tenant(x->call.txn, id, &x->actor);
        tkt_view_init(&x->view, &x->call);
    }
}


static void
tkt_export_line(tkt_export_t *x, bool of_tenant, const tkt_schema_t *schema,
    const void *obj, const tkt_present_t *only)
{
    tkt_out_lit(&x->out, "{");
    tkt_out_name(&x->out, "kind");
    tkt_out_string_z(&x->out, x->kind->name);

    if (of_tenant) {
        tkt_out_name(&x->out, "tenant");
        tkt_out_string_z(&x->out, x->actor.tenant_name);
    }

    tkt_out_name(&x->out, "data");
    tkt_out_object(&x->out, schema, obj, TKT_EXPORT_READER, only, false);
    tkt_out_lit(&x->out, "}\n");
    x->lines++;
}


static bool
tkt_export_tenant_row(tkt_export_t *x, const tkt_scan_t *scan)
{
    tkt_tenant_t  tenant;

    if (!tkt_record_unpack(&tkt_tenant_schema, scan->value, &tenant)) {
        return false;
    }

    tkt_export_line(x, false, &tkt_tenant_schema, &tenant, NULL);

    return true;
}


static bool
tkt_export_user(tkt_export_t *x, const tkt_scan_t *scan)
{
    tkt_user_t  user;

    if (!tkt_record_unpack(&tkt_user_schema, scan->value, &user)) {
        return false;
    }

    tkt_export_tenant(x, (uint32_t) user.tenant);
    user.tenant_name = tkt_str_z(x->actor.tenant_name);
    tkt_export_line(x, true, &tkt_user_schema, &user, NULL);

    return true;
}


static bool
tkt_export_ticket(tkt_export_t *x, const tkt_scan_t *scan)
{
    tkt_ticket_t  t;

    if (!tkt_record_unpack(&tkt_ticket_schema, scan->value, &t)
        || (t.long_text
            && !tkt_ticket_load_big(x->call.txn, &t, &x->arena)))
    {
        return false;
    }

    tkt_export_tenant(x, (uint32_t) t.tenant);
    tkt_view_ticket(&x->view, &t);
    tkt_export_line(x, true, &tkt_ticket_schema, &t, &x->ticket_rows);

    return true;
}


/* The record of a message; pieces of texts are passed over. */
static bool
tkt_export_message(tkt_export_t *x, const tkt_scan_t *scan)
{
    uint32_t       tenant, number;
    tkt_unkey_t    u;
    tkt_message_t  m;

    tkt_unkey_start(&u, scan->key);
    tenant = tkt_unkey_u32(&u);
    (void) tkt_unkey_u64(&u);
    number = tkt_unkey_u32(&u);

    if (number == 0 || tkt_unkey_u16(&u) != 0) {
        return true;
    }

    if (!tkt_message_load(x->call.txn, scan->key, scan->value, &m,
                          &x->arena))
    {
        return false;
    }

    tkt_export_tenant(x, tenant);
    tkt_view_message(&x->view, &m);
    tkt_export_line(x, true, &tkt_message_schema, &m, NULL);

    return true;
}


/* An event; pieces of a long change list are passed over. */
static bool
tkt_export_event(tkt_export_t *x, const tkt_scan_t *scan)
{
    tkt_event_t  e;
    tkt_unkey_t  u;

    if (scan->key.len != sizeof(e.id)) {
        return true;
    }

    tkt_unkey_start(&u, scan->key);

    if (!tkt_event_load(x->call.txn, tkt_unkey_u64(&u), &e, &x->arena)) {
        return false;
    }

    tkt_export_tenant(x, (uint32_t) e.tenant);
    tkt_view_event(&x->view, &e);
    tkt_export_line(x, true, &tkt_event_schema, &e, NULL);

    return true;
}


static const tkt_export_kind_t  tkt_export_kinds[] = {
    { "tenant",  TKT_DB_TENANT,    tkt_export_tenant_row },
    { "user",    TKT_DB_PRINCIPAL, tkt_export_user },
    { "ticket",  TKT_DB_TICKET,    tkt_export_ticket },
    { "message", TKT_DB_MESSAGE,   tkt_export_message },
    { "event",   TKT_DB_EVENT,     tkt_export_event },
};


/* ---- walks ---- */

/*
 * One transaction's share of a database.  `after` is the last key of the
 * share before, empty at the beginning; *more: there is another share.
 */
static tkt_status_t
tkt_export_share(tkt_export_t *x, tkt_key_t *after, bool *more)
{
    size_t       n;
    tkt_key_t    all, from;
    tkt_txn_t   *txn = x->call.txn;
    tkt_scan_t   scan;

    *more = false;
    from = *after;

    if (from.len > 0) {
        /* the least key that is greater */
        tkt_key_u8(&from, 0);
    }

    /* names of the last snapshot are not to be read any more */

    x->actor.tenant = 0;
    tkt_view_init(&x->view, &x->call);
    tkt_out_init(&x->out, &x->arena, 65536);

    tkt_key_start(&all);
    tkt_scan_open(&scan, txn, x->kind->db, &all,
                  from.len > 0 ? &from : NULL, false);

    for (n = 0; tkt_scan_next(&scan); n++) {

        if (n == TKT_EXPORT_RECORDS_MAX
            || x->out.pos - x->out.start > TKT_EXPORT_BYTES_MAX)
        {
            *more = true;
            break;
        }

        tkt_key_start(after);
        tkt_key_bytes(after, scan.key);

        if (!x->kind->write(x, &scan)) {
            tkt_txn_fail(txn, TKT_INTERNAL);
        }
    }

    tkt_scan_close(&scan);

    if (x->out.failed || x->arena.failed) {
        tkt_txn_fail(txn, TKT_BUSY);
    }

    return tkt_txn_status(txn);
}


/* A database to its end; false in *go when the receiver wants no more. */
static tkt_status_t
tkt_export_walk(tkt_export_t *x, tkt_key_t *after, tkt_export_write_t write,
    void *ctx, bool *go)
{
    bool          more;
    tkt_str_t     text;
    tkt_status_t  status;

    do {
        status = tkt_txn_renew(x->call.txn);
        if (status != TKT_OK) {
            return status;
        }

        status = tkt_export_share(x, after, &more);
        tkt_txn_reset(x->call.txn);

        text = tkt_out_text(&x->out);

        if (status == TKT_OK && text.len > 0) {
            *go = write(ctx, text);
        }

        tkt_arena_done(&x->arena);

    } while (status == TKT_OK && more && *go);

    return status;
}


/* Rows of a ticket that are the same for every caller. */
static void
tkt_export_rows(tkt_present_t *rows)
{
    size_t              i, n, number;
    const tkt_field_t  *f;

    memset(rows, 0, sizeof(*rows));

    for (i = 0, number = 0; i < tkt_ticket_schema.count; i++) {
        f = &tkt_ticket_schema.fields[i];

        if (f->offset == offsetof(tkt_ticket_t, state_label)
            || f->offset == offsetof(tkt_ticket_t, next)
            || f->offset == offsetof(tkt_ticket_t, allowed_actions))
        {
            number += tkt_field_span(f);
            continue;
        }

        for (n = tkt_field_span(f); n > 0; n--) {
            tkt_present_set(rows, number);
            number++;
        }
    }
}


tkt_status_t
tkt_app_export(tkt_txn_t *read, bool events_only, uint64_t since,
    tkt_export_write_t write, void *ctx, uint64_t *lines)
{
    bool                      go;
    tkt_key_t                 after;
    tkt_export_t              x = { .lines = 0 };
    tkt_status_t              status;
    const tkt_export_kind_t  *end;

    x.call = (tkt_call_t) {
        .txn = read, .arena = &x.arena, .actor = &x.actor,
        .reply = &x.reply,
    };
    x.actor.role = TKT_ROLE_ADMIN;
    tkt_arena_init(&x.arena, 65536);
    tkt_export_rows(&x.ticket_rows);

    end = tkt_export_kinds + tkt_array_len(tkt_export_kinds);
    x.kind = events_only ? end - 1 : tkt_export_kinds;
    status = TKT_OK;

    for (go = true; x.kind != end && go && status == TKT_OK; x.kind++) {
        tkt_key_start(&after);

        if (events_only) {
            tkt_key_event(&after, since);
        }

        status = tkt_export_walk(&x, &after, write, ctx, &go);
    }

    tkt_arena_done(&x.arena);
    *lines = x.lines;

    return status;
}
