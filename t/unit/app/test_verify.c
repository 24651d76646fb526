/*
 * The verification: silent on what commands have made, and telling about
 * every kind of damage.  Damage is done in a write transaction that is
 * aborted after the look at it, so each case begins from the same store.
 */

#include "traffic.h"

#include "app/tkt_verify_int.h"


typedef struct {
    tkt_txn_t    *txn;
    tkt_arena_t  *arena;
} damage_t;

typedef struct {
    const char   *name;
    void        (*damage)(damage_t *x);
    const char   *says;
} damage_row_t;


/* ---- the store ---- */

/*
 * Ticket 1: claimed, answered, noted, resolved, then edited; 2: long texts,
 * changed once; 3: a long message; 4: was assigned, lies in the queue again;
 * 5: of the second tenant.
 */
static void
small_store(desk_t *d)
{
    uint64_t             other;
    uint8_t              random[32] = { 1 };
    tkt_actor_t          user = desk_actor(1, 1, TKT_ROLE_USER);
    tkt_actor_t          agent = desk_actor(1, 9, TKT_ROLE_AGENT);
    tkt_actor_t          boss = desk_actor(1, 13, TKT_ROLE_SUPERVISOR);
    tkt_actor_t          admin = desk_actor(1, 14, TKT_ROLE_ADMIN);
    tkt_command_t       *cmd;
    static char          text[30000], body[40000];

    memset(text, 'x', 9000);

    traffic_make_people(d);
    assert_int_equal(tkt_app_tenant(d->env, tkt_str("other"), 2, true,
                                    d->now_ms, &other), TKT_OK);

    desk_post(d, &user, "/v1/tickets",
              "{\"subject\":\"打印机\",\"description\":\"没有反应\"}");
    desk_post(d, &agent, "/v1/tickets/1/claim", "{}");
    desk_post(d, &agent, "/v1/tickets/1/start", "{}");
    desk_post(d, &agent, "/v1/tickets/1/messages", "{\"body\":\"Hello.\"}");
    desk_post(d, &agent, "/v1/tickets/1/messages",
              "{\"body\":\"Rude.\",\"kind\":\"note\"}");
    desk_post(d, &agent, "/v1/tickets/1/resolve", "{\"solution\":\"Plug.\"}");
    desk_ok(d, &agent, TKT_METHOD_PATCH, "/v1/tickets/1",
            "{\"account\":\"a-17\"}");

    (void) snprintf(body, sizeof(body),
                    "{\"subject\":\"s\",\"description\":\"%s\"}", text);
    desk_post(d, &user, "/v1/tickets", body);
    (void) snprintf(body, sizeof(body), "{\"description\":\"y%.4000s\"}",
                    text);
    desk_ok(d, &user, TKT_METHOD_PATCH, "/v1/tickets/2", body);

    desk_post(d, &user, "/v1/tickets",
              "{\"subject\":\"s\",\"description\":\"d\"}");
    (void) snprintf(body, sizeof(body), "{\"body\":\"%s\"}", text);
    desk_post(d, &user, "/v1/tickets/3/messages", body);

    desk_post(d, &user, "/v1/tickets",
              "{\"subject\":\"s\",\"description\":\"d\"}");
    desk_post(d, &boss, "/v1/tickets/4/assign", "{\"assignee\":10}");
    desk_post(d, &boss, "/v1/tickets/4/transfer", "{\"reason\":\"no\"}");

    user = desk_actor((uint32_t) other, 0, TKT_ROLE_ADMIN);
    desk_post(d, &user, "/v1/users", "{\"login\":\"far\"}");
    user = desk_actor((uint32_t) other, 17, TKT_ROLE_USER);
    desk_post(d, &user, "/v1/tickets",
              "{\"subject\":\"s\",\"description\":\"d\"}");

    desk_post(d, &admin, "/v1/users/1/tokens", "{}");

    cmd = desk_command(d, &admin, &(tkt_request_t) {
        .method = TKT_METHOD_POST, .path = tkt_str("/v1/tickets/1/messages"),
        .has_idempotency_key = true, .idempotency_key = tkt_str("k"),
        .now_ms = ++d->now_ms,
    }, "{\"body\":\"Thanks.\",\"kind\":\"courtesy\"}", random);
    assert_non_null(cmd);
    assert_int_equal(tkt_app_run(d->env, &cmd, 1, NULL, NULL), TKT_OK);
    assert_int_equal(tkt_command_reply(cmd)->http, 201);
    tkt_command_free(cmd);
}


