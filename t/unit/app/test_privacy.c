/*
 * All about a principal: what an export holds, and that an erasure leaves
 * nothing of it, in one command or in many, while numbers stay true.
 */

#define _GNU_SOURCE         /* memmem */

#include <fcntl.h>

#include "ask.h"
#include "uploads.h"

#include "app/tkt_audit.h"
#include "app/tkt_due.h"


#define CANARY   "Kanarie"
#define MESSAGE  "\"kind\":\"message\",\"message\":"

/* Principals, in the order in which they are made. */
enum { VICTIM = 1, AGENT, ADMIN, OTHER };


typedef struct {
    desk_t       d;
    tkt_actor_t  victim, agent, admin, other, operator;
} house_t;


static void
people(house_t *h)
{
    h->operator = desk_actor(1, 0, TKT_ROLE_SYSTEM);
    h->victim = desk_actor(1, VICTIM, TKT_ROLE_USER);
    h->agent = desk_actor(1, AGENT, TKT_ROLE_AGENT);
    h->admin = desk_actor(1, ADMIN, TKT_ROLE_ADMIN);
    h->other = desk_actor(1, OTHER, TKT_ROLE_USER);

    desk_post(&h->d, &h->operator, "/v1/users",
              "{\"login\":\"" CANARY "-login\",\"name\":\"" CANARY " name\","
              "\"email\":\"" CANARY "@example.com\",\"phone\":\"+86 10\"}");
    desk_post(&h->d, &h->operator, "/v1/users",
              "{\"login\":\"agent\",\"role\":\"agent\"}");
    desk_post(&h->d, &h->operator, "/v1/users",
              "{\"login\":\"admin\",\"role\":\"admin\"}");
    desk_post(&h->d, &h->operator, "/v1/users", "{\"login\":\"other\"}");
    desk_ok(&h->d, &h->admin, TKT_METHOD_PATCH, "/v1/users/1",
            "{\"name\":\"" CANARY " changed\"}");
    desk_post(&h->d, &h->admin, "/v1/users/1/tokens",
              "{\"label\":\"" CANARY " phone\"}");
}


/*
 * Ticket 1: all there is; 2: the complaint about it; 3: long texts; 4:
 * another's.
 */
static void
tickets(house_t *h)
{
    static char  text[12000], body[16000];

    desk_post(&h->d, &h->victim, "/v1/tickets",
              "{\"subject\":\"" CANARY " subject\",\"description\":\""
              CANARY " text\",\"account\":\"" CANARY "\",\"contact\":{"
              "\"name\":\"" CANARY "\",\"email\":\"" CANARY "@b.cd\","
              "\"phone\":\"+1 2345\",\"site_url\":\"https://" CANARY ".cn/\"},"
              "\"error_message\":\"" CANARY "\",\"frequency\":\"" CANARY
              "\",\"custom\":{\"a\":\"" CANARY "\"},\"tags\":[\"" CANARY
              "\"],\"type\":\"web\"}");
    desk_post(&h->d, &h->agent, "/v1/tickets/1/start", "{}");
    desk_post(&h->d, &h->agent, "/v1/tickets/1/assess",
              "{\"complexity\":2,\"plan\":\"ask " CANARY "\"}");
    desk_post(&h->d, &h->agent, "/v1/tickets/1/messages",
              "{\"body\":\"Dear " CANARY "\"}");
    desk_post(&h->d, &h->agent, "/v1/tickets/1/messages",
              "{\"body\":\"rude " CANARY "\",\"kind\":\"note\"}");
    desk_ok(&h->d, &h->victim, TKT_METHOD_PATCH, "/v1/tickets/1",
            "{\"contact\":{\"name\":\"" CANARY " two\"}}");
    desk_post(&h->d, &h->victim, "/v1/tickets/1/complain",
              "{\"reason\":\"slow, says " CANARY "\"}");
    desk_post(&h->d, &h->agent, "/v1/tickets/1/resolve",
              "{\"solution\":\"Plug, " CANARY ".\"}");
    desk_post(&h->d, &h->victim, "/v1/tickets/1/close",
              "{\"speed\":5,\"attitude\":4,\"result\":3,\"comment\":\""
              CANARY " thanks\"}");

    memset(text, 'x', sizeof(text) - 1);
    memcpy(text + 9000, CANARY, strlen(CANARY));
    (void) snprintf(body, sizeof(body), "{\"subject\":\"s\","
                    "\"description\":\"%s\"}", text);
    desk_post(&h->d, &h->victim, "/v1/tickets", body);
    memcpy(text, CANARY, strlen(CANARY));
    (void) snprintf(body, sizeof(body), "{\"description\":\"%s\"}", text);
    desk_ok(&h->d, &h->victim, TKT_METHOD_PATCH, "/v1/tickets/3", body);
    (void) snprintf(body, sizeof(body), "{\"body\":\"%s\"}", text);
    desk_post(&h->d, &h->victim, "/v1/tickets/3/messages", body);

    desk_post(&h->d, &h->other, "/v1/tickets",
              "{\"subject\":\"s\",\"description\":\"bystander\"}");
    desk_post(&h->d, &h->agent, "/v1/tickets/4/messages",
              "{\"body\":\"stays\"}");
}


