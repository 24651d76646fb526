/*
 * The verification tells about every kind of damage to the audit log but one:
 * what was cut off its end.
 */

#include "app/audit_log.h"


static void
put(log_t *l, uint64_t number, const tkt_audit_t *e)
{
    tkt_key_t  key;

    tkt_key_audit(&key, 1, number);
    tkt_put(l->txn, TKT_DB_AUDIT, &key,
            tkt_record_pack(&tkt_audit_schema, e, NULL, &l->arena));
}


static void
damage_reason(log_t *l, uint64_t last)
{
    tkt_audit_t  e = entry(l, last - 4);

    e.reason = tkt_str("q");
    put(l, last - 4, &e);
}


static void
damage_object(log_t *l, uint64_t last)
{
    tkt_audit_t  e = entry(l, last - 4);

    e.object_id = 2;
    put(l, last - 4, &e);
}


static void
damage_list(log_t *l, uint64_t last)
{
    tkt_audit_t  e = entry(l, last - 4);

    e.packed.len--;
    put(l, last - 4, &e);
}


static void
damage_hash(log_t *l, uint64_t last)
{
    tkt_audit_t  e = entry(l, last - 4);

    e.hash = tkt_str("0123456789012345678901234567890x");
    put(l, last - 4, &e);
}


/* Changed, and its hash made anew: the next one tells. */
static void
damage_rehashed(log_t *l, uint64_t last)
{
    uint8_t      hash[TKT_HASH_BYTES];
    tkt_audit_t  e = entry(l, last - 4);

    e.actor_role = TKT_ROLE_USER;
    assert_true(tkt_audit_hash(hash, entry(l, last - 5).hash.data, &e,
                               &l->arena));
    e.hash = (tkt_str_t) { hash, sizeof(hash) };
    put(l, last - 4, &e);
}


static void
damage_values(log_t *l, uint64_t last)
{
    tkt_audit_t  e = entry(l, last - 4);

    tkt_audit_redact(l->txn, &e, &l->arena);
}


static void
damage_delete(log_t *l, uint64_t last)
{
    tkt_key_t  key;

    tkt_key_audit(&key, 1, last - 4);
    assert_true(tkt_delete(l->txn, TKT_DB_AUDIT, &key));
}


static void
damage_first(log_t *l, uint64_t last)
{
    tkt_key_t  key;

    tkt_key_audit(&key, 1, 1);
    assert_true(tkt_delete(l->txn, TKT_DB_AUDIT, &key));
}


static void
damage_swap(log_t *l, uint64_t last)
{
    tkt_audit_t  a = entry(l, last - 4), b = entry(l, last - 3);

    put(l, last - 4, &b);
    put(l, last - 3, &a);
}


/* Nothing in the store tells of this: heads are kept elsewhere for it. */
static void
damage_tail(log_t *l, uint64_t last)
{
    tkt_key_t  key;

    tkt_key_audit(&key, 1, last);
    assert_true(tkt_delete(l->txn, TKT_DB_AUDIT, &key));
}


static void
damage_stranger(log_t *l, uint64_t last)
{
    tkt_key_t    key;
    tkt_audit_t  e = entry(l, 1);

    e.tenant = 99;
    tkt_key_audit(&key, 99, 1);
    tkt_put(l->txn, TKT_DB_AUDIT, &key,
            tkt_record_pack(&tkt_audit_schema, &e, NULL, &l->arena));
}


static void
nothing(log_t *l, uint64_t last)
{
}


static const struct {
    void       (*damage)(log_t *l, uint64_t last);
    const char  *says;              /* NULL: nothing */
} damages[] = {
    { nothing, NULL },
    { damage_tail, NULL },
    { damage_reason, "values are not those that were recorded" },
    { damage_object, "its hash is not that of" },
    { damage_list, "its change list does not decode" },
    { damage_hash, "its hash is not that of" },
    { damage_rehashed, "its hash is not that of" },
    { damage_values, "its values are gone, and nobody was erased" },
    { damage_delete, "stands where" },
    { damage_first, "stands where 1 should" },
    { damage_swap, "the record is of another entry" },
    { damage_stranger, "audit 99: there is no such tenant" },
};


static void
damage_is_told(void **state)
{
    log_t          l;
    size_t         i;
    desk_faults_t  faults;

    for (i = 0; i < tkt_array_len(damages); i++) {
        begin_chain(&l);
        damages[i].damage(&l, tkt_audit_last(l.txn, 1));
        assert_int_equal(tkt_txn_status(l.txn), TKT_OK);
        desk_verify(l.txn, &faults);

        if (damages[i].says == NULL ? faults.lines != 0
            : strstr(faults.text, damages[i].says) == NULL)
        {
            fail_msg("damage %zu: %s", i, faults.text);
        }

        end(&l);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(damage_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
