/*
 * Keys of the databases, as laid out in store/tkt_store.h.
 */

#include "app/rows/tkt_rows.h"
#include "store/tkt_packed.h"


void
tkt_key_tenant(tkt_key_t *k, uint32_t tenant)
{
    tkt_key_start(k);
    tkt_key_u32(k, tenant);
}


void
tkt_key_principal(tkt_key_t *k, uint32_t tenant, uint64_t id)
{
    tkt_key_tenant(k, tenant);
    tkt_key_u64(k, id);
}


void
tkt_key_login(tkt_key_t *k, uint32_t tenant, tkt_str_t login)
{
    tkt_key_tenant(k, tenant);
    tkt_key_bytes(k, login);
}


void
tkt_key_token(tkt_key_t *k, uint32_t tenant, uint64_t principal,
    uint32_t number)
{
    tkt_key_principal(k, tenant, principal);
    tkt_key_u32(k, number);
}


void
tkt_key_ticket(tkt_key_t *k, uint32_t tenant, uint64_t id)
{
    tkt_key_tenant(k, tenant);
    tkt_key_u64(k, id);
}


void
tkt_key_message(tkt_key_t *k, uint32_t tenant, uint64_t ticket,
    uint32_t number)
{
    tkt_key_ticket(k, tenant, ticket);
    tkt_key_u32(k, number);
}


void
tkt_key_event(tkt_key_t *k, uint64_t seq)
{
    tkt_key_start(k);
    tkt_key_u64(k, seq);
}


/*
 * Behind the row that a submission changes: both are in one page, and pages
 * are what a commit costs.
 */
void
tkt_key_requester_counts(tkt_key_t *k, uint32_t tenant, uint64_t principal)
{
    tkt_key_principal(k, tenant, principal);
    tkt_key_u64(k, TKT_PACKED_COUNTS);
}


void
tkt_key_by_state(tkt_key_t *k, const tkt_ticket_t *t)
{
    tkt_key_tenant(k, (uint32_t) t->tenant);
    tkt_key_u8(k, (uint8_t) t->state);
    tkt_key_u8(k, t->assignee != 0);
    tkt_key_u8(k, tkt_urgency(t->priority));
    tkt_key_u64(k, t->id);
}


/*
 * The counts of all assignees of a tenant stand side by side, before their
 * entries: agents are few and busy, and a batch changes the counts of many.
 */
void
tkt_key_assignee_counts(tkt_key_t *k, uint32_t tenant, uint64_t principal)
{
    tkt_key_principal(k, tenant, 0);
    tkt_key_u8(k, 0);
    tkt_key_u8(k, 0);
    tkt_key_u64(k, principal);
}


void
tkt_key_queue(tkt_key_t *k, uint32_t tenant, uint64_t team, unsigned line)
{
    tkt_key_principal(k, tenant, team);
    tkt_key_u8(k, (uint8_t) line);
}


/* Exercises stand in lines of their own, whatever their team. */
void
tkt_key_by_queue(tkt_key_t *k, const tkt_ticket_t *t)
{
    uint64_t  urges;

    urges = (t->urge_count < 255) ? t->urge_count : 255;

    tkt_key_queue(k, (uint32_t) t->tenant, t->drill ? 0 : t->team,
                  tkt_queue_line(t));
    tkt_key_u8(k, tkt_urgency(t->priority));
    tkt_key_u32(k, tkt_queue_minute(t));
    tkt_key_u8(k, (uint8_t) (255 - urges));
    tkt_key_u64(k, t->id);
}


void
tkt_key_tenant_counts(tkt_key_t *k, uint32_t tenant)
{
    tkt_key_tenant(k, tenant);
    tkt_key_u8(k, TKT_COUNTS_TENANT);
}


/* Beside the counts of tickets: how many principals there are. */
void
tkt_key_principal_count(tkt_key_t *k, uint32_t tenant)
{
    tkt_key_tenant(k, tenant);
    tkt_key_u8(k, TKT_COUNTS_PRINCIPALS);
}


/* Rows of teams, and of complaints by team (0: those without one). */
void
tkt_key_team_counts(tkt_key_t *k, uint32_t tenant, unsigned kind,
    uint64_t team)
{
    tkt_key_tenant(k, tenant);
    tkt_key_u8(k, (uint8_t) kind);
    tkt_key_u64(k, team);
}


void
tkt_key_tenant_name(tkt_key_t *k, tkt_str_t name)
{
    tkt_key_start(k);
    tkt_key_bytes(k, name);
}


void
tkt_key_tenant_child(tkt_key_t *k, uint32_t parent, uint32_t tenant)
{
    tkt_key_tenant(k, parent);
    tkt_key_u32(k, tenant);
}


void
tkt_key_role(tkt_key_t *k, uint32_t tenant, uint64_t role)
{
    tkt_key_tenant(k, tenant);
    tkt_key_u64(k, role);
}


void
tkt_key_credential(tkt_key_t *k, uint32_t tenant, uint64_t principal)
{
    tkt_key_principal(k, tenant, principal);
}


void
tkt_key_code(tkt_key_t *k, uint32_t tenant, const uint8_t digest[16])
{
    tkt_key_tenant(k, tenant);
    tkt_key_bytes(k, (tkt_str_t) { digest, 16 });
}


void
tkt_key_outbox(tkt_key_t *k, uint32_t tenant, uint64_t seq)
{
    tkt_key_tenant(k, tenant);
    tkt_key_u64(k, seq);
}


void
tkt_key_sealed(tkt_key_t *k, uint32_t tenant, uint64_t ticket, uint8_t field)
{
    tkt_key_ticket(k, tenant, ticket);
    tkt_key_u8(k, field);
}


void
tkt_key_sealed_by(tkt_key_t *k, uint32_t master)
{
    tkt_key_start(k);
    tkt_key_u32(k, master);
}


void
tkt_key_due(tkt_key_t *k, int64_t at_ms, tkt_due_t kind, uint32_t tenant,
    uint64_t id)
{
    tkt_key_start(k);
    tkt_key_u64(k, (uint64_t) at_ms);
    tkt_key_u8(k, (uint8_t) kind);
    tkt_key_u32(k, tenant);
    tkt_key_u64(k, id);
}


void
tkt_key_audit(tkt_key_t *k, uint32_t tenant, uint64_t number)
{
    tkt_key_tenant(k, tenant);
    tkt_key_u64(k, number);
}


/* Beside the counts of tickets and principals. */
void
tkt_key_file_counts(tkt_key_t *k, uint32_t tenant)
{
    tkt_key_tenant(k, tenant);
    tkt_key_u8(k, TKT_COUNTS_FILES);
}


void
tkt_key_told_counts(tkt_key_t *k, uint32_t tenant)
{
    tkt_key_tenant(k, tenant);
    tkt_key_u8(k, TKT_COUNTS_TOLD);
}


void
tkt_key_attachment(tkt_key_t *k, uint32_t tenant, const uint8_t digest[16])
{
    tkt_key_tenant(k, tenant);
    tkt_key_bytes(k, (tkt_str_t) { digest, 16 });
}


/* Shorter than a hash, so none of those. */
void
tkt_key_blob(tkt_key_t *k, uint64_t id)
{
    tkt_key_start(k);
    tkt_key_u8(k, 0);
    tkt_key_u64(k, id);
}


void
tkt_key_blob_hash(tkt_key_t *k, const uint8_t hash[32])
{
    tkt_key_start(k);
    tkt_key_bytes(k, (tkt_str_t) { hash, 32 });
}
