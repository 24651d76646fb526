/*
 * Fuzz target: a whole request without a body, from its path to its answer,
 * over an empty store.
 *
 * The first byte is the method; then, one a line: path, query,
 * Accept-Language, If-None-Match, Authorization, Idempotency-Key.  Whatever is
 * answered is well formed: a status of the table, strict JSON, header values
 * without controls.
 */

#define _GNU_SOURCE                          /* memmem */

#include <sys/stat.h>
#include <unistd.h>

#include "app/call/tkt_call.h"
#include "../unit/codec/strict_json.h"
#include "must.h"


#define FUZZ_LINES  6


enum { PATH, QUERY, LANGUAGE, IF_NONE_MATCH, AUTHORIZATION, KEY };


static tkt_env_t  *env;
static tkt_txn_t  *reader;


int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
close_store(void)
{
    tkt_txn_reader_free(reader);
    tkt_env_close(env);
}


int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    char               path[64], file[96];
    tkt_fault_t        fault;
    tkt_env_options_t  options = { path, 1 << 24, false };

    snprintf(path, sizeof(path), "/tmp/fuzz_route.XXXXXX");
    must(mkdtemp(path) != NULL);
    must(tkt_env_open(&env, &options, &fault) == TKT_OK);
    must(tkt_app_prepare(env, 1) == TKT_OK);
    must(tkt_txn_reader(env, &reader) == TKT_OK);

    /* the open descriptors are enough */

    snprintf(file, sizeof(file), "%s/data.mdb", path);
    unlink(file);
    snprintf(file, sizeof(file), "%s/lock.mdb", path);
    unlink(file);
    rmdir(path);

    atexit(close_store);

    return 0;
}


/* A copy of exactly its size, so that a read behind its end is seen. */
static tkt_str_t
line_of(const uint8_t **pos, const uint8_t *end, uint8_t **copy)
{
    tkt_str_t       s;
    const uint8_t  *p = *pos;

    while (p < end && *p != '\n') {
        p++;
    }

    s.len = (size_t) (p - *pos);
    *copy = malloc(s.len);
    must(*copy != NULL || s.len == 0);

    if (s.len > 0) {
        memcpy(*copy, *pos, s.len);
    }

    s.data = *copy;
    *pos = (p < end) ? p + 1 : end;

    return s;
}


static void
check_header(tkt_str_t value)
{
    size_t  i;

    for (i = 0; i < value.len; i++) {
        must(value.data[i] >= ' ' && value.data[i] != 0x7f);
    }
}


static void
check_reply(const tkt_reply_t *reply)
{
    must(reply->http >= 200 && reply->http < 600);

    if (reply->http == 204 || reply->http == 304) {
        must(reply->body.len == 0);

    } else {
        must(strict_json(reply->body.data, reply->body.len));
    }

    must((reply->http == 405) <= (reply->allow.len > 0));
    must(reply->http != 401 || reply->challenge);

    check_header(reply->etag);
    check_header(reply->location);
    check_header(reply->link);
    check_header(reply->allow);
}


/* The template with the segments put in is the path. */
static void
check_match(const tkt_match_t *match, tkt_str_t path)
{
    size_t          n;
    const char     *t;
    const uint8_t  *p;

    must(match->count <= tkt_array_len(match->segments));

    n = 0;
    p = path.data;

    for (t = match->op->path; *t != '\0'; t++) {

        if (*t != '{') {
            must(*p++ == (uint8_t) *t);
            continue;
        }

        must(n < match->count && match->segments[n].data == p);
        must(match->segments[n].len > 0);
        must(memchr(p, '/', match->segments[n].len) == NULL);

        p += match->segments[n++].len;
        t = strchr(t, '}');
    }

    must(n == match->count && p == path.data + path.len);
}


static void
check_tags(tkt_str_t list)
{
    bool  strong, weak;

    static const char  tag[] = "\"t1.1\"";

    strong = tkt_etag_listed(list, tkt_str(tag), false);
    weak = tkt_etag_listed(list, tkt_str(tag), true);

    must(strong <= weak);

    if (weak && !(list.len == 1 && list.data[0] == '*')) {
        must(memmem(list.data, list.len, tag, sizeof(tag) - 1) != NULL);
    }
}


static void
answer(const tkt_request_t *req, tkt_arena_t *arena)
{
    tkt_actor_t  actor;
    tkt_match_t  match;
    tkt_reply_t  reply;

    if (!tkt_app_match(req, &match, arena, &reply)) {
        must(reply.http == 204 || reply.http == 404 || reply.http == 405);
        check_reply(&reply);
        return;
    }

    check_match(&match, req->path);

    if (match.op->kind == TKT_OP_CARRIER) {
        return;
    }

    must(tkt_txn_renew(reader) == TKT_OK);

    if (!tkt_app_admit(reader, req, &match, &actor, arena, &reply)) {
        must(reply.http == 401 || reply.http == 403);
        check_reply(&reply);

    } else if (!tkt_app_is_command(&match)) {
        tkt_app_query(reader, req, &match, &actor, arena, &reply);
        check_reply(&reply);
    }

    tkt_txn_reset(reader);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t          i;
    uint8_t        *copies[FUZZ_LINES];
    tkt_str_t       lines[FUZZ_LINES];
    tkt_arena_t     arena;
    tkt_request_t   req;
    const uint8_t  *end;

    if (size == 0) {
        return 0;
    }

    end = data + size;
    memset(&req, 0, sizeof(req));
    req.method = (tkt_method_t) (*data++ % (TKT_METHOD_OPTIONS + 1));

    for (i = 0; i < FUZZ_LINES; i++) {
        lines[i] = line_of(&data, end, &copies[i]);
    }

    req.path = lines[PATH];
    req.query = lines[QUERY];
    req.accept_language = lines[LANGUAGE];
    req.if_none_match = lines[IF_NONE_MATCH];
    req.authorization = lines[AUTHORIZATION];
    req.idempotency_key = lines[KEY];
    req.has_idempotency_key = lines[KEY].len > 0;
    req.mount = tkt_str("/helpdesk");
    req.request_id = tkt_str("fuzz");
    req.now_ms = 1700000000000;

    must(tkt_lang_accept(req.accept_language) < TKT_LANG_MAX);
    check_tags(req.if_none_match);

    tkt_arena_init(&arena, 4096);
    answer(&req, &arena);
    tkt_arena_done(&arena);

    for (i = 0; i < FUZZ_LINES; i++) {
        free(copies[i]);
    }

    return 0;
}