/* ---- ways to damage ---- */

static tkt_key_t
raw_key(const char *bytes, size_t len)
{
    tkt_key_t  key;

    tkt_key_start(&key);
    tkt_key_bytes(&key, (tkt_str_t) { (const uint8_t *) bytes, len });

    return key;
}


static void
load(damage_t *x, tkt_db_t db, const tkt_key_t *key, const tkt_schema_t *s,
    void *obj)
{
    tkt_str_t  value;

    assert_true(tkt_get(x->txn, db, key, &value));
    assert_true(tkt_record_unpack(s, tkt_arena_copy(x->arena, value), obj));
}


static void
save(damage_t *x, tkt_db_t db, const tkt_key_t *key, const tkt_schema_t *s,
    const void *obj)
{
    tkt_put(x->txn, db, key, tkt_record_pack(s, obj, NULL, x->arena));
}


static tkt_key_t
ticket_key(uint64_t id)
{
    tkt_key_t  key;

    tkt_key_ticket(&key, 1, id);

    return key;
}


static tkt_ticket_t
ticket_load(damage_t *x, uint64_t id)
{
    tkt_key_t     key = ticket_key(id);
    tkt_ticket_t  t;

    load(x, TKT_DB_TICKET, &key, &tkt_ticket_schema, &t);

    return t;
}


static void
ticket_save(damage_t *x, const tkt_ticket_t *t)
{
    tkt_key_t  key = ticket_key(t->id);

    save(x, TKT_DB_TICKET, &key, &tkt_ticket_schema, t);
}


static tkt_event_t
event_load(damage_t *x, uint64_t seq)
{
    tkt_key_t    key;
    tkt_event_t  e;

    tkt_key_event(&key, seq);
    load(x, TKT_DB_EVENT, &key, &tkt_event_schema, &e);
    e.id = seq;

    return e;
}


static void
event_save(damage_t *x, const tkt_event_t *e)
{
    tkt_key_t  key;

    tkt_key_event(&key, e->id);
    save(x, TKT_DB_EVENT, &key, &tkt_event_schema, e);
}


static void
drop(damage_t *x, tkt_db_t db, const tkt_key_t *key)
{
    assert_true(tkt_delete(x->txn, db, key));
}


/* The n-th event, from the newest, of a ticket. */
static tkt_event_t
event_of(damage_t *x, uint64_t ticket, unsigned back)
{
    tkt_event_t  e;

    e = event_load(x, ticket_load(x, ticket).last_event);

    while (back-- > 0) {
        e = event_load(x, e.previous);
    }

    return e;
}


static tkt_key_t
message_key(uint64_t ticket, uint32_t number, uint16_t piece)
{
    tkt_key_t  key;

    tkt_key_message(&key, 1, ticket, number);
    tkt_key_u16(&key, piece);

    return key;
}


/* ---- meta, people ---- */

static void
meta_unknown(damage_t *x)
{
    tkt_key_t  key = raw_key("extra", 5);

    tkt_put(x->txn, TKT_DB_META, &key, tkt_str("1"));
}


static void
meta_short(damage_t *x)
{
    tkt_key_t  key = raw_key("sequences", 9);

    tkt_put(x->txn, TKT_DB_META, &key, tkt_str("1234567"));
}


static void
meta_low(damage_t *x)
{
    size_t       i;
    tkt_key_t    key = raw_key("sequences", 9), low;
    tkt_str_t    value;
    tkt_unkey_t  u;

    assert_true(tkt_get(x->txn, TKT_DB_META, &key, &value));
    tkt_unkey_start(&u, value);
    tkt_key_start(&low);

    for (i = 0; i < 1 + TKT_SEQ_MAX; i++) {
        tkt_key_u64(&low, tkt_unkey_u64(&u) - (i == 1 + TKT_SEQ_TICKET));
    }

    tkt_put(x->txn, TKT_DB_META, &key, (tkt_str_t) { low.data, low.len });
}