/* A file of a message, one that is bound to nothing, a ticket watched. */
static void
belongings(house_t *h)
{
    bool  kept;
    char  token[TOKEN_BYTES], body[256];

    assert_int_equal(upload_run(&h->d, &h->victim, "name=" CANARY ".txt",
                                "bytes", token, &kept), 201);
    (void) snprintf(body, sizeof(body), "{\"body\":\"see " CANARY "\","
                    "\"attachments\":[\"%s\"]}", token);
    desk_post(&h->d, &h->victim, "/v1/tickets/3/messages", body);
    assert_int_equal(upload_run(&h->d, &h->victim, "name=" CANARY ".md",
                                "more bytes", token, &kept), 201);
    assert_int_equal(upload_run(&h->d, &h->other, "name=other.txt", "bytes",
                                token, &kept), 201);
    (void) snprintf(body, sizeof(body), "{\"body\":\"mine\","
                    "\"attachments\":[\"%s\"]}", token);
    desk_post(&h->d, &h->other, "/v1/tickets/4/messages", body);

    desk_ok(&h->d, &h->agent, TKT_METHOD_PUT, "/v1/tickets/4/watchers/1", "");
}


/* An answer kept for the victim, and one about him kept for the agent. */
static void
answers(house_t *h)
{
    ask_t          a;
    tkt_request_t  req;

    req = ask_make(&h->d, TKT_METHOD_POST, "/v1/tickets");
    req.has_idempotency_key = true;
    req.idempotency_key = tkt_str("k1");
    ask_request(&h->d, &a, &h->victim, &req, "{\"subject\":\"" CANARY
                "\",\"description\":\"d\"}");
    assert_int_equal(a.reply.http, 201);
    ask_done(&a);

    req = ask_make(&h->d, TKT_METHOD_POST, "/v1/tickets/5/start");
    req.has_idempotency_key = true;
    req.idempotency_key = tkt_str("k2");
    ask_request(&h->d, &a, &h->agent, &req, "{}");
    assert_int_equal(a.reply.http, 200);
    ask_done(&a);

    req = ask_make(&h->d, TKT_METHOD_POST, "/v1/tickets");
    req.has_idempotency_key = true;
    req.idempotency_key = tkt_str("k3");
    ask_request(&h->d, &a, &h->other, &req,
                "{\"subject\":\"s\",\"description\":\"d\"}");
    assert_int_equal(a.reply.http, 201);
    ask_done(&a);
}


static void
begin(house_t *h)
{
    memset(h, 0, sizeof(*h));
    desk_open(&h->d);
    people(h);
    tickets(h);
    belongings(h);
    answers(h);
}


/* Entries of all databases that hold the word. */
static unsigned
traces(desk_t *d, const char *word)
{
    int         db;
    unsigned    n;
    tkt_key_t   all;
    tkt_scan_t  s;

    n = 0;
    tkt_key_start(&all);
    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);

    for (db = 0; db < TKT_DB_MAX; db++) {
        tkt_scan_open(&s, d->read, (tkt_db_t) db, &all, NULL, false);

        while (tkt_scan_next(&s)) {
            n += memmem(s.key.data, s.key.len, word, strlen(word)) != NULL
                 || (s.value.len > 0
                     && memmem(s.value.data, s.value.len, word,
                               strlen(word)) != NULL);
        }

        tkt_scan_close(&s);
    }

    tkt_txn_reset(d->read);

    return n;
}


