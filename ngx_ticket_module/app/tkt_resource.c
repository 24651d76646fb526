/*
 * The generic handlers of configuration resources; see the header.
 */

#include "app/tkt_audit.h"
#include "app/tkt_patch.h"
#include "app/tkt_resource.h"
#include "base/tkt_text.h"


#define TKT_RESOURCE_BYTES  512

/* A uint64_t member by its offset. */
#define tkt_resource_u64(obj, offset)                                         \
    ((uint64_t *) (void *) ((uint8_t *) (obj) + (offset)))
#define tkt_resource_get_u64(obj, offset)                                     \
    (*(const uint64_t *) (const void *) ((const uint8_t *) (obj) + (offset)))


/* One object; NULL, and answered, without memory. */
static void *
tkt_resource_room(tkt_call_t *c, const tkt_resource_t *r)
{
    void  *obj;

    obj = tkt_arena_zalloc(c->arena, r->schema->size);

    if (obj == NULL) {
        tkt_call_fail(c, TKT_BUSY, NULL);
    }

    return obj;
}


static tkt_str_t
tkt_resource_etag(tkt_call_t *c, const tkt_resource_t *r, const void *obj)
{
    return tkt_call_etag(c, r->etag, tkt_resource_get_u64(obj, r->id),
                         tkt_resource_get_u64(obj, r->version));
}


static bool
tkt_resource_unpack(tkt_call_t *c, const tkt_resource_t *r, tkt_str_t value,
    void *obj)
{
    /* what a command holds must survive its puts */

    if (tkt_txn_is_write(c->txn)) {
        value = tkt_arena_copy(c->arena, value);
    }

    if (tkt_record_unpack(r->schema, value, obj)) {
        return true;
    }

    tkt_txn_fail(c->txn, TKT_INTERNAL);

    return false;
}


static bool
tkt_resource_load(tkt_call_t *c, const tkt_resource_t *r, uint64_t id,
    void *obj)
{
    tkt_key_t  key;
    tkt_str_t  value;

    if (r->load != NULL) {
        return r->load(c, id, obj);
    }

    tkt_key_principal(&key, c->actor->tenant, id);

    return tkt_get(c->txn, r->db, &key, &value)
           && tkt_resource_unpack(c, r, value, obj);
}


bool
tkt_resource_find(tkt_call_t *c, const tkt_resource_t *r, void *obj)
{
    uint64_t  id;

    if (!tkt_call_path_id(c, 0, &id)) {
        return false;
    }

    if (tkt_resource_load(c, r, id, obj)) {
        return true;
    }

    tkt_call_fail(c, TKT_NOT_FOUND, NULL);

    return false;
}


/* ---- answers ---- */

static void
tkt_resource_write(tkt_call_t *c, const tkt_resource_t *r, tkt_out_t *o,
    void *obj)
{
    if (r->view != NULL) {
        r->view(c, obj);
    }

    tkt_out_object(o, r->schema, obj, (uint32_t) tkt_bit(c->actor->role),
                   NULL, false);
}


static bool
tkt_resource_blank(void *ctx, const tkt_field_t *f, size_t number)
{
    if ((f->flags & TKT_F_SECRET) && tkt_field_is_str(f)) {
        *tkt_field_str(f, ctx) = tkt_str("");
    }

    return true;
}


/* What a replay of this request answers: all but the secrets. */
static void
tkt_resource_keep(tkt_call_t *c, const tkt_resource_t *r, const void *obj)
{
    void       *copy;
    tkt_out_t   o;

    copy = tkt_resource_room(c, r);
    if (copy == NULL) {
        return;
    }

    memcpy(copy, obj, r->schema->size);
    (void) tkt_schema_walk(r->schema, tkt_resource_blank, copy);

    tkt_out_init(&o, c->arena, TKT_RESOURCE_BYTES);
    tkt_out_object(&o, r->schema, copy, (uint32_t) tkt_bit(c->actor->role),
                   NULL, false);
    c->keep = tkt_out_text(&o);
}


void
tkt_resource_answer(tkt_call_t *c, const tkt_resource_t *r, void *obj)
{
    tkt_out_t  o;

    tkt_out_init(&o, c->arena, TKT_RESOURCE_BYTES);
    tkt_resource_write(c, r, &o, obj);
    tkt_call_answer(c, &o);

    c->reply->etag = tkt_resource_etag(c, r, obj);

    if (c->op->flags & TKT_OP_SECRET) {
        tkt_resource_keep(c, r, obj);
    }
}


