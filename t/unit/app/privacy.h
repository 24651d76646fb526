/*
 * A desk with a person to whom much belongs: what the tests of export and
 * erasure share.
 */

#ifndef PRIVACY_H
#define PRIVACY_H


#include "ask.h"
#include "uploads.h"


#define CANARY   "Kanarie"
#define MESSAGE  "\"kind\":\"message\",\"message\":"

/* Principals, in the order in which they are made. */
enum { VICTIM = 1, AGENT, ADMIN, OTHER };


typedef struct {
    desk_t       d;
    tkt_actor_t  victim, agent, admin, other, operator;
} house_t;


static inline void
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
static inline void
tickets(house_t *h)
{
    static char  text[12000], body[16000];

    desk_post(&h->d, &h->victim, "/v1/tickets",
              "{\"subject\":\"" CANARY " subject\",\"description\":\""
              CANARY " text\",\"account\":\"" CANARY "\",\"contact\":{"
              "\"name\":\"" CANARY "\",\"email\":\"" CANARY "@b.cd\","
              "\"phone\":\"+1 234567\",\"site_url\":\"https://" CANARY
              ".cn/\"},\"phone_kind\":\"mobile\","
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
static inline void
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
static inline void
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


static inline void
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
static inline unsigned
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
static inline unsigned
timers(desk_t *d)
{
    unsigned  rounds;

    for (rounds = 0; ; rounds++) {
        assert_true(rounds < 1000);
        d->now_ms += 1000;

        if (!desk_timer(d)) {
            return rounds;
        }

        desk_verify_clean(d);
    }
}


static inline uint64_t
entries(desk_t *d, tkt_db_t db)
{
    tkt_env_info_t  info;

    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    assert_int_equal(tkt_env_stat(d->read, &info), TKT_OK);
    tkt_txn_reset(d->read);

    return info.entries[db];
}


/* The kinds of all pages as letters, "ptTTmm…", and all bodies joined. */
static inline void
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


static inline unsigned
count(const char *text, const char *word)
{
    unsigned  n;

    for (n = 0; (text = strstr(text, word)) != NULL; text++, n++) {
        /* void */
    }

    return n;
}


#endif /* PRIVACY_H */