/* What timers ask for, until they ask for nothing; how often they did. */
static unsigned
timers(desk_t *d)
{
    size_t          n;
    uint8_t         random[32] = { 3 };
    unsigned        rounds;
    tkt_command_t  *cmd;

    for (rounds = 0; ; rounds++) {
        assert_true(rounds < 1000);
        d->now_ms += 1000;
        assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
        n = tkt_app_due(d->read, d->now_ms, random, NULL, &cmd, 1, NULL);
        tkt_txn_reset(d->read);

        if (n == 0) {
            return rounds;
        }

        assert_int_equal(tkt_app_run(d->env, &cmd, 1, NULL, NULL), TKT_OK);
        assert_int_equal(tkt_command_reply(cmd)->http, 204);
        tkt_command_free(cmd);
        desk_verify_clean(d);
    }
}


static uint64_t
entries(desk_t *d, tkt_db_t db)
{
    tkt_env_info_t  info;

    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    assert_int_equal(tkt_env_stat(d->read, &info), TKT_OK);
    tkt_txn_reset(d->read);

    return info.entries[db];
}


/* ---- export ---- */

/* The kinds of all pages as letters, "ptTTmm…", and all bodies joined. */
static void
export(house_t *h, const tkt_actor_t *actor, const char *path, size_t limit,
    char *kinds, char *all)
{
    ask_t   a;
    char    target[512], cursor[256];
    size_t  i, n;

    kinds[0] = all[0] = cursor[0] = '\0';

    do {
        (void) snprintf(target, sizeof(target), "%s?limit=%zu%s%s", path,
                        limit, cursor[0] != '\0' ? "&cursor=" : "", cursor);
        assert_int_equal(ask_get(&h->d, &a, actor, target), 200);
        n = length_at(a.json, "/data");
        assert_true(n <= limit);

        for (i = 0; i < n; i++) {
            (void) snprintf(target, sizeof(target), "/data/%zu/kind", i);
            (void) memcpy(kinds + strlen(kinds), text_at(a.json, target), 2);
        }

        (void) strncat(all, (const char *) a.reply.body.data,
                       a.reply.body.len);
        cursor[0] = '\0';

        if (is_true(a.json, "/page/has_more")) {
            (void) snprintf(cursor, sizeof(cursor), "%s",
                            text_at(a.json, "/page/next"));
        }

        ask_done(&a);
    } while (cursor[0] != '\0');
}


static unsigned
count(const char *text, const char *word)
{
    unsigned  n;

    for (n = 0; (text = strstr(text, word)) != NULL; text++, n++) {
        /* void */
    }

    return n;
}


/* Whether no kind comes back after another one. */
static bool
one_after_another(const char *kinds)
{
    size_t                   i;
    const char              *at;
    static const char *const  order[] = {
        "pr", "to", "ti", "me", "ev", "me", "au", "no", "wa", "dr", "no",
        "at", "vi"
    };

    for (i = 0, at = kinds; i < tkt_array_len(order); i++) {
        while (strncmp(at, order[i], 2) == 0) {
            at += 2;
        }
    }

    return *at == '\0';
}


static void
exports_hold_what_one_may_see(void **state)
{
    static char  kinds[2000], again[2000], all[400000];
    house_t      h;

    begin(&h);

    export(&h, &h.victim, "/v1/me/export", 200, kinds, all);
    assert_int_equal(strncmp(kinds, "prtotitititime", 14), 0);
    assert_int_equal(count(kinds, "ti"), 4);
    assert_int_equal(count(all, MESSAGE), 4);
    assert_non_null(strstr(all, "Dear " CANARY));
    assert_non_null(strstr(all, CANARY " phone"));
    assert_non_null(strstr(all, CANARY " thanks"));
    assert_null(strstr(all, "rude"));
    assert_null(strstr(all, "bystander"));
    assert_null(strstr(all, "\"login\":\"admin\""));
    assert_true(count(all, "\"kind\":\"audit\",") >= 3);
    assert_non_null(strstr(all, "\"name\":\"" CANARY ".txt\""));
    assert_non_null(strstr(all, "\"name\":\"" CANARY ".md\""));
    assert_null(strstr(all, "other.txt"));
    assert_non_null(strstr(all, "\"watched\":{\"ticket\":4}"));

    /* in the order of the walk: each kind once */

    assert_true(one_after_another(kinds));

    /* the same however it is cut */

    export(&h, &h.victim, "/v1/me/export", 1, again, all);
    assert_string_equal(kinds, again);

    /* an administrator's holds what staff sees too */

    export(&h, &h.admin, "/v1/users/1/export", 7, kinds, all);
    assert_int_equal(count(all, MESSAGE), 5);
    assert_non_null(strstr(all, "rude"));
    assert_non_null(strstr(all, "\"login\":\"admin\""));

    /* what an agent wrote on the tickets of others is his too */

    export(&h, &h.agent, "/v1/me/export", 200, kinds, all);
    assert_int_equal(count(all, "\"kind\":\"ticket\","), 0);
    assert_int_equal(count(all, MESSAGE), 4);
    assert_non_null(strstr(all, "stays"));

    desk_close(&h.d);
}


