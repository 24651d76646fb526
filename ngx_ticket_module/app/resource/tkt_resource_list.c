/*
 * Lists of resources: by the resource's own order, by position, or by id.
 */

#include <stdlib.h>

#include "app/resource/tkt_resource_int.h"
#include "base/tkt_text.h"


#define TKT_RESOURCE_CURSOR_CHARS  (2 * TKT_U64_MAX_CHARS + 1)


/* Where an entry stands in its list; position is 0 where there is none. */
typedef struct {
    uint64_t  position;
    uint64_t  id;
} tkt_resource_place_t;

/* A list under way: obj is the one at hand. */
typedef struct {
    tkt_call_t            *call;
    const tkt_resource_t  *resource;
    void                  *obj;
    tkt_resource_place_t   last;      /* of what was written last            */
    size_t                 limit;
    size_t                 count;
    tkt_out_t              out;
} tkt_resource_list_t;


/* False if the page was full before this one. */
static bool
tkt_resource_add(tkt_resource_list_t *l)
{
    const tkt_config_t  *head = l->obj;

    if (tkt_call_page_full(&l->out, 0, l->count, l->limit)) {
        return false;
    }

    l->count++;
    l->last.id = tkt_resource_get_u64(l->obj, l->resource->id);
    l->last.position = l->resource->ordered ? head->position : 0;
    tkt_out_comma(&l->out);
    tkt_resource_write(l->call, l->resource, &l->out, l->obj);

    return true;
}


/* One that was found before; false if the page is full or on failure. */
static bool
tkt_resource_add_id(tkt_resource_list_t *l, uint64_t id, bool *more)
{
    if (!tkt_resource_load(l->call, l->resource, id, l->obj)) {
        tkt_txn_fail(l->call->txn, TKT_INTERNAL);
        return false;
    }

    *more = !tkt_resource_add(l);

    return !*more;
}


/* By the resource's own order; true: there is more. */
static bool
tkt_resource_walk(tkt_resource_list_t *l)
{
    bool      more;
    uint64_t  id;

    more = false;
    id = l->resource->next(l->call, l->last.id);

    while (id != 0 && tkt_resource_add_id(l, id, &more)) {
        id = l->resource->next(l->call, id);
    }

    return more;
}


/* ---- by keys ---- */

/* The caller's tenant's, or those of the parent, from `id` on. */
static void
tkt_resource_open(tkt_resource_list_t *l, tkt_scan_t *scan, uint64_t parent,
    uint64_t id)
{
    uint32_t               tenant = l->call->actor->tenant;
    tkt_key_t              prefix, start;
    const tkt_resource_t  *r = l->resource;

    if (r->kind == TKT_CONFIG_NONE) {
        tkt_key_tenant(&prefix, tenant);
        tkt_key_principal(&start, tenant, id);

    } else {
        tkt_key_config_kind(&prefix, tenant, r->kind);
        tkt_key_u64(&prefix, parent);
        tkt_key_config(&start, tenant, r->kind, parent, id);
    }

    tkt_scan_open(scan, l->call->txn, r->db, &prefix, &start, false);
}


/*
 * The next of the scan that the caller may see, into l->obj; false at the
 * end.  A resource with a loader of its own says there who may see what.
 */
static bool
tkt_resource_step(tkt_resource_list_t *l, tkt_scan_t *scan)
{
    tkt_call_t            *c = l->call;
    const tkt_resource_t  *r = l->resource;

    while (tkt_scan_next(scan)) {

        if (!tkt_resource_unpack(c, r, scan->value, l->obj)) {
            return false;
        }

        if (r->load == NULL
            || r->load(c, tkt_resource_get_u64(l->obj, r->id), l->obj))
        {
            return true;
        }
    }

    return false;
}


/* True: there is more. */
static bool
tkt_resource_scan(tkt_resource_list_t *l)
{
    bool        more;
    tkt_scan_t  scan;

    tkt_resource_open(l, &scan, tkt_resource_parent(l->call, l->resource),
                      l->last.id + 1);

    for (more = false; !more && tkt_resource_step(l, &scan); /* void */) {
        more = !tkt_resource_add(l);
    }

    tkt_scan_close(&scan);

    return more;
}


/* ---- by position ---- */

static int
tkt_resource_compare(const void *a, const void *b)
{
    const tkt_resource_place_t  *x = a, *y = b;

    if (x->position != y->position) {
        return x->position < y->position ? -1 : 1;
    }

    return (x->id > y->id) - (x->id < y->id);
}


/* Adds the places of a parent's that are behind l->last to the n there are. */
static size_t
tkt_resource_places_of(tkt_resource_list_t *l, uint64_t parent,
    tkt_resource_place_t *places, size_t n)
{
    bool                   all;
    tkt_scan_t             scan;
    const tkt_config_t    *head = l->obj;
    tkt_resource_place_t   place;

    all = tkt_resource_may_write(l->call, l->resource);
    tkt_resource_open(l, &scan, parent, 0);

    while (n < TKT_RESOURCE_PLACES_MAX && tkt_resource_step(l, &scan)) {
        place = (tkt_resource_place_t) { head->position, head->id };

        if ((all || head->active)
            && tkt_resource_compare(&place, &l->last) > 0)
        {
            places[n++] = place;
        }
    }

    tkt_scan_close(&scan);

    return n;
}