static void
tenant_other(damage_t *x)
{
    tkt_key_t     key;
    tkt_tenant_t  tenant;

    tkt_key_tenant(&key, 1);
    load(x, TKT_DB_TENANT, &key, &tkt_tenant_schema, &tenant);
    tenant.id = 2;
    save(x, TKT_DB_TENANT, &key, &tkt_tenant_schema, &tenant);
}


static void
user_edit(damage_t *x, uint64_t role, const char *login)
{
    tkt_key_t   key;
    tkt_user_t  user;

    tkt_key_principal(&key, 1, 1);
    load(x, TKT_DB_PRINCIPAL, &key, &tkt_user_schema, &user);
    user.role = role;

    if (login != NULL) {
        user.login = tkt_str_z(login);
    }

    save(x, TKT_DB_PRINCIPAL, &key, &tkt_user_schema, &user);
}


static void
user_role(damage_t *x)
{
    user_edit(x, 99, NULL);
}


static void
user_renamed(damage_t *x)
{
    user_edit(x, TKT_ROLE_USER, "quite-another");
}


static void
user_without_login(damage_t *x)
{
    tkt_key_t  key;

    tkt_key_login(&key, 1, tkt_str("p3"));
    drop(x, TKT_DB_LOGIN, &key);
}


static void
login_elsewhere(damage_t *x)
{
    tkt_key_t  key, id;

    tkt_key_login(&key, 1, tkt_str("p3"));
    tkt_key_start(&id);
    tkt_key_u64(&id, 4);
    tkt_put(x->txn, TKT_DB_LOGIN, &key, (tkt_str_t) { id.data, id.len });
}


static void
login_stray(damage_t *x)
{
    tkt_key_t  key, id;

    tkt_key_login(&key, 1, tkt_str("ghost"));
    tkt_key_start(&id);
    tkt_key_u64(&id, 4);
    tkt_put(x->txn, TKT_DB_LOGIN, &key, (tkt_str_t) { id.data, id.len });
}


static void
token_put(damage_t *x, uint64_t principal, uint32_t number, size_t digest)
{
    tkt_key_t           key;
    tkt_token_record_t  token;

    tkt_key_token(&key, 1, 1, 1);
    load(x, TKT_DB_TOKEN, &key, &tkt_token_schema, &token);
    token.id = number;
    token.digest.len = digest;
    tkt_key_token(&key, 1, principal, number);
    save(x, TKT_DB_TOKEN, &key, &tkt_token_schema, &token);
}


static void
token_ownerless(damage_t *x)
{
    token_put(x, 999, 1, 32);
}


static void
token_early(damage_t *x)
{
    token_put(x, 1, 2, 32);
}


static void
token_digest(damage_t *x)
{
    token_put(x, 1, 1, 31);
}


/* ---- tickets ---- */

static void
ticket_broken(damage_t *x)
{
    tkt_key_t  key = ticket_key(1);

    tkt_put(x->txn, TKT_DB_TICKET, &key, tkt_str("\x01\x05zzz"));
}


static void
ticket_requester(damage_t *x)
{
    tkt_ticket_t  t = ticket_load(x, 3);

    t.requester = 777;
    ticket_save(x, &t);
}


static void
ticket_state(damage_t *x)
{
    tkt_ticket_t  t = ticket_load(x, 3);

    t.state = 99;
    ticket_save(x, &t);
}


static void
ticket_tier(damage_t *x)
{
    tkt_ticket_t  t = ticket_load(x, 1);

    t.tier = 2;
    ticket_save(x, &t);
}


static void
ticket_account(damage_t *x)
{
    tkt_ticket_t  t = ticket_load(x, 1);

    t.account = tkt_str("a-18");
    ticket_save(x, &t);
}


static void
ticket_resolved_at(damage_t *x)
{
    tkt_ticket_t  t = ticket_load(x, 1);

    t.resolved_at++;
    ticket_save(x, &t);
}


static void
ticket_version(damage_t *x)
{
    tkt_ticket_t  t = ticket_load(x, 1);

    t.version++;
    ticket_save(x, &t);
}


static void
ticket_updated_at(damage_t *x)
{
    tkt_ticket_t  t = ticket_load(x, 1);

    t.updated_at++;
    ticket_save(x, &t);
}


