/*
 * The generic handlers of configuration resources; see the header.  Lists are
 * in tkt_resource_list.c, making and deleting in tkt_resource_make.c.
 */

#include "app/resource/tkt_patch.h"
#include "app/resource/tkt_resource_int.h"
#include "base/tkt_text.h"


#define tkt_resource_head(obj)  ((tkt_config_t *) (obj))


/* ---- finding one ---- */

void *
tkt_resource_room(tkt_call_t *c, const tkt_resource_t *r)
{
    void  *obj;

    obj = tkt_arena_zalloc(c->arena, r->schema->size);

    if (obj == NULL) {
        tkt_call_fail(c, TKT_BUSY, NULL);
    }

    return obj;
}


bool
tkt_resource_may_write(const tkt_call_t *c, const tkt_resource_t *r)
{
    size_t                  i, count;
    const tkt_operation_t  *ops;

    ops = tkt_operations(&count);

    for (i = 0; i < count; i++) {
        if (ops[i].resource == r && ops[i].kind == TKT_OP_COMMAND) {
            return (tkt_actor_permissions(c->actor)
                    & tkt_bit(ops[i].permission)) != 0;
        }
    }

    return false;
}


uint64_t
tkt_resource_parent(const tkt_call_t *c, const tkt_resource_t *r)
{
    uint64_t  id;

    return (r->above != NULL && tkt_u64_parse(c->segments[0], &id)) ? id : 0;
}


static void
tkt_resource_key(tkt_key_t *k, const tkt_resource_t *r, uint32_t tenant,
    uint64_t parent, uint64_t id)
{
    if (r->kind == TKT_CONFIG_NONE) {
        tkt_key_principal(k, tenant, id);

    } else {
        tkt_key_config(k, tenant, r->kind, parent, id);
    }
}


bool
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


bool
tkt_resource_load(tkt_call_t *c, const tkt_resource_t *r, uint64_t id,
    void *obj)
{
    tkt_key_t  key;
    tkt_str_t  value;

    if (r->load != NULL) {
        return r->load(c, id, obj);
    }

    tkt_resource_key(&key, r, c->actor->tenant, tkt_resource_parent(c, r),
                     id);

    return tkt_get(c->txn, r->db, &key, &value)
           && tkt_resource_unpack(c, r, value, obj);
}


bool
tkt_resource_find_above(tkt_call_t *c, const tkt_resource_t *r)
{
    void  *parent;

    if (r->above == NULL) {
        return true;
    }

    parent = tkt_resource_room(c, r->above);

    return parent != NULL && tkt_resource_find(c, r->above, parent);
}


bool
tkt_resource_find(tkt_call_t *c, const tkt_resource_t *r, void *obj)
{
    uint64_t  id;

    if (!tkt_resource_find_above(c, r)
        || !tkt_call_path_id(c, r->above == NULL ? 0 : 1, &id))
    {
        return false;
    }

    if (tkt_resource_load(c, r, id, obj)
        && (!r->ordered || tkt_resource_head(obj)->active
            || tkt_resource_may_write(c, r)))
    {
        return true;
    }

    tkt_call_fail(c, TKT_NOT_FOUND, NULL);

    return false;
}


/* ---- answers ---- */

tkt_str_t
tkt_resource_etag(tkt_call_t *c, const tkt_resource_t *r, const void *obj)
{
    return tkt_call_etag(c, r->etag, tkt_resource_get_u64(obj, r->id),
                         tkt_resource_get_u64(obj, r->version));
}


