/*
 * Who belongs to which team, as it is stored.
 */

#include "app/resource/tkt_config.h"
#include "app/route/tkt_members.h"


void
tkt_key_members_of(tkt_key_t *k, uint32_t tenant, uint64_t principal)
{
    tkt_key_config_kind(k, tenant, TKT_CONFIG_MEMBER_OF);
    tkt_key_u64(k, principal);
}


void
tkt_key_member_of(tkt_key_t *k, uint32_t tenant, uint64_t principal,
    uint64_t team)
{
    tkt_key_members_of(k, tenant, principal);
    tkt_key_u64(k, team);
}


void
tkt_members_visit(tkt_call_t *c, const tkt_team_t *team,
    tkt_member_visit_t visit)
{
    uint32_t     tenant = (uint32_t) team->head.tenant;
    tkt_key_t    prefix;
    tkt_scan_t   scan;
    tkt_unkey_t  u;

    tkt_key_config_kind(&prefix, tenant, TKT_CONFIG_MEMBER);
    tkt_key_u64(&prefix, team->head.id);
    tkt_scan_open(&scan, c->txn, TKT_DB_CONFIG, &prefix, NULL, false);

    while (tkt_scan_next(&scan)) {
        tkt_unkey_start(&u, (tkt_str_t) { scan.key.data + prefix.len,
                                          scan.key.len - prefix.len });
        visit(c, tkt_unkey_u64(&u), team);
    }

    tkt_scan_close(&scan);
}