static void
ticket_created_at(damage_t *x)
{
    tkt_ticket_t  t = ticket_load(x, 1);

    t.created_at--;
    ticket_save(x, &t);
}


static void
ticket_foreign_chain(damage_t *x)
{
    tkt_ticket_t  t = ticket_load(x, 3);

    t.last_event = ticket_load(x, 4).last_event;
    ticket_save(x, &t);
}


static void
ticket_cut_chain(damage_t *x)
{
    tkt_ticket_t  t = ticket_load(x, 1);

    t.last_event = event_of(x, 1, 1).id;
    ticket_save(x, &t);
}


static void
ticket_long_text(damage_t *x)
{
    tkt_ticket_t  t = ticket_load(x, 2);

    t.long_text = 0;
    ticket_save(x, &t);
}


static void
ticket_piece(damage_t *x)
{
    tkt_key_t  key = message_key(2, 0, 0);
    tkt_str_t  value;

    assert_true(tkt_get(x->txn, TKT_DB_MESSAGE, &key, &value));
    value = tkt_arena_copy(x->arena, value);
    ((uint8_t *) (uintptr_t) value.data)[100] ^= 1;
    tkt_put(x->txn, TKT_DB_MESSAGE, &key, value);
}


static void
ticket_piece_short(damage_t *x)
{
    tkt_key_t  key = message_key(2, 0, 1);

    tkt_put(x->txn, TKT_DB_MESSAGE, &key, tkt_str("xyz"));
}


static void
ticket_piece_stray(damage_t *x)
{
    tkt_key_t  key = message_key(3, 0, 0);

    tkt_put(x->txn, TKT_DB_MESSAGE, &key, tkt_str("text"));
}


/* ---- messages ---- */

static void
message_orphan(damage_t *x)
{
    tkt_key_t  key = message_key(99, 1, 0);

    tkt_put(x->txn, TKT_DB_MESSAGE, &key, tkt_str("text"));
}


static void
message_edit(damage_t *x, void (*edit)(tkt_message_t *m))
{
    tkt_key_t      key = message_key(1, 2, 0);
    tkt_message_t  m;

    load(x, TKT_DB_MESSAGE, &key, &tkt_message_schema, &m);
    edit(&m);
    save(x, TKT_DB_MESSAGE, &key, &tkt_message_schema, &m);
}


static void
edit_author(tkt_message_t *m)
{
    m->author = 888;
}


static void
edit_number(tkt_message_t *m)
{
    m->id = 3;
}


static void
edit_time(tkt_message_t *m)
{
    m->created_at += 10000000;
}


static void
edit_long(tkt_message_t *m)
{
    m->long_text = 1;
}


static void
message_author(damage_t *x)
{
    message_edit(x, edit_author);
}


static void
message_number(damage_t *x)
{
    message_edit(x, edit_number);
}


static void
message_time(damage_t *x)
{
    message_edit(x, edit_time);
}


static void
message_long(damage_t *x)
{
    message_edit(x, edit_long);
}


static void
message_more(damage_t *x)
{
    tkt_key_t  from = message_key(1, 2, 0), to = message_key(1, 5, 0);
    tkt_str_t  value;

    assert_true(tkt_get(x->txn, TKT_DB_MESSAGE, &from, &value));
    tkt_put(x->txn, TKT_DB_MESSAGE, &to, tkt_arena_copy(x->arena, value));
}


/* ---- the log ---- */

static void
event_extra(damage_t *x)
{
    tkt_event_t  e = event_of(x, 1, 0);

    e.id = tkt_txn_next(x->txn, TKT_SEQ_EVENT);
    event_save(x, &e);

    /* the number is kept at the commit only */
    meta_low(x);
}


static void
event_version(damage_t *x)
{
    tkt_event_t  e = event_of(x, 1, 1);

    e.version++;
    event_save(x, &e);
}


static void
event_action(damage_t *x)
{
    tkt_event_t  e = event_of(x, 1, 2);

    e.action = TKT_ACTION_CONFIRM + 1;
    event_save(x, &e);
}


