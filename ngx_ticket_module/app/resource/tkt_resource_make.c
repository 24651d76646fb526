/*
 * Making and deleting resources; see the header.
 */

#include "app/resource/tkt_resource_int.h"


/* How many there are of a kind and parent, up to `most`. */
static size_t
tkt_resource_count(tkt_call_t *c, uint8_t kind, uint64_t parent, size_t most)
{
    size_t      n;
    tkt_key_t   prefix;
    tkt_scan_t  scan;

    tkt_key_config_kind(&prefix, c->actor->tenant, kind);
    tkt_key_u64(&prefix, parent);
    tkt_scan_open(&scan, c->txn, TKT_DB_CONFIG, &prefix, NULL, false);

    for (n = 0; n < most && tkt_scan_next(&scan); n++) { /* void */ }

    tkt_scan_close(&scan);

    return n;
}


bool
tkt_resource_has_room(tkt_call_t *c, const tkt_resource_t *r,
    uint64_t parent, size_t more)
{
    size_t  n, most;

    most = (r->most != 0) ? r->most
           : (r->owner != 0 && parent != 0) ? TKT_CONFIG_OWN_MAX
           : TKT_CONFIG_PER_KIND_MAX;
    n = tkt_resource_count(c, r->kind, parent, most);

    if (n + more <= most) {
        return true;
    }

    if (more > 1) {
        tkt_call_fail(c, TKT_CONFLICT, "with %u more there would be more than "
                      "%u %s", (unsigned) more, (unsigned) most, r->name);

    } else {
        tkt_call_fail(c, TKT_CONFLICT, "there are %u %s, as many as there may "
                      "be", (unsigned) most, r->name);
    }

    return false;
}


/* What all of the configuration have: a free name, and a bound. */
static bool
tkt_resource_check_new(tkt_call_t *c, const tkt_resource_t *r,
    const tkt_config_t *head)
{
    if (r->named
        && tkt_config_by_name(c->txn, c->actor->tenant,
                              (tkt_config_kind_t) r->kind, head->parent,
                              head->name) != 0)
    {
        tkt_call_fail(c, TKT_CONFLICT, "this name is taken");
        return false;
    }

    return !r->ordered || tkt_resource_has_room(c, r, head->parent, 1);
}


/* Looks for the number of the row over `active`. */
typedef struct {
    const tkt_call_t  *call;
    bool               sent;
} tkt_resource_sent_t;


static bool
tkt_resource_row_sent(void *ctx, const tkt_field_t *f, size_t number)
{
    tkt_resource_sent_t  *x = ctx;

    if (f->type == TKT_T_BOOL && f->offset == offsetof(tkt_config_t, active)) {
        x->sent = tkt_present_has(x->call->present, number);
        return false;
    }

    return true;
}


/* What a new one of the configuration begins with. */
static void
tkt_resource_begin(tkt_call_t *c, const tkt_resource_t *r, tkt_config_t *head)
{
    tkt_resource_sent_t  x = { c, false };

    head->parent = tkt_resource_parent(c, r);
    (void) tkt_schema_walk(r->schema, tkt_resource_row_sent, &x);

    if (!x.sent) {
        head->active = 1;
    }
}


void
tkt_resource_create(tkt_call_t *c)
{
    void                  *obj;
    const tkt_resource_t  *r = c->op->resource;

    obj = tkt_resource_room(c, r);
    if (obj == NULL || !tkt_resource_find_above(c, r)) {
        return;
    }

    memcpy(obj, c->input, r->schema->size);

    if (r->tenant != 0) {
        *tkt_resource_u64(obj, r->tenant) = c->actor->tenant;
    }

    if (r->kind != TKT_CONFIG_NONE) {
        tkt_resource_begin(c, r, obj);
    }

    if (r->check != NULL && !r->check(c, NULL, obj)) {
        return;
    }

    if (r->owner != 0) {
        ((tkt_config_t *) obj)->parent = tkt_resource_get_u64(obj, r->owner);
    }

    if ((r->kind != TKT_CONFIG_NONE && !tkt_resource_check_new(c, r, obj))
        || !tkt_resource_fits(c, r, obj))
    {
        return;
    }

    *tkt_resource_u64(obj, r->id) = tkt_txn_next(c->txn, r->seq);
    tkt_resource_store(c, r, NULL, obj, TKT_AUDIT_CREATE, tkt_str(""));

    tkt_resource_answer(c, r, obj);
    c->reply->location = tkt_resource_location(c, r,
                             tkt_resource_get_u64(obj, r->id));
}


/* False, and answered, while something belongs to it. */
static bool
tkt_resource_is_bare(tkt_call_t *c, const tkt_resource_t *r, const void *obj)
{
    size_t                  i, count;
    const tkt_operation_t  *ops;
    const tkt_resource_t   *child;

    ops = tkt_operations(&count);

    for (i = 0; i < count; i++) {
        child = ops[i].resource;

        if (child != NULL && child->above == r
            && tkt_resource_count(c, child->kind,
                                  tkt_resource_get_u64(obj, r->id), 1) > 0)
        {
            tkt_call_fail(c, TKT_CONFLICT, "delete its %s first",
                          child->name);
            return false;
        }
    }

    return true;
}


bool
tkt_resource_may_share(const tkt_call_t *c)
{
    return (tkt_actor_permissions(c->actor)
            & tkt_bit(TKT_PERM_DESK_SHARE)) != 0;
}


/* Of one with an owner: his own, or shared and he may share. */
static bool
tkt_resource_is_his(tkt_call_t *c, const tkt_resource_t *r, const void *obj)
{
    if (r->owner == 0 || tkt_resource_get_u64(obj, r->owner) != 0
        || tkt_resource_may_share(c))
    {
        return true;
    }

    tkt_call_fail(c, TKT_FORBIDDEN, "this is everybody's");

    return false;
}


void
tkt_resource_delete(tkt_call_t *c)
{
    void                  *obj;
    const tkt_resource_t  *r = c->op->resource;

    obj = tkt_resource_room(c, r);

    if (obj == NULL || !tkt_resource_find(c, r, obj)
        || !tkt_call_if_match(c, tkt_resource_etag(c, r, obj))
        || !tkt_resource_is_bare(c, r, obj)
        || !tkt_resource_is_his(c, r, obj)
        || (r->may_delete != NULL && !r->may_delete(c, obj)))
    {
        return;
    }

    tkt_resource_save(c, r, obj, NULL);
    tkt_resource_note(c, r, TKT_AUDIT_DELETE, obj, NULL, tkt_str(""));

    c->reply->http = c->op->success;
}