void
tkt_resource_show(tkt_call_t *c, const tkt_resource_t *r, void *obj)
{
    if (!tkt_call_not_modified(c, tkt_resource_etag(c, r, obj))) {
        tkt_resource_answer(c, r, obj);
    }
}


tkt_str_t
tkt_resource_location(tkt_call_t *c, const tkt_resource_t *r, uint64_t id)
{
    return tkt_arena_printf(c->arena, "%.*s%s/%llu", (int) c->mount.len,
                            (const char *) c->mount.data, r->path,
                            (unsigned long long) id);
}


void
tkt_resource_get(tkt_call_t *c)
{
    void  *obj;

    obj = tkt_resource_room(c, c->op->resource);

    if (obj != NULL && tkt_resource_find(c, c->op->resource, obj)) {
        tkt_resource_show(c, c->op->resource, obj);
    }
}


/* ---- lists ---- */

/* A list under way: obj is the one at hand. */
typedef struct {
    tkt_call_t            *call;
    const tkt_resource_t  *resource;
    void                  *obj;
    uint64_t               last;      /* id of what was written last         */
    size_t                 limit;
    size_t                 count;
    tkt_out_t              out;
} tkt_resource_list_t;


/* False if the page was full before this one. */
static bool
tkt_resource_add(tkt_resource_list_t *l)
{
    if (l->count == l->limit) {
        return false;
    }

    l->count++;
    l->last = tkt_resource_get_u64(l->obj, l->resource->id);
    tkt_out_comma(&l->out);
    tkt_resource_write(l->call, l->resource, &l->out, l->obj);

    return true;
}


/* By the resource's own order; true: there is more. */
static bool
tkt_resource_walk(tkt_resource_list_t *l)
{
    uint64_t  id;

    for (id = l->resource->next(l->call, l->last); id != 0;
         id = l->resource->next(l->call, id))
    {
        if (!tkt_resource_load(l->call, l->resource, id, l->obj)) {
            tkt_txn_fail(l->call->txn, TKT_INTERNAL);
            return false;
        }

        if (!tkt_resource_add(l)) {
            return true;
        }
    }

    return false;
}


/* By the keys of the caller's tenant; true: there is more. */
static bool
tkt_resource_scan(tkt_resource_list_t *l)
{
    bool        more;
    tkt_key_t   prefix, start;
    tkt_scan_t  scan;

    tkt_key_tenant(&prefix, l->call->actor->tenant);
    tkt_key_principal(&start, l->call->actor->tenant, l->last + 1);
    tkt_scan_open(&scan, l->call->txn, l->resource->db, &prefix, &start,
                  false);

    for (more = false; !more && tkt_scan_next(&scan); /* void */) {

        if (!tkt_resource_unpack(l->call, l->resource, scan.value, l->obj)) {
            break;
        }

        more = !tkt_resource_add(l);
    }

    tkt_scan_close(&scan);

    return more;
}


void
tkt_resource_list(tkt_call_t *c)
{
    bool                 more;
    size_t               n;
    uint8_t              last[TKT_U64_MAX_CHARS];
    tkt_str_t            filter, position;
    tkt_resource_list_t  l = { .call = c, .resource = c->op->resource };

    filter = tkt_arena_printf(c->arena, "%s %u", l.resource->name,
                              c->actor->tenant);

    if (!tkt_call_limit(c, &l.limit)
        || !tkt_call_cursor(c, filter, &position))
    {
        return;
    }

    l.obj = tkt_resource_room(c, l.resource);
    if (l.obj == NULL) {
        return;
    }

    (void) tkt_u64_parse(position, &l.last);

    tkt_out_init(&l.out, c->arena, 512 + l.limit * TKT_RESOURCE_BYTES);
    tkt_out_lit(&l.out, "{\"data\":[");

    more = (l.resource->next != NULL) ? tkt_resource_walk(&l)
                                      : tkt_resource_scan(&l);

    n = more ? tkt_u64_format(last, l.last) : 0;
    tkt_call_page(c, &l.out, filter, (tkt_str_t) { last, n });
    tkt_out_lit(&l.out, "}");
    tkt_call_answer(c, &l.out);
}