static void
event_from(damage_t *x)
{
    tkt_event_t  e = event_of(x, 1, 0);

    e.from = e.to = TKT_STATE_CONFIRMED;
    event_save(x, &e);
}


static void
event_to(damage_t *x)
{
    tkt_event_t  e = event_of(x, 3, 0);

    e.from = e.to = TKT_STATE_OPEN;
    event_save(x, &e);
}


static void
event_loop(damage_t *x)
{
    tkt_event_t  e = event_of(x, 1, 3);

    e.previous = event_of(x, 1, 0).id;
    event_save(x, &e);
}


static void
event_branch(damage_t *x)
{
    tkt_event_t  e = event_of(x, 1, 1);

    e.previous = event_load(x, e.previous).previous;
    event_save(x, &e);
}


static void
event_message(damage_t *x)
{
    tkt_event_t  e = event_of(x, 3, 0);

    e.message = 0;
    event_save(x, &e);
}


static void
event_changes(damage_t *x)
{
    tkt_event_t  e = event_of(x, 1, 1);

    e.packed.len--;
    event_save(x, &e);
}


static void
event_future(damage_t *x)
{
    tkt_event_t  e = event_of(x, 1, 2);

    e.at += 10000000;
    event_save(x, &e);
}


static void
event_actor(damage_t *x)
{
    tkt_event_t  e = event_of(x, 1, 2);

    e.actor = 999;
    event_save(x, &e);
}


static void
event_ticket(damage_t *x)
{
    tkt_event_t  e = event_of(x, 1, 2);

    e.ticket = 999;
    event_save(x, &e);
}


static void
event_submit(damage_t *x)
{
    tkt_event_t  e = event_of(x, 3, 1);

    assert_int_equal(e.previous, 0);
    e.action = TKT_ACTION_EDIT + 1;
    e.from = e.to;
    event_save(x, &e);
}


/* ---- indexes and counters ---- */

static void
stray_by_state(damage_t *x)
{
    tkt_key_t     key;
    tkt_ticket_t  t = ticket_load(x, 1);

    t.state = TKT_STATE_OPEN;
    tkt_key_by_state(&key, &t);
    tkt_put(x->txn, TKT_DB_BY_STATE, &key, tkt_str(""));
}


static void
stray_by_requester(damage_t *x)
{
    tkt_key_t  key;

    tkt_key_by_requester(&key, 1, 2, 1);
    tkt_put(x->txn, TKT_DB_BY_REQUESTER, &key, tkt_str(""));
}


static void
stray_by_assignee(damage_t *x)
{
    tkt_key_t     key;
    tkt_ticket_t  t = ticket_load(x, 1);

    t.assignee = 11;
    tkt_key_by_assignee(&key, &t);
    tkt_put(x->txn, TKT_DB_BY_ASSIGNEE, &key, tkt_str(""));
}


static void
full_entry(damage_t *x)
{
    tkt_key_t  key;

    tkt_key_by_requester(&key, 1, 1, 1);
    tkt_put(x->txn, TKT_DB_BY_REQUESTER, &key, tkt_str("x"));
}


static void
counts_requester(damage_t *x)
{
    tkt_key_t  key;

    tkt_key_by_requester(&key, 1, 1, 0);
    tkt_put(x->txn, TKT_DB_BY_REQUESTER, &key, tkt_str("\x09"));
}


static void
counts_assignee(damage_t *x)
{
    tkt_key_t  key;

    tkt_key_assignee_counts(&key, 1, 10);
    tkt_put(x->txn, TKT_DB_BY_ASSIGNEE, &key, tkt_str("\x09"));
}


static void
counts_idle_requester(damage_t *x)
{
    tkt_key_t  key;

    tkt_key_by_requester(&key, 1, 5, 0);
    tkt_put(x->txn, TKT_DB_BY_REQUESTER, &key, tkt_str(""));
}


static void
counts_nobody(damage_t *x)
{
    tkt_key_t  key;

    tkt_key_assignee_counts(&key, 1, 999);
    tkt_put(x->txn, TKT_DB_BY_ASSIGNEE, &key, tkt_str(""));
}


static void
counts_broken(damage_t *x)
{
    tkt_key_t  key;

    tkt_key_by_requester(&key, 1, 1, 0);
    tkt_put(x->txn, TKT_DB_BY_REQUESTER, &key, tkt_str("\xff"));
}


