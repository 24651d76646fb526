/*
 * What the tests of confidential text share: a desk with master keys and
 * people of every role, and a look at the raw store.
 */

#ifndef SEALED_DESK_H
#define SEALED_DESK_H


#include "ask.h"

#include "app/privacy/tkt_sealed.h"


#define KEY_1   "1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
#define KEY_2   "2:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n"
#define CANARY  "canary-7Qx9-password"

/* Principals, as sealed_open_desk makes them. */
enum { ALICE = 1, BOB, ANN, ANDY, SUE, ROOT, ROBO };

#define as(id, base)                                                          \
    desk_actor(1, id, TKT_ROLE_##base)


typedef struct {
    desk_t          d;
    tkt_keyring_t  *ring;
    const char     *key;         /* Idempotency-Key of the next request      */
} sealed_desk_t;


static inline tkt_keyring_t *
sealed_ring(const char *text)
{
    char            fault[200];
    tkt_keyring_t  *ring;

    ring = tkt_keyring_parse(tkt_str_z(text), fault, sizeof(fault));
    assert_non_null(ring);

    return ring;
}


static inline void
sealed_open_desk(sealed_desk_t *s)
{
    size_t       i;
    char         body[128];
    tkt_actor_t  operator = desk_actor(1, 0, TKT_ROLE_ADMIN);

    static const char *const  roles[] = {
        "user", "user", "agent", "agent", "supervisor", "admin", "bot"
    };

    memset(s, 0, sizeof(*s));
    desk_open(&s->d);
    s->ring = sealed_ring(KEY_1);

    for (i = 0; i < tkt_array_len(roles); i++) {
        (void) snprintf(body, sizeof(body),
                        "{\"login\":\"p%u\",\"role\":\"%s\"}",
                        (unsigned) i + 1, roles[i]);
        desk_post(&s->d, &operator, "/v1/users", body);
    }
}


static inline void
sealed_close_desk(sealed_desk_t *s)
{
    tkt_keyring_free(s->ring);
    desk_close(&s->d);
}


/* Sends a request with the keys; the HTTP status, the answer in *a. */
static inline unsigned
sealed_ask(sealed_desk_t *s, ask_t *a, tkt_actor_t actor, tkt_method_t method,
    const char *target, const char *body)
{
    tkt_request_t  req = ask_make(&s->d, method, target);

    req.keyring = s->ring;

    if (s->key != NULL) {
        req.idempotency_key = tkt_str_z(s->key);
        req.has_idempotency_key = true;
    }

    ask_request(&s->d, a, &actor, &req, body);

    return a->reply.http;
}


/* The same when only the status matters. */
static inline unsigned
sealed_do(sealed_desk_t *s, tkt_actor_t actor, tkt_method_t method,
    const char *target, const char *body)
{
    ask_t     a;
    unsigned  http;

    http = sealed_ask(s, &a, actor, method, target, body);
    ask_done(&a);

    return http;
}


/* A ticket of Alice's with the text (NULL: none), Ann its assignee. */
static inline unsigned
sealed_ticket(sealed_desk_t *s, const char *text)
{
    char      body[512], path[64];
    ask_t     a;
    unsigned  id;

    (void) snprintf(body, sizeof(body), "{\"subject\":\"s\",\"description\":"
                    "\"d\"%s%s%s}", text ? ",\"confidential\":\"" : "",
                    text ? text : "", text ? "\"" : "");

    assert_int_equal(sealed_ask(s, &a, as(ALICE, USER), TKT_METHOD_POST,
                                "/v1/tickets", body), 201);
    assert_int_equal(is_true(a.json, "/has_confidential"), text != NULL);
    id = (unsigned) number_at(a.json, "/id");
    ask_done(&a);

    (void) snprintf(path, sizeof(path), "/v1/tickets/%u/claim", id);
    assert_int_equal(sealed_do(s, as(ANN, AGENT), TKT_METHOD_POST, path,
                               "{}"), 200);

    return id;
}


static inline const char *
sealed_path(unsigned id, const char *rest)
{
    static char  path[100];

    (void) snprintf(path, sizeof(path), "/v1/tickets/%u%s", id, rest);

    return path;
}


static inline unsigned
sealed_reveal(sealed_desk_t *s, tkt_actor_t actor, unsigned id, ask_t *a)
{
    return sealed_ask(s, a, actor, TKT_METHOD_POST,
                      sealed_path(id, "/reveal"),
                      "{\"reason\":\"to log in\"}");
}


/* Reveals, which must give the text, or (NULL) fail closed. */
static inline void
sealed_expect(sealed_desk_t *s, unsigned id, const char *text)
{
    ask_t     a;
    unsigned  http = sealed_reveal(s, as(SUE, SUPERVISOR), id, &a);

    if (text == NULL) {
        assert_int_equal(http, 500);
        assert_string_equal(text_at(a.json, "/detail"),
                            "the confidential text cannot be opened");

    } else {
        assert_int_equal(http, 200);
        assert_string_equal(text_at(a.json, "/confidential"), text);
    }

    ask_done(&a);
}


/* ---- the raw store ---- */

/* Entries of a key or value in which the word stands. */
static inline unsigned
sealed_look(sealed_desk_t *s, const char *word)
{
    int         db;
    unsigned    found;
    tkt_key_t   all;
    tkt_scan_t  scan;

    found = 0;
    tkt_key_start(&all);
    assert_int_equal(tkt_txn_renew(s->d.read), TKT_OK);

    for (db = 0; db < TKT_DB_MAX; db++) {
        tkt_scan_open(&scan, s->d.read, (tkt_db_t) db, &all, NULL, false);

        while (tkt_scan_next(&scan)) {
            found += scan.value.len > 0
                     && memmem(scan.value.data, scan.value.len, word,
                               strlen(word)) != NULL;
        }

        tkt_scan_close(&scan);
    }

    tkt_txn_reset(s->d.read);

    return found;
}


static inline uint64_t
sealed_entries(sealed_desk_t *s, tkt_db_t db)
{
    uint64_t    n;
    tkt_key_t   all;
    tkt_scan_t  scan;

    tkt_key_start(&all);
    assert_int_equal(tkt_txn_renew(s->d.read), TKT_OK);
    tkt_scan_open(&scan, s->d.read, db, &all, NULL, false);

    for (n = 0; tkt_scan_next(&scan); n++) { /* void */ }

    tkt_scan_close(&scan);
    tkt_txn_reset(s->d.read);

    return n;
}


static inline uint64_t
sealed_under(sealed_desk_t *s, uint32_t master)
{
    uint64_t  count;

    assert_int_equal(tkt_txn_renew(s->d.read), TKT_OK);
    count = tkt_sealed_count(s->d.read, master);
    tkt_txn_reset(s->d.read);

    return count;
}


/* A copy of an entry, for sealed_put. */
typedef struct {
    uint8_t  data[1024];
    size_t   len;
} sealed_entry_t;


static inline sealed_entry_t
sealed_get(sealed_desk_t *s, unsigned id, uint8_t field)
{
    tkt_key_t       key;
    tkt_str_t       value;
    sealed_entry_t  e;

    tkt_key_sealed(&key, 1, id, field);
    assert_int_equal(tkt_txn_renew(s->d.read), TKT_OK);
    assert_true(tkt_get(s->d.read, TKT_DB_SEALED, &key, &value));
    assert_true(value.len <= sizeof(e.data));
    memcpy(e.data, value.data, value.len);
    e.len = value.len;
    tkt_txn_reset(s->d.read);

    return e;
}


static inline void
sealed_put(sealed_desk_t *s, unsigned id, uint8_t field,
    const sealed_entry_t *e)
{
    tkt_key_t   key;
    tkt_txn_t  *txn;

    tkt_key_sealed(&key, 1, id, field);
    assert_int_equal(tkt_txn_begin(s->d.env, &txn, false), TKT_OK);

    if (e == NULL) {
        (void) tkt_delete(txn, TKT_DB_SEALED, &key);

    } else {
        tkt_put(txn, TKT_DB_SEALED, &key, (tkt_str_t) { e->data, e->len });
    }

    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
}


/* Faults of the verification with the keys. */
static inline unsigned
sealed_faults(sealed_desk_t *s, const char *word)
{
    desk_faults_t         faults = { .lines = 0 };
    tkt_verify_figures_t  figures;

    assert_int_equal(tkt_txn_renew(s->d.read), TKT_OK);
    assert_int_equal(tkt_app_verify_keys(s->d.read, s->ring, desk_fault,
                                         &faults, &figures), TKT_OK);
    tkt_txn_reset(s->d.read);

    if (word == NULL ? faults.lines != 0
                     : strstr(faults.text, word) == NULL)
    {
        fail_msg("%u faults:\n%s", faults.lines, faults.text);
    }

    return faults.lines;
}


/* Runs what is due at a time; how many commands. */
static inline size_t
sealed_due(sealed_desk_t *s, int64_t now_ms)
{
    size_t          i, n;
    uint8_t         random[32 * 8] = { 3 };
    tkt_command_t  *commands[8];

    assert_int_equal(tkt_txn_renew(s->d.read), TKT_OK);
    n = tkt_app_due(s->d.read, now_ms, random, s->ring, commands, 8,
                    NULL);
    tkt_txn_reset(s->d.read);

    if (n > 0) {
        assert_int_equal(tkt_app_run(s->d.env, commands, n, NULL, NULL),
                         TKT_OK);
    }

    for (i = 0; i < n; i++) {
        assert_int_equal(tkt_command_reply(commands[i])->http, 204);
        tkt_command_free(commands[i]);
    }

    return n;
}


#endif /* SEALED_DESK_H */
