/*
 * Walking, finding, copying and comparing by schema rows.  What the rows mean
 * in JSON, in a record or to a role is known to those who use them.
 */

#include "base/tkt_schema.h"


/* How a row's member is kept in the struct, by tkt_type_t. */
typedef enum {
    TKT_KEPT_NOT = 0,
    TKT_KEPT_U64,
    TKT_KEPT_STR
} tkt_kept_t;


static const uint8_t  tkt_type_kept[] = {
    [TKT_T_UINT]       = TKT_KEPT_U64,
    [TKT_T_INT]        = TKT_KEPT_U64,
    [TKT_T_ID]         = TKT_KEPT_U64,
    [TKT_T_BOOL]       = TKT_KEPT_U64,
    [TKT_T_ENUM]       = TKT_KEPT_U64,
    [TKT_T_SET]        = TKT_KEPT_U64,
    [TKT_T_TIME]       = TKT_KEPT_U64,
    [TKT_T_LINE]       = TKT_KEPT_STR,
    [TKT_T_TEXT]       = TKT_KEPT_STR,
    [TKT_T_SLUG]       = TKT_KEPT_STR,
    [TKT_T_EMAIL]      = TKT_KEPT_STR,
    [TKT_T_PHONE]      = TKT_KEPT_STR,
    [TKT_T_URL]        = TKT_KEPT_STR,
    [TKT_T_TAGS]       = TKT_KEPT_STR,
    [TKT_T_JSON]       = TKT_KEPT_STR,
    [TKT_T_OBJECT]     = TKT_KEPT_NOT,
    [TKT_T_LIST]       = TKT_KEPT_STR,
};


static inline tkt_kept_t
tkt_field_kept(const tkt_field_t *f)
{
    return f->type < tkt_array_len(tkt_type_kept)
           ? (tkt_kept_t) tkt_type_kept[f->type] : TKT_KEPT_NOT;
}


bool
tkt_field_is_u64(const tkt_field_t *f)
{
    return tkt_field_kept(f) == TKT_KEPT_U64;
}


bool
tkt_field_is_str(const tkt_field_t *f)
{
    return tkt_field_kept(f) == TKT_KEPT_STR;
}


/*
 * Equal to a NUL-terminated name.  `s` is untrusted and may hold a NUL, so
 * the name's end is looked for on the way.
 */
static inline bool
tkt_name_is(const char *name, tkt_str_t s)
{
    size_t  i;

    for (i = 0; i < s.len; i++) {
        if (name[i] == '\0' || (uint8_t) name[i] != s.data[i]) {
            return false;
        }
    }

    return name[i] == '\0';
}


const tkt_field_t *
tkt_schema_find(const tkt_schema_t *s, tkt_str_t name)
{
    size_t  i;

    for (i = 0; i < s->count; i++) {
        if (tkt_name_is(s->fields[i].name, name)) {
            return &s->fields[i];
        }
    }

    return NULL;
}


size_t
tkt_field_span(const tkt_field_t *f)
{
    size_t  i, span;

    span = 1;

    if (f->type == TKT_T_OBJECT && f->sub != NULL) {
        for (i = 0; i < f->sub->count; i++) {
            span += tkt_field_span(&f->sub->fields[i]);
        }
    }

    return span;
}


/* *number is the number of the next row, before and after. */
static bool
tkt_schema_walk_from(const tkt_schema_t *s,
    bool (*visit)(void *ctx, const tkt_field_t *f, size_t number), void *ctx,
    size_t *number)
{
    size_t              i;
    const tkt_field_t  *f;

    for (i = 0; i < s->count; i++) {
        f = &s->fields[i];

        if (!visit(ctx, f, (*number)++)) {
            return false;
        }

        if (f->type == TKT_T_OBJECT && f->sub != NULL
            && !tkt_schema_walk_from(f->sub, visit, ctx, number))
        {
            return false;
        }
    }

    return true;
}


bool
tkt_schema_walk(const tkt_schema_t *s,
    bool (*visit)(void *ctx, const tkt_field_t *f, size_t number), void *ctx)
{
    size_t  number;

    number = 0;

    return tkt_schema_walk_from(s, visit, ctx, &number);
}


static void
tkt_schema_apply_from(const tkt_schema_t *s, const tkt_present_t *p,
    void *dst, const void *src, size_t *number)
{
    size_t              i;
    const tkt_field_t  *f;

    for (i = 0; i < s->count; i++) {
        f = &s->fields[i];

        if (tkt_present_has(p, *number)) {

            switch (tkt_field_kept(f)) {

            case TKT_KEPT_U64:
                *tkt_field_u64(f, dst) = *tkt_field_u64(f, src);
                break;

            case TKT_KEPT_STR:
                *tkt_field_str(f, dst) = *tkt_field_str(f, src);
                break;

            case TKT_KEPT_NOT:
                break;
            }
        }

        (*number)++;

        if (f->type == TKT_T_OBJECT && f->sub != NULL) {
            tkt_schema_apply_from(f->sub, p, dst, src, number);
        }
    }
}


void
tkt_schema_apply(const tkt_schema_t *s, const tkt_present_t *p, void *dst,
    const void *src)
{
    size_t  number;

    number = 0;
    tkt_schema_apply_from(s, p, dst, src, &number);
}


bool
tkt_field_same(const tkt_field_t *f, const void *a, const void *b)
{
    size_t            i;
    const tkt_str_t  *s, *r;

    switch (tkt_field_kept(f)) {

    case TKT_KEPT_U64:
        return *tkt_field_u64(f, a) == *tkt_field_u64(f, b);

    case TKT_KEPT_STR:
        s = tkt_field_str(f, a);
        r = tkt_field_str(f, b);

        /* what was not touched is mostly the same slice */

        return (s->data == r->data && s->len == r->len) || tkt_str_eq(*s, *r);

    case TKT_KEPT_NOT:
        break;
    }

    if (f->type == TKT_T_OBJECT && f->sub != NULL) {
        for (i = 0; i < f->sub->count; i++) {
            if (!tkt_field_same(&f->sub->fields[i], a, b)) {
                return false;
            }
        }
    }

    return true;
}


bool
tkt_names_find(const tkt_names_t *n, tkt_str_t name, uint64_t *value)
{
    size_t  i;

    *value = 0;

    if (name.len == 0) {
        return false;
    }

    for (i = 0; i < n->count; i++) {
        if (tkt_str_eq(n->names[i], name)) {
            *value = i;
            return true;
        }
    }

    return false;
}
