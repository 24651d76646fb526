/*
 * What every pass of the verification looks at the store with.
 */

#include <stdarg.h>
#include <stdio.h>

#include "app/verify/tkt_verify_int.h"
#include "base/tkt_time.h"
#include "codec/tkt_field_parse.h"


#define TKT_DIGEST_PART  'd'


static const char *const  tkt_verify_dbs[] = {
#define X(name, text, key, doc)  text,
    TKT_DB_TABLE(X)
#undef X
};


void
tkt_verify_fault(tkt_verify_t *v, const char *fmt, ...)
{
    char     line[TKT_VERIFY_LINE_BYTES];
    va_list  args;

    va_start(args, fmt);
    (void) vsnprintf(line, sizeof(line), fmt, args);
    va_end(args);

    v->figures->faults++;
    v->report(v->ctx, line);
}


const char *
tkt_verify_db(tkt_db_t db)
{
    return tkt_verify_dbs[db];
}


/* ---- entries ---- */

void
tkt_verify_open(tkt_verify_t *v, tkt_scan_t *scan, tkt_db_t db)
{
    tkt_key_t  all;

    tkt_key_start(&all);
    tkt_scan_open(scan, v->txn, db, &all, NULL, false);
}


static bool
tkt_verify_key(tkt_str_t key, const char *layout, uint64_t *parts)
{
    tkt_unkey_t  u;

    tkt_unkey_start(&u, key);

    for ( /* void */ ; *layout != '\0'; layout++) {

        switch (*layout) {

        case '1':
            *parts++ = tkt_unkey_u8(&u);
            break;

        case '2':
            *parts++ = tkt_unkey_u16(&u);
            break;

        case '4':
            *parts++ = tkt_unkey_u32(&u);
            break;

        case TKT_DIGEST_PART:
            (void) tkt_unkey_u64(&u);
            (void) tkt_unkey_u64(&u);
            break;

        default:
            *parts++ = tkt_unkey_u64(&u);
        }
    }

    return !u.bad && u.pos == u.end;
}


bool
tkt_verify_next(tkt_verify_t *v, tkt_scan_t *scan, const char *layout,
    uint64_t *parts)
{
    while (tkt_scan_next(scan)) {
        v->figures->entries[scan->db]++;

        if (tkt_verify_key(scan->key, layout, parts)) {
            return true;
        }

        tkt_verify_fault(v, "%s: a key of %zu bytes is none of this database",
                         tkt_verify_db(scan->db), scan->key.len);
    }

    return false;
}


typedef struct {
    tkt_verify_t  *v;
    const void    *obj;
    const char    *what;
    bool           good;
} tkt_verify_values_t;


static bool
tkt_verify_value(void *ctx, const tkt_field_t *f, size_t number)
{
    bool                  good;
    uint64_t              value;
    tkt_verify_values_t  *x = ctx;

    if (f->stored == 0 || !tkt_field_is_u64(f)) {
        return true;
    }

    value = *tkt_field_u64(f, x->obj);

    switch (f->type) {

    case TKT_T_ENUM:
        good = value < f->names->count
               && (value == 0 || f->names->names[value].len != 0);
        break;

    case TKT_T_SET:
        good = value >> f->names->count == 0;
        break;

    case TKT_T_BOOL:
        good = value <= 1;
        break;

    case TKT_T_TIME:
        good = value <= (uint64_t) TKT_TIME_MAX_MS;
        break;

    case TKT_T_INT:
        good = (value & ~TKT_INT_NOT_POSITIVE) <= f->max;
        break;

    case TKT_T_UINT:
        good = value <= (f->max == UINT32_MAX ? TKT_UINT_MAX : f->max);
        break;

    default:
        good = true;
    }

    if (!good) {
        tkt_verify_fault(x->v, "%s: %s has the value %llu, which is out of "
                         "range", x->what, f->name, tkt_ull(value));
        x->good = false;
    }

    return true;
}


bool
tkt_verify_values(tkt_verify_t *v, const tkt_schema_t *schema,
    const void *obj, const char *what)
{
    tkt_verify_values_t  x = { v, obj, what, true };

    (void) tkt_schema_walk(schema, tkt_verify_value, &x);

    return x.good;
}


bool
tkt_verify_counts(tkt_verify_t *v, const char *what, tkt_str_t value,
    size_t cells, uint64_t *counts)
{
    size_t          i;
    const uint8_t  *pos, *end;

    memset(counts, 0, cells * sizeof(uint64_t));

    pos = value.data;
    end = (value.len == 0) ? pos : pos + value.len;

    for (i = 0; pos != end; i++) {
        if (i == cells || !tkt_varint_get(&pos, end, &counts[i])) {
            tkt_verify_fault(v, "%s: the counts do not decode", what);
            return false;
        }
    }

    return true;
}


bool
tkt_verify_has(tkt_verify_t *v, tkt_db_t db, const tkt_key_t *key)
{
    tkt_str_t  value;

    return tkt_get(v->txn, db, key, &value);
}


bool
tkt_verify_row(tkt_verify_t *v, tkt_db_t db, const tkt_key_t *key,
    const tkt_schema_t *schema, void *obj)
{
    tkt_str_t  value;

    return tkt_get(v->txn, db, key, &value)
           && tkt_record_unpack(schema, value, obj);
}


bool
tkt_verify_has_tenant(tkt_verify_t *v, uint64_t tenant)
{
    tkt_key_t  key;

    tkt_key_tenant(&key, (uint32_t) tenant);

    return tkt_verify_has(v, TKT_DB_TENANT, &key);
}


bool
tkt_verify_has_principal(tkt_verify_t *v, uint64_t tenant, uint64_t id)
{
    tkt_key_t  key;

    tkt_key_principal(&key, (uint32_t) tenant, id);

    return tkt_verify_has(v, TKT_DB_PRINCIPAL, &key);
}


bool
tkt_verify_ticket_integers(tkt_verify_t *v, uint64_t tenant, uint64_t id,
    tkt_ticket_t *t)
{
    tkt_key_t  key;
    tkt_str_t  value;

    tkt_key_ticket(&key, (uint32_t) tenant, id);

    return tkt_get(v->txn, TKT_DB_TICKET, &key, &value)
           && tkt_record_unpack_integers(&tkt_ticket_schema, value, t);
}


void
tkt_verify_piece(tkt_verify_t *v, const char *what, uint64_t expected,
    uint64_t number, tkt_str_t piece, size_t *last)
{
    if (number != expected) {
        tkt_verify_fault(v, "%s: piece %llu is where piece %llu should be",
                         what, tkt_ull(number), tkt_ull(expected));
    }

    /* only the last one is shorter */

    if (piece.len == 0 || piece.len > TKT_CHUNK_MAX_BYTES
        || *last != TKT_CHUNK_MAX_BYTES)
    {
        tkt_verify_fault(v, "%s: piece %llu or the one before it has a wrong "
                         "length", what, tkt_ull(number));
    }

    *last = piece.len;

    if (v->text == NULL) {
        v->text = tkt_arena_bytes(&v->arena, TKT_VERIFY_TEXT_BYTES);

        if (v->text == NULL) {
            tkt_txn_fail(v->txn, TKT_BUSY);
            return;
        }
    }

    if (piece.len <= TKT_VERIFY_TEXT_BYTES - v->text_len && piece.len > 0) {
        memcpy(v->text + v->text_len, piece.data, piece.len);
        v->text_len += piece.len;
    }
}
