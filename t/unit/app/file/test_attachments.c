/*
 * Attachments without a server: what may be bound, what is counted, what is
 * collected, and that the same commands give the same store.
 */

#define _GNU_SOURCE         /* memmem */

#include "app/ask.h"
#include "app/uploads.h"

#include "app/call/tkt_due.h"


enum { ALICE = 1, BOB, AGENT };


typedef struct {
    desk_t       d;
    tkt_actor_t  operator, alice, bob, agent;
    bool         kept;           /* of the last upload                       */
} house_t;


static void
open_house(house_t *h)
{
    desk_open(&h->d);
    h->operator = desk_actor(1, 0, TKT_ROLE_SYSTEM);
    h->alice = desk_actor(1, ALICE, TKT_ROLE_USER);
    h->bob = desk_actor(1, BOB, TKT_ROLE_USER);
    h->agent = desk_actor(1, AGENT, TKT_ROLE_AGENT);

    desk_post(&h->d, &h->operator, "/v1/users", "{\"login\":\"alice\"}");
    desk_post(&h->d, &h->operator, "/v1/users", "{\"login\":\"bob\"}");
    desk_post(&h->d, &h->operator, "/v1/users",
              "{\"login\":\"agent\",\"role\":\"agent\"}");
}


/* Uploads bytes as if a carrier had written them; the HTTP status. */
static unsigned
upload(house_t *h, const tkt_actor_t *actor, const char *bytes,
    char token[TOKEN_BYTES])
{
    return upload_run(&h->d, actor, "name=dir%2Fa.txt", bytes, token,
                      &h->kept);
}


/* Submits with these files ("" for none); the HTTP status. */
static unsigned
submit(house_t *h, const tkt_actor_t *actor, const char *a, const char *b)
{
    char  body[300];

    (void) snprintf(body, sizeof(body), "{\"subject\":\"s\",\"description\":"
                    "\"d\",\"attachments\":[\"%s\"%s%s%s]}", a,
                    b[0] ? ",\"" : "", b, b[0] ? "\"" : "");

    return desk_run(&h->d, actor, TKT_METHOD_POST, "/v1/tickets", body);
}


static unsigned
get(house_t *h, const tkt_actor_t *actor, const char *path, ask_t *a)
{
    tkt_request_t  req = {
        .method = TKT_METHOD_GET, .path = tkt_str_z(path),
        .now_ms = h->d.now_ms, .request_id = tkt_str("test"),
    };

    ask_request(&h->d, a, actor, &req, "");

    return a->reply.http;
}


static unsigned
download(house_t *h, const tkt_actor_t *actor, const char *token)
{
    char      path[100];
    ask_t     a;
    unsigned  http;

    (void) snprintf(path, sizeof(path), "/v1/attachments/%s", token);
    http = get(h, actor, path, &a);
    assert_true((a.reply.file.len > 0) == (http == 200));
    ask_done(&a);

    return http;
}


/* Runs what is due; how many, and how many files are to be removed. */
static size_t
run_due(house_t *h, size_t *files)
{
    size_t          n, all;
    uint8_t         random[32] = { 1 };
    tkt_command_t  *cmd;

    *files = 0;

    for (all = 0; all < 1000; all++) {
        assert_int_equal(tkt_txn_renew(h->d.read), TKT_OK);
        n = tkt_app_due(h->d.read, h->d.now_ms, random, NULL, &cmd, 1, NULL);
        tkt_txn_reset(h->d.read);

        if (n == 0) {
            break;
        }

        *files += tkt_command_file(cmd).len > 0;
        desk_execute(&h->d, cmd);
        assert_int_equal(tkt_command_reply(cmd)->http, 204);
        tkt_command_free(cmd);
    }

    return all;
}