static void
counter_wrong(damage_t *x)
{
    tkt_key_t  key;

    tkt_key_tenant_counts(&key, 1);
    tkt_put(x->txn, TKT_DB_COUNTER, &key, tkt_str("\x01"));
}


static void
counter_kind(damage_t *x)
{
    tkt_key_t  key;

    tkt_key_tenant(&key, 1);
    tkt_key_u8(&key, 7);
    tkt_put(x->txn, TKT_DB_COUNTER, &key, tkt_str("\x01"));
}


static void
counter_idle(damage_t *x)
{
    tkt_key_t     key;
    tkt_tenant_t  idle = { .id = 3, .name = tkt_lit("idle") };

    tkt_tenant_save(x->txn, &idle, x->arena);
    tkt_key_tenant_counts(&key, 3);
    tkt_put(x->txn, TKT_DB_COUNTER, &key, tkt_str("\x01"));
}


/* ---- stored answers ---- */

static void
answer_copy(damage_t *x, uint64_t principal, size_t cut)
{
    tkt_key_t    all, key;
    tkt_str_t    value, rest;
    tkt_scan_t   scan;
    tkt_unkey_t  u;

    tkt_key_start(&all);
    tkt_scan_open(&scan, x->txn, TKT_DB_IDEMPOTENCY, &all, NULL, false);
    assert_true(tkt_scan_next(&scan));

    tkt_unkey_start(&u, scan.key);
    tkt_key_start(&key);
    tkt_key_u32(&key, tkt_unkey_u32(&u));
    tkt_key_u32(&key, tkt_unkey_u32(&u));
    (void) tkt_unkey_u64(&u);
    tkt_key_u64(&key, principal);
    rest = (tkt_str_t) { u.pos, (size_t) (u.end - u.pos) };
    tkt_key_bytes(&key, rest);
    value = tkt_arena_copy(x->arena, scan.value);
    tkt_scan_close(&scan);

    value.len -= cut;
    tkt_put(x->txn, TKT_DB_IDEMPOTENCY, &key, value);
}


static void
answer_broken(damage_t *x)
{
    answer_copy(x, 14, 1);
}


static void
answer_nobody(damage_t *x)
{
    answer_copy(x, 999, 0);
}


/* ---- tests ---- */