/* ---- changes ---- */

static void
tkt_resource_save(tkt_call_t *c, const tkt_resource_t *r, const void *before,
    void *after)
{
    tkt_key_t  key;

    if (r->save != NULL) {
        r->save(c, before, after);
        return;
    }

    tkt_key_principal(&key, c->actor->tenant,
                      tkt_resource_get_u64(after != NULL ? after : before,
                                           r->id));

    if (after == NULL) {
        (void) tkt_delete(c->txn, r->db, &key);
        return;
    }

    tkt_put(c->txn, r->db, &key,
            tkt_record_pack(r->schema, after, NULL, c->arena));
}


static void
tkt_resource_note(tkt_call_t *c, const tkt_resource_t *r,
    tkt_audit_act_t act, const void *before, const void *after,
    tkt_str_t reason)
{
    tkt_audit_note_t  note = {
        .act = act,
        .object = r->object,
        .object_id = tkt_resource_get_u64(after != NULL ? after : before,
                                          r->id),
        .before = before,
        .after = after,
        .reason = reason,
    };

    tkt_audit_append(c, c->actor->tenant, &note);
}


void
tkt_resource_store(tkt_call_t *c, const tkt_resource_t *r,
    const void *before, void *after, tkt_audit_act_t act, tkt_str_t reason)
{
    uint64_t  now_ms;

    now_ms = (uint64_t) tkt_txn_stamp(c->txn, c->now_ms);

    ++*tkt_resource_u64(after, r->version);
    *tkt_resource_u64(after, r->updated_at) = now_ms;

    if (before == NULL) {
        *tkt_resource_u64(after, r->created_at) = now_ms;
    }

    tkt_resource_save(c, r, before, after);
    tkt_resource_note(c, r, act, before, after, reason);
}


void
tkt_resource_create(tkt_call_t *c)
{
    void                  *obj;
    const tkt_resource_t  *r = c->op->resource;

    obj = tkt_resource_room(c, r);
    if (obj == NULL) {
        return;
    }

    memcpy(obj, c->input, r->schema->size);

    if (r->tenant != 0) {
        *tkt_resource_u64(obj, r->tenant) = c->actor->tenant;
    }

    if (r->check != NULL && !r->check(c, NULL, obj)) {
        return;
    }

    *tkt_resource_u64(obj, r->id) = tkt_txn_next(c->txn, r->seq);
    tkt_resource_store(c, r, NULL, obj, TKT_AUDIT_CREATE, tkt_str(""));

    tkt_resource_answer(c, r, obj);
    c->reply->location = tkt_resource_location(c, r,
                             tkt_resource_get_u64(obj, r->id));
}


void
tkt_resource_change(tkt_call_t *c, const tkt_resource_t *r,
    const void *before)
{
    void  *after;

    if (!tkt_call_if_match(c, tkt_resource_etag(c, r, before))) {
        return;
    }

    after = tkt_resource_room(c, r);

    if (after == NULL || !tkt_patch_apply(c, before, after)
        || (r->check != NULL && !r->check(c, before, after)))
    {
        return;
    }

    /* as with tickets: what changes nothing leaves no trace */

    if (tkt_changes_pack(r->schema, before, after, c->arena).len > 0) {
        tkt_resource_store(c, r, before, after, TKT_AUDIT_CHANGE,
                           tkt_str(""));
    }

    tkt_resource_answer(c, r, after);
}


void
tkt_resource_patch(tkt_call_t *c)
{
    void  *before;

    before = tkt_resource_room(c, c->op->resource);

    if (before != NULL && tkt_resource_find(c, c->op->resource, before)) {
        tkt_resource_change(c, c->op->resource, before);
    }
}


void
tkt_resource_delete(tkt_call_t *c)
{
    void                  *obj;
    const tkt_resource_t  *r = c->op->resource;

    obj = tkt_resource_room(c, r);

    if (obj == NULL || !tkt_resource_find(c, r, obj)
        || !tkt_call_if_match(c, tkt_resource_etag(c, r, obj))
        || (r->may_delete != NULL && !r->may_delete(c, obj)))
    {
        return;
    }

    tkt_resource_save(c, r, obj, NULL);
    tkt_resource_note(c, r, TKT_AUDIT_DELETE, obj, NULL, tkt_str(""));

    c->reply->http = c->op->success;
}