static size_t
count(house_t *h, tkt_db_t db)
{
    size_t      n;
    tkt_key_t   all;
    tkt_scan_t  scan;

    tkt_key_start(&all);
    assert_int_equal(tkt_txn_renew(h->d.read), TKT_OK);
    tkt_scan_open(&scan, h->d.read, db, &all, NULL, false);

    for (n = 0; tkt_scan_next(&scan); n++) { /* void */ }

    tkt_scan_close(&scan);
    tkt_txn_reset(h->d.read);

    return n;
}


static void
test_bind(void **state)
{
    char     one[TOKEN_BYTES], two[TOKEN_BYTES], his[TOKEN_BYTES];
    house_t  h;

    open_house(&h);

    assert_int_equal(upload(&h, &h.alice, "one", one), 201);
    assert_true(h.kept);
    assert_non_null(strstr(h.d.body, "\"name\":\"a.txt\""));
    assert_int_equal(upload(&h, &h.alice, "two", two), 201);
    assert_int_equal(upload(&h, &h.bob, "his", his), 201);
    desk_verify_clean(&h.d);

    /* another's, unknown, twice */

    assert_int_equal(submit(&h, &h.alice, one, his), 400);
    assert_non_null(strstr(h.d.body, "/attachments/1"));
    assert_int_equal(submit(&h, &h.alice, "nonsense", ""), 400);
    assert_int_equal(submit(&h, &h.alice, one, one), 400);
    assert_int_equal(count(&h, TKT_DB_TICKET), 0);

    assert_int_equal(submit(&h, &h.alice, one, two), 201);
    assert_non_null(strstr(h.d.body, "\"attachment_count\":2"));
    assert_int_equal(submit(&h, &h.alice, one, ""), 400);
    desk_verify_clean(&h.d);

    assert_int_equal(download(&h, &h.alice, one), 200);
    assert_int_equal(download(&h, &h.agent, one), 200);
    assert_int_equal(download(&h, &h.bob, one), 404);
    assert_int_equal(download(&h, &h.agent, his), 404);
    assert_int_equal(download(&h, &h.bob, his), 200);

    desk_close(&h.d);
}


/* An answer and an internal note, each with a file. */
static void
test_messages(void **state)
{
    char     body[200], shown[TOKEN_BYTES], note[TOKEN_BYTES];
    ask_t    a;
    house_t  h;

    open_house(&h);
    desk_post(&h.d, &h.alice, "/v1/tickets",
              "{\"subject\":\"s\",\"description\":\"d\"}");

    assert_int_equal(upload(&h, &h.agent, "shown", shown), 201);
    assert_int_equal(upload(&h, &h.agent, "note", note), 201);

    (void) snprintf(body, sizeof(body),
                    "{\"body\":\"b\",\"attachments\":[\"%s\"]}", shown);
    desk_post(&h.d, &h.agent, "/v1/tickets/1/messages", body);
    assert_non_null(strstr(h.d.body, shown));

    (void) snprintf(body, sizeof(body), "{\"body\":\"n\",\"kind\":\"note\","
                    "\"attachments\":[\"%s\"]}", note);
    desk_post(&h.d, &h.agent, "/v1/tickets/1/messages", body);

    assert_int_equal(download(&h, &h.alice, shown), 200);
    assert_int_equal(download(&h, &h.alice, note), 404);
    assert_int_equal(download(&h, &h.agent, note), 200);

    assert_int_equal(get(&h, &h.alice, "/v1/tickets/1/attachments", &a), 200);
    assert_non_null(memmem(a.reply.body.data, a.reply.body.len, shown,
                           TKT_ATTACHMENT_TOKEN_CHARS));
    assert_null(memmem(a.reply.body.data, a.reply.body.len, note,
                       TKT_ATTACHMENT_TOKEN_CHARS));
    ask_done(&a);

    assert_int_equal(get(&h, &h.agent, "/v1/tickets/1/messages", &a), 200);
    assert_non_null(memmem(a.reply.body.data, a.reply.body.len, note,
                           TKT_ATTACHMENT_TOKEN_CHARS));
    ask_done(&a);

    desk_verify_clean(&h.d);
    desk_close(&h.d);
}