static void
cursors_do_not_lead_to_others(void **state)
{
    ask_t              a;
    size_t             i;
    house_t            h;
    char               path[512], place[64];
    tkt_str_t          cursor;
    tkt_arena_t        arena;
    tkt_ticket_t       t;

    /* 1 is a ticket of his, 4 is not; %llu is an event of that one */

    static const struct {
        const char  *place;
        unsigned     http;
    } places[] = {
        { "", 200 }, { "4,1,0", 200 }, { "5,1,0", 200 }, { "12,1,0", 200 },
        { "4,4,0", 400 }, { "5,4,0", 400 }, { "5,4,%llu", 400 },
        { "5,1,%llu", 400 }, { "12,4,0", 400 }, { "99,0,0", 400 },
        { "4,99,0", 400 }, { "x", 400 }, { "4,1", 400 }, { "4,1,0,1", 400 },
        { "4,0,7", 400 }, { "12,0,7", 400 },
    };

    begin(&h);
    tkt_arena_init(&arena, 4096);
    assert_int_equal(tkt_txn_renew(h.d.read), TKT_OK);
    assert_true(tkt_ticket_load_head(h.d.read, 1, 4, &t));
    tkt_txn_reset(h.d.read);

    for (i = 0; i < tkt_array_len(places); i++) {
        (void) snprintf(place, sizeof(place), places[i].place,
                        (unsigned long long) t.last_event);
        cursor = tkt_cursor_make(tkt_str("export 1 1 1"), tkt_str_z(place),
                                 &arena);
        (void) snprintf(path, sizeof(path), "/v1/me/export?cursor=%.*s",
                        (int) cursor.len, (const char *) cursor.data);

        if (ask_get(&h.d, &a, &h.victim, path) != places[i].http) {
            fail_msg("\"%s\": %u", place, a.reply.http);
        }

        ask_done(&a);
    }

    tkt_arena_done(&arena);
    desk_close(&h.d);
}


/* ---- erasure ---- */