static const damage_row_t  damages[] = {
    { "unknown key", meta_unknown, "meta: unknown key of 5 bytes" },
    { "short sequences", meta_short, "record of sequences has 7 bytes" },
    { "number not given", meta_low, "ticket 2/5: the number was never" },

    { "tenant of another number", tenant_other, "tenant 1: the record is" },
    { "role out of range", user_role, "principal 1/1: role has the value" },
    { "renamed principal", user_renamed, "principal 1/1: its login is not" },
    { "principal without login", user_without_login, "principal 1/3: its" },
    { "login of another", login_elsewhere, "login 1/p3: leads to no" },
    { "login of nobody", login_stray, "login 1/ghost: leads to no" },
    { "token of nobody", token_ownerless, "token 1/999/1: its owner" },
    { "token not given", token_early, "token 1/1/2: the number was never" },
    { "short digest", token_digest, "token 1/1/1: the record is not" },

    { "broken ticket", ticket_broken, "ticket 1/1: the record does not" },
    { "requester of nobody", ticket_requester, "its requester 777 does" },
    { "state out of range", ticket_state, "ticket 1/3: state has the value" },
    { "row changed silently", ticket_tier, "with tier set" },
    { "string changed silently", ticket_account, "change of account does" },
    { "time changed silently", ticket_resolved_at, "change of resolved_at" },
    { "version ahead", ticket_version, "has version 8, not 9" },
    { "updated_at", ticket_updated_at, "not of the time of the last change" },
    { "created_at", ticket_created_at, "did not submit this ticket" },
    { "chain of another", ticket_foreign_chain, "is an event of ticket 1/4" },
    { "chain cut off", ticket_cut_chain, "is not in the chain of its ticket" },
    { "long_text lost", ticket_long_text, "long_text is 0, and there are" },
    { "long text changed", ticket_piece, "change of description does not" },
    { "short piece", ticket_piece_short, "has a wrong length" },
    { "stray piece", ticket_piece_stray, "ticket 1/3: long_text is 0" },

    { "message of no ticket", message_orphan, "message 1/99/1: its ticket" },
    { "author of nobody", message_author, "its author 888 does not exist" },
    { "message number", message_number, "message 1/1/2: the record is not" },
    { "message time", message_time, "was not written in the ticket's time" },
    { "long_text of a message", message_long, "message 1/1/2: long_text is" },
    { "message too many", message_more, "last message is 5, its message_cou" },

    { "event outside a chain", event_extra, "is not in the chain of its" },
    { "event version", event_version, "has version 8, not 7" },
    { "action without row", event_action, "no transition leads by action" },
    { "event from", event_from, "comes from state 8, its changes lead" },
    { "event to", event_to, "leads to state 2, what follows begins in 1" },
    { "loop", event_loop, "is not after the one before it" },
    { "branch", event_branch, "is not in the chain of its ticket 1/1" },
    { "event without its message", event_message, "names message 0, while" },
    { "broken change list", event_changes, "its change list does not" },
    { "event in the future", event_future, "its time is not between" },
    { "actor of nobody", event_actor, "its actor 999 does not exist" },
    { "event of no ticket", event_ticket, "its ticket 1/999 does not" },
    { "no submission", event_submit, "begins a chain and is not a submissi" },

    { "stray by_state", stray_by_state, "by_state: an entry of ticket 1/1" },
    { "stray by_requester", stray_by_requester, "by_requester: an entry of" },
    { "stray by_assignee", stray_by_assignee, "by_assignee: an entry of" },
    { "entry with a value", full_entry, "by_requester: an entry of ticket" },
    { "counts of a requester", counts_requester, "by_requester 1/1: cell 0" },
    { "counts of an assignee", counts_assignee, "by_assignee 1/10: cell 0" },
    { "counts without tickets", counts_idle_requester, "requester without" },
    { "counts of nobody", counts_nobody, "by_assignee 1/999: there is no" },
    { "broken counts", counts_broken, "the counts do not decode" },
    { "counter", counter_wrong, "counter 1: cell 0 says 1" },
    { "unknown counter", counter_kind, "counter 1: kind 7 is no row" },
    { "counter of an idle tenant", counter_idle, "counter 3: cell 0 says 1" },

    { "broken answer", answer_broken, "the record does not decode" },
    { "answer of nobody", answer_nobody, "there is no such principal" },
};


static int
setup(void **state)
{
    static desk_t  d;

    desk_open(&d);
    small_store(&d);
    *state = &d;

    return 0;
}


static int
teardown(void **state)
{
    desk_close(*state);

    return 0;
}


static void
test_clean(void **state)
{
    desk_verify_clean(*state);
}


static void
test_every_damage_is_told(void **state)
{
    size_t                i, missed;
    desk_t               *d = *state;
    damage_t              x;
    tkt_arena_t           arena;
    static desk_faults_t  faults;

    tkt_arena_init(&arena, 65536);
    missed = 0;

    for (i = 0; i < tkt_array_len(damages); i++) {
        assert_int_equal(tkt_txn_begin(d->env, &x.txn, false), TKT_OK);
        x.arena = &arena;

        damages[i].damage(&x);
        assert_int_equal(tkt_txn_status(x.txn), TKT_OK);

        desk_verify(x.txn, &faults);

        if (strstr(faults.text, damages[i].says) == NULL) {
            print_message("# %s: not \"%s\" in %u lines:\n%s",
                          damages[i].name, damages[i].says, faults.lines,
                          faults.text);
            missed++;
        }

        tkt_txn_abort(x.txn);
        tkt_arena_done(&arena);
    }

    assert_int_equal(missed, 0);
    desk_verify_clean(d);
}


/* Deletes entry number n of a database; false if it has fewer. */
static bool
delete_entry(tkt_txn_t *txn, tkt_db_t db, size_t n)
{
    bool        there;
    tkt_key_t   all, key;
    tkt_scan_t  scan;

    tkt_key_start(&all);
    tkt_key_start(&key);
    tkt_scan_open(&scan, txn, db, &all, NULL, false);

    do {
        there = tkt_scan_next(&scan);
    } while (there && n-- > 0);

    if (there) {
        tkt_key_bytes(&key, scan.key);
    }

    tkt_scan_close(&scan);

    return there && tkt_delete(txn, db, &key);
}


