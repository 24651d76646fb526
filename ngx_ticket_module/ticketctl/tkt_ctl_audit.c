/*
 * Heads of the audit log: printed by verify to be kept elsewhere, and held
 * against those that were kept, which tells of entries cut off the end.
 */

#include <stdio.h>

#include "app/privacy/tkt_audit.h"
#include "base/tkt_text.h"
#include "ticketctl/tkt_ctl.h"


static void
tkt_ctl_audit_head(void *ctx, const tkt_audit_t *newest)
{
    tkt_ctl_t  *ctl = ctx;
    tkt_out_t  *o = &ctl->out;
    tkt_str_t   hash;

    hash = tkt_audit_hash_text(newest, &ctl->arena);

    if (!tkt_ctl_has(ctl, JSON)) {
        (void) printf("audit head %llu:%llu:%.*s\n",
                      (unsigned long long) newest->tenant,
                      (unsigned long long) newest->id, (int) hash.len,
                      (const char *) hash.data);
        return;
    }

    tkt_out_comma(o);
    tkt_out_lit(o, "\"");
    tkt_out_u64(o, newest->tenant);
    tkt_out_lit(o, ":");
    tkt_out_u64(o, newest->id);
    tkt_out_lit(o, ":");
    tkt_out_raw(o, hash);
    tkt_out_lit(o, "\"");
}


void
tkt_ctl_audit_heads(tkt_ctl_t *ctl)
{
    if (tkt_ctl_has(ctl, JSON)) {
        tkt_out_name(&ctl->out, "audit_heads");
        tkt_out_lit(&ctl->out, "[");
    }

    tkt_audit_heads(ctl->read, &ctl->arena, tkt_ctl_audit_head, ctl);

    if (tkt_ctl_has(ctl, JSON)) {
        tkt_out_lit(&ctl->out, "]");
    }
}


/* Takes what stands before a colon, or all of it. */
static tkt_str_t
tkt_ctl_audit_part(tkt_str_t *rest)
{
    size_t     i;
    tkt_str_t  part;

    for (i = 0; i < rest->len && rest->data[i] != ':'; i++) { /* void */ }

    part = (tkt_str_t) { rest->data, i };
    i += i < rest->len;
    rest->data += i;
    rest->len -= i;

    return part;
}


bool
tkt_ctl_audit_kept(tkt_ctl_t *ctl, bool *there)
{
    uint64_t     tenant, number;
    tkt_str_t    rest = tkt_ctl_value(ctl, AUDIT_HEAD);
    tkt_audit_t  entry;

    if (!tkt_u64_parse(tkt_ctl_audit_part(&rest), &tenant)
        || tenant > UINT32_MAX
        || !tkt_u64_parse(tkt_ctl_audit_part(&rest), &number)
        || rest.len != 2 * TKT_HASH_BYTES)
    {
        return false;
    }

    *there = tkt_audit_load(ctl->read, (uint32_t) tenant, number, &entry,
                            &ctl->arena)
             && tkt_str_eq(tkt_audit_hash_text(&entry, &ctl->arena), rest);

    return true;
}
