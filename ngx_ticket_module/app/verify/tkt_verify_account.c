/*
 * Credentials, codes and notifications: each of a tenant and a principal that
 * exist, none with a value that nobody can have stored.
 */

#include <stdio.h>

#include "app/verify/tkt_verify_int.h"
#include "crypto/tkt_crypto.h"
#include "domain/tkt_trust.h"


#define TKT_HASH_PREFIX  "$argon2id$"


static bool
tkt_verify_is_hash(tkt_str_t text)
{
    size_t  n = sizeof(TKT_HASH_PREFIX) - 1;

    return text.len > n && memcmp(text.data, TKT_HASH_PREFIX, n) == 0;
}


void
tkt_verify_credentials(tkt_verify_t *v)
{
    char              what[80];
    uint64_t          part[2];
    tkt_scan_t        scan;
    tkt_credential_t  credential;

    tkt_verify_open(v, &scan, TKT_DB_CREDENTIAL);

    while (tkt_verify_next(v, &scan, "48", part)) {

        (void) snprintf(what, sizeof(what), "credential %llu/%llu",
                        tkt_ull(part[0]), tkt_ull(part[1]));

        if (!tkt_record_unpack(&tkt_credential_schema, scan.value,
                               &credential))
        {
            tkt_verify_fault(v, "%s: the record does not decode", what);
            continue;
        }

        (void) tkt_verify_values(v, &tkt_credential_schema, &credential,
                                 what);

        if (credential.password.len > 0
            && (!tkt_verify_is_hash(credential.password)
                || credential.version == 0))
        {
            tkt_verify_fault(v, "%s: what is kept is no hash of a password",
                             what);
        }

        if (!tkt_verify_has_principal(v, part[0], part[1])) {
            tkt_verify_fault(v, "%s: there is no such principal", what);
        }
    }

    tkt_scan_close(&scan);
}


/* What codes and notifications have in common: whose they are. */
static void
tkt_verify_owner(tkt_verify_t *v, const char *what, uint64_t tenant,
    uint64_t principal)
{
    if (!tkt_verify_has_tenant(v, tenant)) {
        tkt_verify_fault(v, "%s: there is no such tenant", what);
    }

    if (principal != 0 && !tkt_verify_has_principal(v, tenant, principal)) {
        tkt_verify_fault(v, "%s: there is no such principal", what);
    }
}


void
tkt_verify_codes(tkt_verify_t *v)
{
    char        what[64];
    uint64_t    tenant;
    tkt_code_t  code;
    tkt_scan_t  scan;

    tkt_verify_open(v, &scan, TKT_DB_CODE);

    while (tkt_verify_next(v, &scan, "4d", &tenant)) {

        (void) snprintf(what, sizeof(what), "code of tenant %llu",
                        tkt_ull(tenant));

        if (!tkt_record_unpack(&tkt_code_record_schema, scan.value, &code)) {
            tkt_verify_fault(v, "%s: the record does not decode", what);
            continue;
        }

        (void) tkt_verify_values(v, &tkt_code_record_schema, &code, what);

        if (code.digest.len != TKT_HASH_BYTES
            || code.tries > TKT_CODE_TRIES_MAX
            || code.expires_at < code.created_at
            || code.outbox > v->last[TKT_SEQ_OUTBOX])
        {
            tkt_verify_fault(v, "%s: the record is not of a code", what);
        }

        /* one that was asked for a tenant that there is not is nobody's */

        if (tenant != 0 || code.principal + code.outbox != 0) {
            tkt_verify_owner(v, what, tenant, code.principal);
        }
    }

    tkt_scan_close(&scan);
}


void
tkt_verify_outbox(tkt_verify_t *v)
{
    char          what[80];
    uint64_t      part[2];
    tkt_scan_t    scan;
    tkt_outbox_t  note;

    tkt_verify_open(v, &scan, TKT_DB_OUTBOX);

    while (tkt_verify_next(v, &scan, "48", part)) {

        (void) snprintf(what, sizeof(what), "notification %llu/%llu",
                        tkt_ull(part[0]), tkt_ull(part[1]));

        if (!tkt_record_unpack(&tkt_outbox_schema, scan.value, &note)) {
            tkt_verify_fault(v, "%s: the record does not decode", what);
            continue;
        }

        (void) tkt_verify_values(v, &tkt_outbox_schema, &note, what);

        if (note.id != part[1] || note.tenant != part[0]
            || (note.email.len == 0) == (note.phone.len == 0))
        {
            tkt_verify_fault(v, "%s: the record is not of this notification",
                             what);
        }

        if (part[1] == 0 || part[1] > v->last[TKT_SEQ_OUTBOX]) {
            tkt_verify_fault(v, "%s: the number was never given", what);
        }

        tkt_verify_owner(v, what, part[0], note.principal);
    }

    tkt_scan_close(&scan);
}
