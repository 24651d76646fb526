/*
 * What is kept of those who work at the desk: views and macros of their own,
 * the teams that they belong to, whether they are there.
 */

#include "app/privacy/tkt_kept_int.h"
#include "app/resource/tkt_config.h"
#include "app/route/tkt_members.h"
#include "app/route/tkt_ready.h"


/* The next of his own of a kind after a; false at the end. */
static bool
tkt_kept_own(tkt_kept_t *k, tkt_config_kind_t kind, tkt_kept_kind_t found)
{
    tkt_key_t  prefix, from;

    tkt_key_config_kind(&prefix, k->tenant, (uint8_t) kind);
    tkt_key_u64(&prefix, k->principal);
    tkt_key_config(&from, k->tenant, (uint8_t) kind, k->principal,
                   k->place.a + 1);

    return tkt_kept_give(k, TKT_DB_CONFIG, &prefix, &from, found);
}


/* a: the view given last. */
bool
tkt_kept_view(tkt_kept_t *k)
{
    return tkt_kept_own(k, TKT_CONFIG_VIEW, TKT_KEPT_VIEW);
}


/* a: the macro given last. */
bool
tkt_kept_macro(tkt_kept_t *k)
{
    return tkt_kept_own(k, TKT_CONFIG_MACRO, TKT_KEPT_MACRO);
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
