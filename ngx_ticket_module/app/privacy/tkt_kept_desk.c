/*
 * What is kept of those who work at the desk: views and macros of their own,
 * the teams that they belong to, whether they are there.
 */

#include "app/privacy/tkt_kept_int.h"
#include "app/resource/tkt_config.h"
#include "app/route/tkt_members.h"
#include "app/route/tkt_ready.h"


/*
 * The next record of a kind after a, his or not: there are few in a tenant.
 * False at the end.
 */
static bool
tkt_kept_config(tkt_kept_t *k, tkt_config_kind_t kind,
    const tkt_schema_t *schema, void *obj)
{
    tkt_key_t  prefix, from;
    tkt_str_t  value;

    tkt_key_config_kind(&prefix, k->tenant, (uint8_t) kind);
    tkt_key_u64(&prefix, 0);
    tkt_key_config(&from, k->tenant, (uint8_t) kind, 0, k->place.a + 1);

    if (!tkt_kept_next(k, TKT_DB_CONFIG, &prefix, &from, &k->place.a, &value))
    {
        return false;
    }

    if (!tkt_record_unpack(schema, value, obj)) {
        tkt_txn_fail(k->txn, TKT_INTERNAL);
        return false;
    }

    return true;
}


static void
tkt_kept_owned(tkt_kept_t *k, tkt_kept_kind_t kind, uint64_t owner)
{
    if (owner == k->principal) {
        k->found = kind;
        k->number = k->place.a;
    }
}


/* a: the view looked at last. */
bool
tkt_kept_view(tkt_kept_t *k)
{
    tkt_view_record_t  view;

    if (!tkt_kept_config(k, TKT_CONFIG_VIEW, &tkt_view_schema, &view)) {
        return false;
    }

    tkt_kept_owned(k, TKT_KEPT_VIEW, view.owner);

    return true;
}


/* a: the macro looked at last. */
bool
tkt_kept_macro(tkt_kept_t *k)
{
    tkt_macro_t  macro;

    if (!tkt_kept_config(k, TKT_CONFIG_MACRO, &tkt_macro_schema, &macro)) {
        return false;
    }

    tkt_kept_owned(k, TKT_KEPT_MACRO, macro.owner);

    return true;
}


/* a: the team given last. */
bool
tkt_kept_member(tkt_kept_t *k)
{
    tkt_key_t  prefix, from;

    tkt_key_members_of(&prefix, k->tenant, k->principal);
    tkt_key_member_of(&from, k->tenant, k->principal, k->place.a + 1);

    return tkt_kept_give(k, TKT_DB_CONFIG, &prefix, &from, TKT_KEPT_MEMBER);
}


/* a: 1 after it was looked for. */
bool
tkt_kept_presence(tkt_kept_t *k)
{
    tkt_presence_t  p;

    if (k->place.a != 0) {
        return false;
    }

    k->place.a = 1;

    if (tkt_presence_load(k->txn, k->tenant, k->principal, &p)) {
        k->found = TKT_KEPT_PRESENCE;
    }

    return true;
}
