/*
 * The audit log: what an entry holds, how it is bound to the one before it,
 * what is left of it after an erasure, and the list.
 */

#include "app/audit_log.h"


/* The changes of a list as "login=>wang disabled=0>1". */
static const char *
listed(log_t *l, tkt_object_t object, tkt_str_t packed)
{
    size_t         n;
    char          *text;
    tkt_change_t   x;
    tkt_changes_t  changes;

    text = tkt_arena_zalloc(&l->arena, 4096);
    assert_non_null(text);
    tkt_changes_start(&changes, tkt_audit_schema_of(object), packed);

    for (n = 0; tkt_changes_next(&changes, &x); /* void */) {
        n += (size_t) snprintf(text + n, 4096 - n, "%s%s=", n > 0 ? " " : "",
                               x.field->name);

        if (tkt_field_is_u64(x.field)) {
            n += (size_t) snprintf(text + n, 4096 - n, "%llu>%llu",
                                   (unsigned long long) x.old_u64,
                                   (unsigned long long) x.new_u64);
        } else {
            n += (size_t) snprintf(text + n, 4096 - n, "%.*s>%.*s",
                                   (int) x.old_str.len,
                                   (const char *) x.old_str.data,
                                   (int) x.new_str.len,
                                   (const char *) x.new_str.data);
        }
    }

    assert_false(changes.bad);

    return text;
}


static void
entries_hold_what_was_done(void **state)
{
    log_t        l;
    tkt_user_t   before, after;
    tkt_audit_t  e;

    begin(&l);
    before = after = someone();
    after.disabled = 1;
    after.version = 2;
    after.name = tkt_str("王小芳");

    tkt_audit_append(&l.call, 1, &(tkt_audit_note_t) {
        .act = TKT_AUDIT_CREATE, .object = TKT_OBJECT_USER, .object_id = 5,
        .after = &before,
    });
    tkt_audit_append(&l.call, 1, &(tkt_audit_note_t) {
        .act = TKT_AUDIT_CHANGE, .object = TKT_OBJECT_USER, .object_id = 5,
        .before = &before, .after = &after, .reason = tkt_str("he left"),
    });
    tkt_audit_append(&l.call, 1, &(tkt_audit_note_t) {
        .act = TKT_AUDIT_CHANGE, .object = TKT_OBJECT_USER, .object_id = 5,
        .before = &after, .after = &after,
    });
    tkt_audit_append(&l.call, 1, &(tkt_audit_note_t) {
        .act = TKT_AUDIT_REVEAL, .object = TKT_OBJECT_TICKET, .object_id = 9,
        .reason = tkt_str("VPN"),
    });

    assert_int_equal(tkt_txn_status(l.txn), TKT_OK);
    assert_int_equal(tkt_audit_last(l.txn, 1), 3);
    assert_int_equal(tkt_audit_last(l.txn, 2), 0);

    e = entry(&l, 1);
    assert_int_equal(e.id, 1);
    assert_int_equal(e.actor, 7);
    assert_int_equal(e.actor_role, TKT_ROLE_ADMIN);
    assert_int_equal(e.actor_tenant, 1);
    assert_int_equal(e.object_id, 5);
    assert_true(tkt_str_eq(e.request_id, tkt_str("r-1")));
    assert_string_equal(listed(&l, TKT_OBJECT_USER, e.packed),
                        "id=0>5 tenant_id=0>1 base_role=0>1");
    assert_string_equal(listed(&l, TKT_OBJECT_USER, e.personal),
                        "login=>wang name=>王芳 email=>wang@example.com");

    e = entry(&l, 2);
    assert_string_equal(listed(&l, TKT_OBJECT_USER, e.packed),
                        "disabled=0>1");
    assert_string_equal(listed(&l, TKT_OBJECT_USER, e.personal),
                        "name=王芳>王小芳");
    assert_true(tkt_str_eq(e.reason, tkt_str("he left")));

    e = entry(&l, 3);
    assert_int_equal(e.act, TKT_AUDIT_REVEAL);
    assert_int_equal(e.packed.len, 0);
    assert_true(tkt_str_eq(e.reason, tkt_str("VPN")));

    end(&l);
}