/* Files are seen where their messages are: by way of a merge, too. */
static void
test_merged(void **state)
{
    char         body[200], shown[TOKEN_BYTES], note[TOKEN_BYTES];
    char         later[TOKEN_BYTES], hers[TOKEN_BYTES];
    house_t      h;
    tkt_actor_t  boss = desk_actor(1, 4, TKT_ROLE_SUPERVISOR);

    open_house(&h);
    desk_post(&h.d, &h.operator, "/v1/users",
              "{\"login\":\"boss\",\"role\":\"supervisor\"}");
    desk_post(&h.d, &h.alice, "/v1/tickets",
              "{\"subject\":\"s\",\"description\":\"d\"}");
    assert_int_equal(upload(&h, &h.bob, "shown", shown), 201);
    assert_int_equal(submit(&h, &h.bob, shown, ""), 201);
    assert_int_equal(upload(&h, &h.agent, "note", note), 201);
    (void) snprintf(body, sizeof(body), "{\"body\":\"n\",\"kind\":\"note\","
                    "\"attachments\":[\"%s\"]}", note);
    desk_post(&h.d, &h.agent, "/v1/tickets/2/messages", body);
    assert_int_equal(download(&h, &h.alice, shown), 404);

    desk_ok(&h.d, &boss, TKT_METHOD_POST, "/v1/tickets/2/merge",
            "{\"into\":1}");
    assert_int_equal(download(&h, &h.alice, shown), 200);
    assert_int_equal(download(&h, &h.alice, note), 404);
    assert_int_equal(download(&h, &h.agent, note), 200);

    /* his own in the ticket that he does not see, and no other's */

    assert_int_equal(upload(&h, &h.bob, "later", later), 201);
    (void) snprintf(body, sizeof(body),
                    "{\"body\":\"b\",\"attachments\":[\"%s\"]}", later);
    desk_post(&h.d, &h.bob, "/v1/tickets/2/messages", body);
    assert_int_equal(upload(&h, &h.alice, "hers", hers), 201);
    (void) snprintf(body, sizeof(body),
                    "{\"body\":\"b\",\"attachments\":[\"%s\"]}", hers);
    desk_post(&h.d, &h.alice, "/v1/tickets/1/messages", body);
    assert_int_equal(download(&h, &h.bob, later), 200);
    assert_int_equal(download(&h, &h.alice, later), 200);
    assert_int_equal(download(&h, &h.bob, hers), 404);

    desk_ok(&h.d, &boss, TKT_METHOD_POST, "/v1/tickets/2/unmerge", "{}");
    assert_int_equal(download(&h, &h.alice, shown), 404);
    assert_int_equal(download(&h, &h.bob, later), 404);

    desk_verify_clean(&h.d);
    desk_close(&h.d);
}


/* The tenant's files and their bytes as they are counted. */
static void
counted(house_t *h, uint64_t files, uint64_t bytes)
{
    uint64_t   cells[TKT_FILE_CELLS];
    tkt_key_t  key;

    tkt_key_file_counts(&key, 1);
    assert_int_equal(tkt_txn_renew(h->d.read), TKT_OK);
    tkt_counter_get(h->d.read, TKT_DB_COUNTER, &key, TKT_FILE_CELLS, cells);
    tkt_txn_reset(h->d.read);
    assert_int_equal(cells[TKT_FILE_COUNT], files);
    assert_int_equal(cells[TKT_FILE_BYTES], bytes);
}