/*
 * The places behind l->last of all that the caller may see, sorted.  There
 * are at most as many as a tenant may make of a kind, and his own.
 */
static size_t
tkt_resource_places(tkt_resource_list_t *l, tkt_resource_place_t *places)
{
    size_t             n;
    const tkt_call_t  *c = l->call;

    n = tkt_resource_places_of(l, tkt_resource_parent(c, l->resource), places,
                               0);

    if (l->resource->owner != 0 && c->actor->id != 0) {
        n = tkt_resource_places_of(l, c->actor->id, places, n);
    }

    qsort(places, n, sizeof(tkt_resource_place_t), tkt_resource_compare);

    return n;
}


/* True: there is more. */
static bool
tkt_resource_ordered(tkt_resource_list_t *l)
{
    bool                   more;
    size_t                 i, n;
    tkt_resource_place_t  *places;

    places = tkt_arena_alloc(l->call->arena, TKT_RESOURCE_PLACES_MAX
                                             * sizeof(tkt_resource_place_t));
    if (places == NULL) {
        tkt_txn_fail(l->call->txn, TKT_BUSY);
        return false;
    }

    n = tkt_resource_places(l, places);
    more = false;

    for (i = 0; i < n; i++) {
        if (!tkt_resource_add_id(l, places[i].id, &more)) {
            break;
        }
    }

    return more;
}


/* ---- pages ---- */

/* What a cursor is bound to: the list, whose it is, and its filter. */
static tkt_str_t
tkt_resource_filter(tkt_call_t *c, const tkt_resource_t *r)
{
    size_t     i;
    tkt_out_t  o;
    tkt_str_t  value;

    tkt_out_init(&o, c->arena, 64);
    tkt_out_raw(&o, tkt_str_z(r->name));
    tkt_out_lit(&o, " ");
    tkt_out_u64(&o, c->actor->tenant);

    if (r->above != NULL) {
        tkt_out_lit(&o, " ");
        tkt_out_u64(&o, tkt_resource_parent(c, r));
    }

    for (i = 0; i < TKT_PARAM_MAX; i++) {
        if (i != TKT_PARAM_LIMIT && i != TKT_PARAM_CURSOR
            && i != TKT_PARAM_COUNT && (c->op->params & tkt_bit(i))
            && tkt_params_get(c->params, tkt_param_name((tkt_param_id_t) i),
                              &value))
        {
            tkt_out_lit(&o, " ");
            tkt_out_raw(&o, tkt_str_z(tkt_param_name((tkt_param_id_t) i)));
            tkt_out_lit(&o, "=");
            tkt_out_raw(&o, value);
        }
    }

    return tkt_out_text(&o);
}


/* "7", or "20.7" where there are positions. */
static bool
tkt_resource_place_read(const tkt_resource_t *r, tkt_str_t text,
    tkt_resource_place_t *place)
{
    size_t  dot;

    if (text.len == 0) {
        return true;
    }

    if (!r->ordered || r->next != NULL) {
        return tkt_u64_parse(text, &place->id);
    }

    for (dot = 0; dot < text.len && text.data[dot] != '.'; dot++) {
        /* void */
    }

    return dot < text.len
           && tkt_u64_parse((tkt_str_t) { text.data, dot }, &place->position)
           && tkt_u64_parse((tkt_str_t) { text.data + dot + 1,
                                          text.len - dot - 1 }, &place->id);
}


static tkt_str_t
tkt_resource_place_write(const tkt_resource_t *r,
    const tkt_resource_place_t *place,
    uint8_t text[TKT_RESOURCE_CURSOR_CHARS])
{
    size_t  n;

    n = 0;

    if (r->ordered && r->next == NULL) {
        n = tkt_u64_format(text, place->position);
        text[n++] = '.';
    }

    n += tkt_u64_format(text + n, place->id);

    return (tkt_str_t) { text, n };
}


void
tkt_resource_list(tkt_call_t *c)
{
    bool                   more;
    uint8_t                text[TKT_RESOURCE_CURSOR_CHARS];
    tkt_str_t              filter, position;
    const tkt_resource_t  *r = c->op->resource;
    tkt_resource_list_t    l = { .call = c, .resource = r };

    if (!tkt_resource_find_above(c, r)) {
        return;
    }

    filter = tkt_resource_filter(c, r);

    if (!tkt_call_limit(c, &l.limit)
        || !tkt_call_cursor(c, filter, &position))
    {
        return;
    }

    if (!tkt_resource_place_read(r, position, &l.last)) {
        tkt_call_bad_cursor(c);
        return;
    }

    l.obj = tkt_resource_room(c, r);
    if (l.obj == NULL) {
        return;
    }

    tkt_out_init(&l.out, c->arena, 512 + l.limit * TKT_RESOURCE_BYTES);
    tkt_out_lit(&l.out, "{\"data\":[");

    more = (r->next != NULL) ? tkt_resource_walk(&l)
           : r->ordered ? tkt_resource_ordered(&l) : tkt_resource_scan(&l);

    position = more ? tkt_resource_place_write(r, &l.last, text)
                    : tkt_str("");

    tkt_call_page(c, &l.out, filter, position);
    tkt_out_lit(&l.out, "}");
    tkt_call_answer(c, &l.out);
}