static void
secrets_are_left_out(void **state)
{
    log_t               l;
    tkt_token_record_t  token = {
        .id = 3, .label = tkt_lit("phone"), .digest = tkt_lit("DIGEST"),
        .token = tkt_lit("tk_SECRET"), .scopes = TKT_SCOPE_READ,
    };

    begin(&l);
    tkt_audit_append(&l.call, 1, &(tkt_audit_note_t) {
        .act = TKT_AUDIT_DELETE, .object = TKT_OBJECT_TOKEN, .object_id = 3,
        .parent_id = 5, .before = &token,
    });

    assert_string_equal(listed(&l, TKT_OBJECT_TOKEN, entry(&l, 1).packed),
                        "id=3>0 scopes=2>0");
    assert_string_equal(listed(&l, TKT_OBJECT_TOKEN, entry(&l, 1).personal),
                        "label=phone>");
    end(&l);
}


static void
entries_are_chained(void **state)
{
    log_t        l;
    uint8_t      hash[TKT_HASH_BYTES], values[TKT_HASH_BYTES];
    uint8_t      before[TKT_HASH_BYTES] = { 0 };
    uint64_t     i;
    tkt_user_t   user = someone();
    tkt_audit_t  e;

    begin(&l);

    for (i = 1; i <= 3; i++) {
        tkt_audit_append(&l.call, 1, &(tkt_audit_note_t) {
            .act = TKT_AUDIT_CREATE, .object = TKT_OBJECT_USER,
            .object_id = 5, .after = &user,
        });
        e = entry(&l, i);
        assert_true(tkt_audit_hash(hash, before, &e, &l.arena));
        assert_memory_equal(hash, e.hash.data, sizeof(hash));
        tkt_audit_values_hash(values, &e);
        assert_memory_equal(values, e.values_hash.data, sizeof(values));
        memcpy(before, hash, sizeof(hash));
    }

    assert_false(tkt_str_eq(entry(&l, 1).salt, entry(&l, 2).salt));
    assert_false(tkt_str_eq(entry(&l, 1).values_hash,
                            entry(&l, 2).values_hash));

    /* what the values were is not needed for the chain */

    e = entry(&l, 3);
    memcpy(before, entry(&l, 2).hash.data, sizeof(before));
    tkt_audit_redact(l.txn, &e, &l.arena);
    e = entry(&l, 3);
    assert_false(tkt_audit_has_values(&e));
    assert_true(tkt_audit_hash(hash, before, &e, &l.arena));
    assert_memory_equal(hash, e.hash.data, sizeof(hash));

    /* anything else is */

    e.packed = tkt_str("");
    assert_true(tkt_audit_hash(hash, before, &e, &l.arena));
    assert_memory_not_equal(hash, e.hash.data, sizeof(hash));

    end(&l);
}


/* ---- bounds ---- */

typedef struct {
    uint8_t  *obj;
    uint8_t   letter;
    size_t    left;              /* of what a record may hold                */
} longest_t;


static bool
longest_row(void *ctx, const tkt_field_t *f, size_t number)
{
    size_t      bytes;
    longest_t      *x = ctx;
    static uint8_t  text[2][TKT_RECORD_MAX_BYTES];

    if (f->stored == 0) {
        return true;
    }

    if (tkt_field_is_u64(f)) {
        *tkt_field_u64(f, x->obj) = UINT64_MAX - x->letter;
        return true;
    }

    bytes = (f->type == TKT_T_TAGS) ? TKT_TAGS_MAX_BYTES
            : f->max * (f->type == TKT_T_SLUG || f->type == TKT_T_PHONE
                        ? 1 : 4);
    bytes = bytes < x->left ? bytes : x->left;
    x->left -= bytes;
    memset(text[x->letter], 'a' + x->letter, sizeof(text[0]));
    *tkt_field_str(f, x->obj) = (tkt_str_t) { text[x->letter], bytes };

    return true;
}