/* A message that becomes a ticket keeps its files, and the ticket has them. */
static void
test_split(void **state)
{
    char         body[200], one[TOKEN_BYTES], two[TOKEN_BYTES];
    char         token[TOKEN_BYTES];
    ask_t        a;
    size_t       i, contents;
    house_t      h;
    const char  *const pointers[] = { "/data/0/token", "/data/1/token" };

    open_house(&h);
    assert_int_equal(upload(&h, &h.alice, "mine", token), 201);
    assert_int_equal(submit(&h, &h.alice, token, ""), 201);
    assert_int_equal(upload(&h, &h.alice, "one", one), 201);
    assert_int_equal(upload(&h, &h.alice, "two", two), 201);
    (void) snprintf(body, sizeof(body), "{\"body\":\"and this\","
                    "\"attachments\":[\"%s\",\"%s\"]}", one, two);
    desk_post(&h.d, &h.alice, "/v1/tickets/1/messages", body);
    contents = count(&h, TKT_DB_BLOB);
    counted(&h, 3, 10);

    /* no room for them once more: nothing is made */

    desk_ok(&h.d, &h.operator, TKT_METHOD_PATCH, "/v1/tenants/1",
            "{\"limits\":{\"attachment_bytes\":15}}");
    assert_int_equal(desk_run(&h.d, &h.agent, TKT_METHOD_POST,
                              "/v1/tickets/1/split", "{\"message\":1}"), 429);
    assert_int_equal(count(&h, TKT_DB_TICKET), 1);
    desk_ok(&h.d, &h.operator, TKT_METHOD_PATCH, "/v1/tenants/1",
            "{\"limits\":{\"attachment_bytes\":16}}");

    desk_post(&h.d, &h.agent, "/v1/tickets/1/split", "{\"message\":1}");
    assert_non_null(strstr(h.d.body, "\"attachment_count\":2"));
    desk_verify_clean(&h.d);
    counted(&h, 5, 16);
    assert_int_equal(count(&h, TKT_DB_BLOB), contents);

    assert_int_equal(get(&h, &h.alice, "/v1/tickets/2/attachments", &a), 200);
    assert_int_equal(length_at(a.json, "/data"), 2);

    for (i = 0; i < tkt_array_len(pointers); i++) {
        (void) snprintf(token, sizeof(token), "%s",
                        text_at(a.json, pointers[i]));
        assert_string_not_equal(token, one);
        assert_string_not_equal(token, two);
        assert_int_equal(download(&h, &h.alice, token), 200);
        assert_int_equal(download(&h, &h.agent, token), 200);
        assert_int_equal(download(&h, &h.bob, token), 404);
    }

    assert_string_equal(text_at(a.json, "/data/0/name"), "a.txt");
    ask_done(&a);

    assert_int_equal(download(&h, &h.alice, one), 200);
    assert_int_equal(get(&h, &h.alice, "/v1/tickets/1/attachments", &a), 200);
    assert_int_equal(length_at(a.json, "/data"), 3);
    ask_done(&a);

    /* both go with their requester, and the contents with them */

    desk_ok(&h.d, &h.operator, TKT_METHOD_PATCH, "/v1/tenants/1",
            "{\"limits\":{\"attachment_bytes\":null}}");
    assert_int_equal(desk_run(&h.d, &h.operator, TKT_METHOD_POST,
                              "/v1/users/1/erase", "{\"reason\":\"r\"}"),
                     202);
    h.d.now_ms += 1000;
    (void) run_due(&h, &contents);
    counted(&h, 0, 0);
    desk_verify_clean(&h.d);

    desk_close(&h.d);
}