/*
 * Any single entry that is lost is missed, but for tokens and answers, which
 * come and go by themselves, and the last piece of the one long message:
 * nothing says how long a message was.
 */
static void
test_every_loss_is_told(void **state)
{
    bool                  there;
    size_t                n, losses, untold;
    int                   db;
    desk_t               *d = *state;
    tkt_txn_t            *txn;
    static desk_faults_t  faults;

    losses = untold = 0;

    for (db = 0; db < TKT_DB_MAX; db++) {

        if (db == TKT_DB_TOKEN || db == TKT_DB_IDEMPOTENCY) {
            continue;
        }

        for (there = true, n = 0; there; n++) {
            assert_int_equal(tkt_txn_begin(d->env, &txn, false), TKT_OK);
            there = delete_entry(txn, (tkt_db_t) db, n);

            if (there) {
                losses++;
                desk_verify(txn, &faults);

                if (faults.lines == 0) {
                    print_message("# the loss of entry %zu of %s is not "
                                  "told\n", n,
                                  tkt_verify_db((tkt_db_t) db));
                    untold++;
                }
            }

            tkt_txn_abort(txn);
        }
    }

    assert_true(losses > 80);
    assert_int_equal(untold, 1);
}


/* A key that is none of its database, and a value cut short. */
static void
test_strange_entries_are_told(void **state)
{
    int                   db;
    desk_t               *d = *state;
    tkt_key_t             all, key = raw_key("zz", 2);
    tkt_str_t             value;
    tkt_txn_t            *txn;
    tkt_scan_t            scan;
    static uint8_t        bytes[65536];
    static desk_faults_t  faults;

    tkt_key_start(&all);

    for (db = 0; db < TKT_DB_MAX; db++) {

        assert_int_equal(tkt_txn_begin(d->env, &txn, false), TKT_OK);
        tkt_put(txn, (tkt_db_t) db, &key, tkt_str("zz"));
        desk_verify(txn, &faults);
        assert_true(faults.lines > 0);
        tkt_txn_abort(txn);

        assert_int_equal(tkt_txn_begin(d->env, &txn, false), TKT_OK);
        tkt_scan_open(&scan, txn, (tkt_db_t) db, &all, NULL, true);
        assert_true(tkt_scan_next(&scan));

        tkt_key_start(&key);
        tkt_key_bytes(&key, scan.key);
        value = (tkt_str_t) { bytes, scan.value.len };
        assert_true(value.len < sizeof(bytes));

        if (value.len > 0) {
            memcpy(bytes, scan.value.data, value.len);
        }

        tkt_scan_close(&scan);

        if (value.len > 0) {
            value.len--;
            tkt_put(txn, (tkt_db_t) db, &key, value);
            desk_verify(txn, &faults);
            assert_true(faults.lines > 0);
        }

        tkt_txn_abort(txn);
        key = raw_key("zz", 2);
    }
}


/* What a busy desk leaves is sound all the way. */
static void
test_traffic_is_clean(void **state)
{
    size_t          i;
    traffic_t      *t;
    static desk_t   d;
    tkt_command_t  *cmd;

    t = malloc(sizeof(traffic_t));
    assert_non_null(t);

    desk_open(&d);
    traffic_start(t, 4711);
    traffic_make_people(&d);
    desk_verify_clean(&d);

    for (i = 0; i < 1200; i++) {
        cmd = traffic_next(t, &d);
        assert_int_equal(tkt_app_run(d.env, &cmd, 1, NULL, NULL), TKT_OK);
        tkt_command_free(cmd);

        if (i % 100 == 0) {
            desk_verify_clean(&d);
        }
    }

    desk_verify_clean(&d);
    desk_close(&d);
    free(t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_clean),
        cmocka_unit_test(test_every_damage_is_told),
        cmocka_unit_test(test_every_loss_is_told),
        cmocka_unit_test(test_strange_entries_are_told),
        cmocka_unit_test(test_traffic_is_clean),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