static void
nothing_is_left(void **state)
{
    ask_t        a;
    house_t      h;
    uint64_t     tickets_before;
    static char  kinds[2000], all[400000];

    begin(&h);
    assert_true(traces(&h.d, CANARY) > 20);
    desk_verify_clean(&h.d);
    tickets_before = entries(&h.d, TKT_DB_TICKET);
    assert_true(entries(&h.d, TKT_DB_IDEMPOTENCY) >= 3);

    assert_int_equal(ask_send(&h.d, &a, &h.admin, TKT_METHOD_POST,
                              "/v1/users/1/erase",
                              "{\"reason\":\"asked for it\"}"), 202);
    assert_string_equal(text_at(a.json, "/login"), "erased-1");
    assert_string_equal(text_at(a.json, "/name"), "(null)");
    assert_true(is_true(a.json, "/disabled"));
    ask_done(&a);
    desk_verify_clean(&h.d);
    (void) timers(&h.d);

    assert_int_equal(traces(&h.d, CANARY), 0);
    desk_verify_clean(&h.d);
    assert_int_equal(entries(&h.d, TKT_DB_TICKET), tickets_before);
    assert_int_equal(entries(&h.d, TKT_DB_IDEMPOTENCY), 1);
    assert_int_equal(entries(&h.d, TKT_DB_DUE), 0);

    /* a tombstone: who, when, which states, and no word */

    assert_int_equal(ask_get(&h.d, &a, &h.agent, "/v1/tickets/1"), 200);
    assert_string_equal(text_at(a.json, "/subject"), "[erased]");
    assert_string_equal(text_at(a.json, "/requester/name"), "erased-1");
    assert_string_equal(text_at(a.json, "/type"), "web");
    assert_string_equal(text_at(a.json, "/close_reason"), "satisfied");
    assert_int_equal(number_at(a.json, "/rating/speed"), 5);
    assert_true(is_true(a.json, "/archived"));
    ask_done(&a);

    assert_int_equal(ask_get(&h.d, &a, &h.agent, "/v1/tickets/3"), 200);
    assert_string_equal(text_at(a.json, "/state"), "closed");
    assert_string_equal(text_at(a.json, "/close_reason"), "admin");
    ask_done(&a);

    /* another's ticket is as it was */

    assert_int_equal(ask_get(&h.d, &a, &h.agent,
                             "/v1/tickets/4?include=messages"), 200);
    assert_string_equal(text_at(a.json, "/description"), "bystander");
    assert_true(traces(&h.d, "other.txt") > 0);
    ask_done(&a);

    /* the log says that it was done, why, and no more */

    assert_int_equal(ask_get(&h.d, &a, &h.admin,
                             "/v1/audit?object=user&object_id=1"), 200);
    assert_string_equal(text_at(a.json, "/data/0/act"), "erase");
    assert_string_equal(text_at(a.json, "/data/0/reason"), "asked for it");
    assert_true(is_true(a.json, "/data/1/erased"));
    ask_done(&a);

    export(&h, &h.admin, "/v1/users/1/export", 50, kinds, all);
    assert_null(strstr(all, CANARY));

    desk_close(&h.d);
}


/* Freed pages keep old bytes; a copy without them does not. */
static void
copies_hold_nothing(void **state)
{
    int            fd;
    char           path[300];
    ssize_t        got;
    house_t        h;
    static char    bytes[4 * 1024 * 1024];

    begin(&h);
    desk_post(&h.d, &h.admin, "/v1/users/1/erase", "{\"reason\":\"r\"}");
    (void) timers(&h.d);

    (void) snprintf(path, sizeof(path), "%s/copy", h.d.dir);
    fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
    assert_true(fd != -1);
    assert_int_equal(tkt_env_copy(h.d.env, fd, true), TKT_OK);
    got = pread(fd, bytes, sizeof(bytes), 0);
    assert_true(got > 0 && (size_t) got < sizeof(bytes));
    assert_null(memmem(bytes, (size_t) got, CANARY, strlen(CANARY)));
    assert_non_null(memmem(bytes, (size_t) got, "bystander", 9));

    (void) close(fd);
    (void) unlink(path);
    desk_close(&h.d);
}


static void
logins_can_be_taken_again(void **state)
{
    house_t  h;

    begin(&h);
    desk_post(&h.d, &h.admin, "/v1/users/1/erase", "{\"reason\":\"r\"}");
    desk_post(&h.d, &h.admin, "/v1/users", "{\"login\":\"" CANARY
              "-login\"}");
    desk_verify_clean(&h.d);
    desk_close(&h.d);
}


static void
much_is_erased_piece_by_piece(void **state)
{
    unsigned  i, rounds;
    house_t   h;

    begin(&h);

    for (i = 0; i < 300; i++) {
        desk_post(&h.d, &h.victim, "/v1/tickets",
                  "{\"subject\":\"" CANARY "\",\"description\":\"d\"}");
    }

    desk_post(&h.d, &h.admin, "/v1/users/1/erase", "{\"reason\":\"r\"}");
    assert_true(traces(&h.d, CANARY) > 0);
    desk_verify_clean(&h.d);
    rounds = timers(&h.d);
    assert_true(rounds >= 2);
    assert_int_equal(traces(&h.d, CANARY), 0);

    /* asked again: the same answer, and nothing is done */

    desk_post(&h.d, &h.admin, "/v1/users/1/erase", "{\"reason\":\"r\"}");
    assert_int_equal(entries(&h.d, TKT_DB_DUE), 0);
    desk_verify_clean(&h.d);
    desk_close(&h.d);
}