/* The same bytes are one content, until nobody has them. */
static void
test_content(void **state)
{
    char     path[100], one[TOKEN_BYTES], two[TOKEN_BYTES];
    size_t   files;
    house_t  h;

    open_house(&h);

    assert_int_equal(upload(&h, &h.alice, "same", one), 201);
    assert_true(h.kept);
    assert_int_equal(upload(&h, &h.bob, "same", two), 201);
    assert_false(h.kept);
    assert_int_equal(count(&h, TKT_DB_BLOB), 2);
    desk_verify_clean(&h.d);

    (void) snprintf(path, sizeof(path), "/v1/attachments/%s", one);
    assert_int_equal(desk_run(&h.d, &h.bob, TKT_METHOD_DELETE, path, ""),
                     404);
    desk_ok(&h.d, &h.alice, TKT_METHOD_DELETE, path, "");
    (void) run_due(&h, &files);
    assert_int_equal(files, 0);
    assert_int_equal(download(&h, &h.bob, two), 200);
    desk_verify_clean(&h.d);

    (void) snprintf(path, sizeof(path), "/v1/attachments/%s", two);
    desk_ok(&h.d, &h.bob, TKT_METHOD_DELETE, path, "");
    desk_verify_clean(&h.d);
    assert_int_equal(run_due(&h, &files), 1);
    assert_int_equal(files, 1);
    assert_int_equal(count(&h, TKT_DB_BLOB), 0);

    desk_close(&h.d);
}


static void
test_collect(void **state)
{
    char     free_one[TOKEN_BYTES], bound[TOKEN_BYTES];
    size_t   files;
    house_t  h;

    open_house(&h);

    assert_int_equal(upload(&h, &h.alice, "free", free_one), 201);
    assert_int_equal(upload(&h, &h.alice, "bound", bound), 201);
    assert_int_equal(submit(&h, &h.alice, bound, ""), 201);

    h.d.now_ms += TKT_ATTACHMENT_TTL_MS - 1000;
    assert_int_equal(run_due(&h, &files), 0);
    assert_int_equal(download(&h, &h.alice, free_one), 200);

    /* what is overdue is not to be had, whether it was collected or not */

    h.d.now_ms += 2000;
    assert_int_equal(download(&h, &h.alice, free_one), 404);
    assert_int_equal(submit(&h, &h.alice, free_one, ""), 400);
    assert_int_equal(run_due(&h, &files), 2);
    assert_int_equal(files, 1);
    assert_int_equal(download(&h, &h.alice, bound), 200);
    assert_int_equal(count(&h, TKT_DB_ATTACHMENT), 1);
    assert_int_equal(count(&h, TKT_DB_DUE), 0);
    desk_verify_clean(&h.d);

    desk_close(&h.d);
}


static void
test_bounds(void **state)
{
    char      bytes[32], token[TOKEN_BYTES];
    house_t   h;
    unsigned  i;

    open_house(&h);

    for (i = 0; i < TKT_UPLOADS_UNBOUND_MAX; i++) {
        (void) snprintf(bytes, sizeof(bytes), "%u", i);
        assert_int_equal(upload(&h, &h.alice, bytes, token), 201);
    }

    assert_int_equal(upload(&h, &h.alice, "more", token), 409);
    assert_false(h.kept);
    assert_int_equal(upload(&h, &h.bob, "more", token), 201);
    assert_int_equal(upload(&h, &h.bob, "", token), 400);

    desk_ok(&h.d, &h.operator, TKT_METHOD_PATCH, "/v1/tenants/1",
            "{\"limits\":{\"attachment_bytes\":200}}");
    assert_int_equal(upload(&h, &h.bob, "0123456789012345678901234567890123"
                            "4567890123456789012345678901234567890123456789"
                            "01234567890123456789", token), 429);
    assert_int_equal(upload(&h, &h.bob, "0123456789", token), 201);
    desk_verify_clean(&h.d);

    desk_close(&h.d);
}


/* What the verification says of one relation with a value. */
static void
relation_told(house_t *h, tkt_relation_t kind, uint64_t from, uint64_t to,
    tkt_str_t value)
{
    char           expected[96];
    tkt_key_t      key;
    tkt_txn_t     *txn;
    desk_faults_t  faults;

    assert_int_equal(tkt_txn_begin(h->d.env, &txn, false), TKT_OK);
    tkt_key_relation(&key, 1, kind, from, to);
    tkt_put(txn, TKT_DB_RELATION, &key, value);
    desk_verify(txn, &faults);
    tkt_txn_abort(txn);

    (void) snprintf(expected, sizeof(expected), "relation 1/%d/%llu/%llu: "
                    "its file is not there", (int) kind,
                    (unsigned long long) from, (unsigned long long) to);

    if (strstr(faults.text, expected) == NULL) {
        fail_msg("\"%s\" is not told:\n%s", expected, faults.text);
    }
}


