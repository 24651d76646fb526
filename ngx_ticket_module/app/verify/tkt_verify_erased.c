/*
 * Tombstones: what is left of people and tickets that were erased holds no
 * text of theirs.
 */

#include "app/privacy/tkt_erase.h"
#include "app/verify/tkt_verify_int.h"


typedef struct {
    tkt_verify_t  *v;
    const void    *obj;
    const char    *what;
} tkt_tombstone_t;


static bool
tkt_tombstone_row(void *ctx, const tkt_field_t *f, size_t number)
{
    bool                    there;
    const tkt_str_t        *s;
    const tkt_tombstone_t  *x = ctx;

    if (!(f->flags & TKT_F_PERSONAL) || f->stored == 0) {
        return true;
    }

    if (tkt_field_is_str(f)) {
        s = tkt_field_str(f, x->obj);
        there = s->len > 0 && !tkt_str_eq(*s, tkt_str(TKT_ERASED_TEXT));

    } else {
        there = *tkt_field_u64(f, x->obj) != 0;
    }

    if (there) {
        tkt_verify_fault(x->v, "%s: was erased, and still has its %s",
                         x->what, f->name);
    }

    return true;
}


void
tkt_verify_tombstone(tkt_verify_t *v, const tkt_schema_t *schema,
    const void *obj, const char *what)
{
    tkt_tombstone_t  x = { v, obj, what };

    (void) tkt_schema_walk(schema, tkt_tombstone_row, &x);
}


void
tkt_verify_erased_user(tkt_verify_t *v, const tkt_user_t *user,
    const char *what)
{
    tkt_key_t   key;
    tkt_str_t   value;
    tkt_scan_t  scan;
    tkt_user_t  rest = *user;

    /* a login is needed; it tells of nobody */

    if (user->login.len < 7 || memcmp(user->login.data, "erased-", 7) != 0
        || !user->disabled)
    {
        tkt_verify_fault(v, "%s: was erased, and can still be told", what);
    }

    rest.login = tkt_str("");
    tkt_verify_tombstone(v, &tkt_user_schema, &rest, what);

    tkt_key_principal(&key, (uint32_t) user->tenant, user->id);

    if (tkt_get(v->txn, TKT_DB_CREDENTIAL, &key, &value)) {
        tkt_verify_fault(v, "%s: was erased, and has a password", what);
    }

    tkt_scan_open(&scan, v->txn, TKT_DB_TOKEN, &key, NULL, false);

    if (tkt_scan_next(&scan)) {
        tkt_verify_fault(v, "%s: was erased, and has a token", what);
    }

    tkt_scan_close(&scan);
}


bool
tkt_verify_is_erased(tkt_verify_t *v, uint64_t tenant, uint64_t principal)
{
    tkt_key_t   key;
    tkt_str_t   value;
    tkt_user_t  user;

    tkt_key_principal(&key, (uint32_t) tenant, principal);

    return tkt_get(v->txn, TKT_DB_PRINCIPAL, &key, &value)
           && tkt_record_unpack_integers(&tkt_user_schema, value, &user)
           && user.erased_at != 0;
}