void
tkt_resource_write(tkt_call_t *c, const tkt_resource_t *r, tkt_out_t *o,
    void *obj)
{
    tkt_config_t  *head = obj;

    if (r->kind != TKT_CONFIG_NONE) {
        head->title = tkt_config_title(head, c->lang);
    }

    if (r->view != NULL) {
        r->view(c, obj);
    }

    tkt_out_object(o, r->schema, obj, (uint32_t) tkt_bit(c->actor->role),
                   NULL, false);

    if (r->more != NULL && !o->failed) {
        o->pos--;    /* open the object again */
        r->more(c, obj, o);
        tkt_out_lit(o, "}");
    }
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
    tkt_out_t    o;
    const char  *p;

    tkt_out_init(&o, c->arena, 128);
    tkt_out_raw(&o, c->mount);

    /* the only variable part of a path of this table is the parent's id */

    p = strchr(r->path, '{');

    if (p == NULL) {
        tkt_out_raw(&o, tkt_str_z(r->path));

    } else {
        tkt_out_raw(&o, (tkt_str_t) { (const uint8_t *) r->path,
                                      (size_t) (p - r->path) });
        tkt_out_u64(&o, tkt_resource_parent(c, r));
        tkt_out_raw(&o, tkt_str_z(strchr(p, '}') + 1));
    }

    tkt_out_lit(&o, "/");
    tkt_out_u64(&o, id);

    return tkt_out_text(&o);
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


/* ---- changes ---- */

/* The entry by which a name is taken and found. */
static void
tkt_resource_put_name(tkt_call_t *c, const tkt_resource_t *r,
    const tkt_config_t *before, const tkt_config_t *after)
{
    tkt_key_t            key, id;
    const tkt_config_t  *head = (after != NULL) ? after : before;

    tkt_key_config_name(&key, c->actor->tenant, (tkt_config_kind_t) r->kind,
                        head->parent, head->name);

    if (after == NULL) {
        (void) tkt_delete(c->txn, r->db, &key);

    } else if (before == NULL) {
        tkt_key_start(&id);
        tkt_key_u64(&id, head->id);
        tkt_put(c->txn, r->db, &key, (tkt_str_t) { id.data, id.len });
    }
}


void
tkt_resource_put(tkt_call_t *c, const tkt_resource_t *r, const void *before,
    void *after)
{
    uint64_t     parent;
    tkt_key_t    key;
    const void  *obj = (after != NULL) ? after : before;

    parent = (r->kind == TKT_CONFIG_NONE)
             ? 0 : ((const tkt_config_t *) obj)->parent;

    tkt_resource_key(&key, r, c->actor->tenant, parent,
                     tkt_resource_get_u64(obj, r->id));

    if (r->named) {
        tkt_resource_put_name(c, r, before, after);
    }

    if (after == NULL) {
        (void) tkt_delete(c->txn, r->db, &key);
        return;
    }

    tkt_put(c->txn, r->db, &key,
            tkt_record_pack(r->schema, after, NULL, c->arena));
}


void
tkt_resource_save(tkt_call_t *c, const tkt_resource_t *r, const void *before,
    void *after)
{
    if (r->save != NULL) {
        r->save(c, before, after);

    } else {
        tkt_resource_put(c, r, before, after);
    }
}


void
tkt_resource_note(tkt_call_t *c, const tkt_resource_t *r,
    tkt_audit_act_t act, const void *before, const void *after,
    tkt_str_t reason)
{
    const void        *obj = (after != NULL) ? after : before;
    tkt_audit_note_t   note = {
        .act = act,
        .object = r->object,
        .object_id = tkt_resource_get_u64(obj, r->id),
        .parent_id = (r->kind == TKT_CONFIG_NONE)
                     ? 0 : ((const tkt_config_t *) obj)->parent,
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


bool
tkt_resource_fits(tkt_call_t *c, const tkt_resource_t *r, const void *obj)
{
    if (tkt_record_pack(r->schema, obj, NULL, c->arena).len
        <= TKT_CONFIG_RECORD_MAX_BYTES)
    {
        return true;
    }

    tkt_call_invalid(c, "", "too-long",
                     "all texts together are longer than 16384 bytes");

    return false;
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
        || (r->check != NULL && !r->check(c, before, after))
        || !tkt_resource_fits(c, r, after))
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