static void
some_are_not_erased(void **state)
{
    house_t      h;
    tkt_actor_t  boss;

    begin(&h);

#define ERASE(who, id)                                                        \
    desk_run(&h.d, who, TKT_METHOD_POST, "/v1/users/" id "/erase",            \
             "{\"reason\":\"r\"}")

    assert_int_equal(ERASE(&h.admin, "3"), 409);      /* himself            */
    assert_int_equal(ERASE(&h.operator, "3"), 409);   /* the last one       */
    assert_int_equal(ERASE(&h.admin, "99"), 404);
    assert_int_equal(desk_run(&h.d, &h.admin, TKT_METHOD_POST,
                              "/v1/users/1/erase", "{}"), 400);

    desk_post(&h.d, &h.operator, "/v1/users",
              "{\"login\":\"sys\",\"role\":\"system\"}");
    assert_int_equal(ERASE(&h.admin, "5"), 403);
    desk_post(&h.d, &h.admin, "/v1/users",
              "{\"login\":\"boss\",\"role\":\"admin\"}");
    assert_int_equal(ERASE(&h.operator, "3"), 202);
    boss = desk_actor(1, 6, TKT_ROLE_ADMIN);

    /* somebody sits on the name that would be left */

    desk_post(&h.d, &boss, "/v1/users", "{\"login\":\"erased-1\"}");
    assert_int_equal(ERASE(&boss, "1"), 202);
    assert_non_null(strstr(h.d.body, "erased-1.1"));

    assert_int_equal(desk_run(&h.d, &boss, TKT_METHOD_PATCH, "/v1/users/1",
                              "{\"name\":\"again\"}"), 409);
    assert_int_equal(desk_run(&h.d, &boss, TKT_METHOD_POST,
                              "/v1/users/1/tokens", "{}"), 409);

    (void) timers(&h.d);
    desk_verify_clean(&h.d);
    desk_close(&h.d);
}


/* ---- the verification looks at tombstones ---- */

static void
tombstones_are_verified(void **state)
{
    house_t        h;
    tkt_key_t      key;
    tkt_txn_t     *txn;
    tkt_user_t     user;
    tkt_arena_t    arena;
    tkt_audit_t    e;
    tkt_ticket_t   t;
    desk_faults_t  faults;

    begin(&h);
    desk_post(&h.d, &h.admin, "/v1/users/1/erase", "{\"reason\":\"r\"}");
    (void) timers(&h.d);
    tkt_arena_init(&arena, 4096);
    assert_int_equal(tkt_txn_begin(h.d.env, &txn, false), TKT_OK);

    assert_true(tkt_user_load(txn, 1, VICTIM, &user, &arena));
    user.name = tkt_str("back");
    tkt_key_principal(&key, 1, VICTIM);
    tkt_put(txn, TKT_DB_PRINCIPAL, &key,
            tkt_record_pack(&tkt_user_schema, &user, NULL, &arena));

    assert_true(tkt_ticket_load(txn, 1, 5, &t, true, &arena));
    t.account = tkt_str("back");
    tkt_key_ticket(&key, 1, 5);
    tkt_put(txn, TKT_DB_TICKET, &key,
            tkt_record_pack(&tkt_ticket_schema, &t, NULL, &arena));

    /* values of somebody who was not erased */

    assert_true(tkt_audit_load(txn, 1, 2, &e, &arena));
    tkt_audit_redact(txn, &e, &arena);

    desk_verify(txn, &faults);
    assert_non_null(strstr(faults.text,
                           "principal 1/1: was erased, and still has its "
                           "name"));
    assert_non_null(strstr(faults.text,
                           "ticket 1/5: was erased, and still has its "
                           "account"));
    assert_non_null(strstr(faults.text,
                           "audit 1/2: its values are gone, and nobody was"));
    assert_int_equal(faults.lines, 3);

    tkt_txn_abort(txn);
    tkt_arena_done(&arena);
    desk_close(&h.d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(exports_hold_what_one_may_see),
        cmocka_unit_test(cursors_do_not_lead_to_others),
        cmocka_unit_test(nothing_is_left),
        cmocka_unit_test(copies_hold_nothing),
        cmocka_unit_test(logins_can_be_taken_again),
        cmocka_unit_test(much_is_erased_piece_by_piece),
        cmocka_unit_test(some_are_not_erased),
        cmocka_unit_test(tombstones_are_verified),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