/* All rows at their longest, before and after, with the longest reason. */
static void
the_longest_entry_fits(void **state)
{
    log_t                l;
    longest_t            a, b;
    tkt_object_t         o;
    tkt_str_t            reason;
    const tkt_schema_t  *s;

    begin(&l);
    reason = (tkt_str_t) {
        tkt_arena_zalloc(&l.arena, 4 * TKT_REASON_MAX_CHARS),
        4 * TKT_REASON_MAX_CHARS
    };

    for (o = TKT_OBJECT_USER; o < TKT_OBJECT_MAX; o++) {

        s = tkt_audit_schema_of(o);
        if (s == NULL) {
            assert_true(o == TKT_OBJECT_TICKET || o == TKT_OBJECT_KEY);
            continue;
        }

        a = (longest_t) { tkt_arena_zalloc(&l.arena, s->size), 0,
                            TKT_CONFIG_RECORD_MAX_BYTES };
        b = (longest_t) { tkt_arena_zalloc(&l.arena, s->size), 1,
                            TKT_CONFIG_RECORD_MAX_BYTES };
        (void) tkt_schema_walk(s, longest_row, &a);
        (void) tkt_schema_walk(s, longest_row, &b);

        tkt_audit_append(&l.call, 1, &(tkt_audit_note_t) {
            .act = TKT_AUDIT_CHANGE, .object = o, .before = a.obj,
            .after = b.obj, .reason = reason,
        });
        assert_int_equal(tkt_txn_status(l.txn), TKT_OK);
    }

    assert_int_equal(tkt_audit_last(l.txn, 1), TKT_OBJECT_MAX - 3);
    end(&l);
}


/* ---- GET /v1/audit ---- */

static void
the_list_is_newest_first(void **state)
{
    log_t        l;
    ask_t        a;
    char         path[256];
    size_t       seen;
    long long    last, before;
    tkt_actor_t  admin;

    begin_chain(&l);
    assert_int_equal(tkt_txn_commit(l.txn), TKT_OK);
    admin = desk_actor(1, 1, TKT_ROLE_ADMIN);

    assert_int_equal(ask_get(&l.d, &a, &admin, "/v1/audit?limit=1"), 200);
    assert_string_equal(text_at(a.json, "/data/0/act"), "create");
    assert_string_equal(text_at(a.json, "/data/0/object"), "user");
    assert_string_equal(text_at(a.json, "/data/0/actor"), "(null)");
    assert_string_equal(text_at(a.json, "/data/0/reason"), "r");
    assert_string_equal(text_at(a.json, "/data/0/changes/login/new"),
                        "wang");
    assert_string_equal(text_at(a.json, "/data/0/changes/login/old"),
                        "(null)");
    assert_int_equal(strlen(text_at(a.json, "/data/0/hash")), 64);
    assert_false(is_true(a.json, "/data/0/erased"));
    last = number_at(a.json, "/data/0/id");
    ask_done(&a);

    /* pages of two, of one object */

    (void) snprintf(path, sizeof(path), "/v1/audit?limit=1&object=user&"
                    "object_id=5");
    before = last + 1;

    for (seen = 0; ; seen++) {
        assert_int_equal(ask_get(&l.d, &a, &admin, path), 200);

        if (length_at(a.json, "/data") == 0) {
            ask_done(&a);
            break;
        }

        assert_int_equal(number_at(a.json, "/data/0/object_id"), 5);
        assert_true(number_at(a.json, "/data/0/id") < before);
        before = number_at(a.json, "/data/0/id");

        if (!is_true(a.json, "/page/has_more")) {
            ask_done(&a);
            seen++;
            break;
        }

        (void) snprintf(path, sizeof(path), "/v1/audit?limit=1&object=user&"
                        "object_id=5&cursor=%s",
                        text_at(a.json, "/page/next"));
        ask_done(&a);
    }

    assert_true(seen >= 2);

    assert_int_equal(ask_get(&l.d, &a, &admin, "/v1/audit?actor=4"), 200);
    assert_int_equal(length_at(a.json, "/data"), 0);
    ask_done(&a);
    assert_int_equal(ask_get(&l.d, &a, &admin, "/v1/audit?object=x"), 400);
    ask_done(&a);
    assert_int_equal(ask_get(&l.d, &a, &admin, "/v1/audit?actor=x"), 400);
    ask_done(&a);

    tkt_arena_done(&l.arena);
    desk_close(&l.d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(entries_hold_what_was_done),
        cmocka_unit_test(secrets_are_left_out),
        cmocka_unit_test(entries_are_chained),
        cmocka_unit_test(the_longest_entry_fits),
        cmocka_unit_test(the_list_is_newest_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