/* A relation leads to a file that says the same of itself, or is told. */
static void
test_relations(void **state)
{
    char       token[2][TOKEN_BYTES];
    uint8_t    key[2][TKT_ATTACHMENT_KEY_BYTES];
    size_t     i;
    house_t    h;
    tkt_str_t  bound, loose;

    open_house(&h);
    assert_int_equal(upload(&h, &h.alice, "one", token[0]), 201);
    assert_int_equal(submit(&h, &h.alice, token[0], ""), 201);
    assert_int_equal(upload(&h, &h.alice, "two", token[1]), 201);
    desk_verify_clean(&h.d);

    for (i = 0; i < 2; i++) {
        tkt_attachment_key(key[i], tkt_str_z(token[i]));
    }

    bound = (tkt_str_t) { key[0], sizeof(key[0]) };
    loose = (tkt_str_t) { key[1], sizeof(key[1]) };

    /* of a ticket that is not there, of another place, of nobody's */

    relation_told(&h, TKT_RELATION_FILE, 99, 1, bound);
    relation_told(&h, TKT_RELATION_FILE, 1, 2, bound);
    relation_told(&h, TKT_RELATION_FILE, 0, 2, loose);
    relation_told(&h, TKT_RELATION_FILE, 1, 1, tkt_str(""));
    relation_told(&h, TKT_RELATION_FILE, 1, 1, loose);
    relation_told(&h, TKT_RELATION_FILE, 1, 1, tkt_str("no key of a file"));

    relation_told(&h, TKT_RELATION_UPLOADED, h.alice.id, 1, bound);
    relation_told(&h, TKT_RELATION_UPLOADED, h.alice.id, 3, loose);
    relation_told(&h, TKT_RELATION_UPLOADED, 99, 2, loose);
    relation_told(&h, TKT_RELATION_UPLOADED, h.alice.id, 2, tkt_str(""));

    desk_close(&h.d);
}


/* A record that says something else is found. */
static void
test_damage(void **state)
{
    char              token[TOKEN_BYTES];
    uint8_t           key[TKT_ATTACHMENT_KEY_BYTES];
    house_t           h;
    tkt_txn_t        *txn;
    tkt_arena_t       arena;
    desk_faults_t     faults;
    tkt_attachment_t  a;

    open_house(&h);
    assert_int_equal(upload(&h, &h.alice, "one", token), 201);
    assert_int_equal(submit(&h, &h.alice, token, ""), 201);
    desk_verify_clean(&h.d);

    tkt_arena_init(&arena, 4096);
    tkt_attachment_key(key, tkt_str_z(token));
    assert_int_equal(tkt_txn_begin(h.d.env, &txn, false), TKT_OK);
    assert_true(tkt_attachment_load(txn, 1, (tkt_str_t) { key, sizeof(key) },
                                    &a, &arena));
    a.size++;
    a.message = 1;
    tkt_attachment_save(txn, &a, &arena);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    tkt_arena_done(&arena);

    assert_int_equal(tkt_txn_renew(h.d.read), TKT_OK);
    desk_verify(h.d.read, &faults);
    tkt_txn_reset(h.d.read);

    assert_non_null(strstr(faults.text, "relation 1/3/1/1: its file is not "
                                        "there"));
    assert_non_null(strstr(faults.text, "is bound to what is not there"));
    assert_non_null(strstr(faults.text, "its content 1 is not there"));
    assert_non_null(strstr(faults.text, "says 1 files of 3 bytes, there are "
                                        "1 of 4"));

    desk_close(&h.d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_bind),
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_merged),
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_content),
        cmocka_unit_test(test_collect),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_relations),
        cmocka_unit_test(test_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
