/*
 * Requests with any header and answers as trees, over a desk: what the tests
 * of single operations share.
 */

#ifndef ASK_H
#define ASK_H


#include "desk.h"

#include <yajl/yajl_tree.h>


typedef struct {
    tkt_reply_t     reply;       /* slices live until ask_done               */
    yajl_val        json;        /* NULL without a body                      */
    tkt_command_t  *cmd;         /* of a write                               */
    tkt_arena_t     arena;
} ask_t;


static inline void
ask_done(ask_t *a)
{
    yajl_tree_free(a->json);
    a->json = NULL;

    if (a->cmd != NULL) {
        tkt_command_free(a->cmd);
        a->cmd = NULL;
    }

    tkt_arena_done(&a->arena);
}


static inline void
ask_parse(ask_t *a)
{
    char  *text, error[256];

    a->json = NULL;

    if (a->reply.body.len == 0) {
        return;
    }

    text = malloc(a->reply.body.len + 1);
    assert_non_null(text);
    memcpy(text, a->reply.body.data, a->reply.body.len);
    text[a->reply.body.len] = '\0';

    a->json = yajl_tree_parse(text, error, sizeof(error));
    if (a->json == NULL) {
        fail_msg("%s in: %s", error, text);
    }

    free(text);
}


/*
 * Sends a request as it is: a query in a read transaction, a command in a
 * transaction of its own.
 */
static inline void
ask_request(desk_t *d, ask_t *a, const tkt_actor_t *actor,
    const tkt_request_t *req, const char *body)
{
    uint8_t      random[32] = { 9 };
    tkt_match_t  match;

    memset(a, 0, sizeof(*a));
    tkt_arena_init(&a->arena, 16384);
    memcpy(random + 1, &d->now_ms, sizeof(d->now_ms));

    if (!tkt_app_match(req, &match, &a->arena, &a->reply)) {
        ask_parse(a);
        return;
    }

    if (tkt_app_is_command(&match)) {
        a->cmd = tkt_app_command(req, &match, actor, tkt_str_z(body), random,
                                 &a->arena, &a->reply);
        if (a->cmd != NULL) {
            desk_execute(d, a->cmd);
            a->reply = *tkt_command_reply(a->cmd);
        }

    } else {
        assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
        tkt_app_query(d->read, req, &match, actor, &a->arena, &a->reply);
        tkt_txn_reset(d->read);
    }

    ask_parse(a);
}


/* A request for "path" or "path?query", to add headers to. */
static inline tkt_request_t
ask_make(desk_t *d, tkt_method_t method, const char *target)
{
    const char     *query;
    tkt_request_t   req = {
        .method = method, .path = tkt_str_z(target), .now_ms = ++d->now_ms,
        .content_type = tkt_str("application/json"),
        .request_id = tkt_str("test"),
    };

    query = strchr(target, '?');

    if (query != NULL) {
        req.path.len = (size_t) (query - target);
        req.query = tkt_str_z(query + 1);
    }

    return req;
}


static inline unsigned
ask_send(desk_t *d, ask_t *a, const tkt_actor_t *actor, tkt_method_t method,
    const char *target, const char *body)
{
    tkt_request_t  req = ask_make(d, method, target);

    ask_request(d, a, actor, &req, body);

    return a->reply.http;
}


static inline unsigned
ask_get(desk_t *d, ask_t *a, const tkt_actor_t *actor, const char *target)
{
    return ask_send(d, a, actor, TKT_METHOD_GET, target, "");
}


/* The same with an entity tag: If-Match of a write, If-None-Match of a GET. */
static inline unsigned
ask_tagged(desk_t *d, ask_t *a, const tkt_actor_t *actor, tkt_method_t method,
    const char *target, const char *tag, const char *body)
{
    tkt_request_t  req = ask_make(d, method, target);

    if (method == TKT_METHOD_GET) {
        req.if_none_match = tkt_str_z(tag);

    } else {
        req.if_match = tkt_str_z(tag);
    }

    ask_request(d, a, actor, &req, body);

    return a->reply.http;
}


/* ---- answers ---- */

/*
 * What stands at "/data/0/id"; NULL if there is nothing.  Pointers as RFC
 * 6901 has them, without its escapes.
 */
static inline yajl_val
at(yajl_val v, const char *pointer)
{
    char        name[64];
    size_t      i, n;
    yajl_val    next;

    while (v != NULL && *pointer == '/') {

        n = strcspn(++pointer, "/");
        assert_true(n < sizeof(name));
        memcpy(name, pointer, n);
        name[n] = '\0';
        pointer += n;
        next = NULL;

        if (YAJL_IS_ARRAY(v)) {
            i = (size_t) strtoul(name, NULL, 10);
            next = i < v->u.array.len ? v->u.array.values[i] : NULL;

        } else if (YAJL_IS_OBJECT(v)) {
            for (i = 0; i < v->u.object.len; i++) {
                if (strcmp(v->u.object.keys[i], name) == 0) {
                    next = v->u.object.values[i];
                }
            }
        }

        v = next;
    }

    return v;
}


static inline const char *
text_at(yajl_val v, const char *pointer)
{
    v = at(v, pointer);

    return v == NULL ? "(none)" : YAJL_IS_STRING(v) ? YAJL_GET_STRING(v)
           : YAJL_IS_NULL(v) ? "(null)" : "(no string)";
}


/* -1: there is no integer. */
static inline long long
number_at(yajl_val v, const char *pointer)
{
    v = at(v, pointer);

    return v != NULL && YAJL_IS_INTEGER(v) ? YAJL_GET_INTEGER(v) : -1;
}


static inline size_t
length_at(yajl_val v, const char *pointer)
{
    v = at(v, pointer);
    assert_non_null(v);
    assert_true(YAJL_IS_ARRAY(v));

    return v->u.array.len;
}


/* Asks for a list, which must be had; how many entries its page has. */
static inline size_t
ask_list(desk_t *d, ask_t *a, const tkt_actor_t *actor, const char *target)
{
    if (ask_get(d, a, actor, target) != 200) {
        fail_msg("%s: %.*s", target, (int) a->reply.body.len,
                 (const char *) a->reply.body.data);
    }

    return length_at(a->json, "/data");
}


/* The ids of the entries of a page, joined. */
static inline void
list_ids(yajl_val v, char *text, size_t size)
{
    char    pointer[32];
    size_t  i, len, n = length_at(v, "/data");

    text[0] = '\0';

    for (i = 0; i < n; i++) {
        len = strlen(text);
        (void) snprintf(pointer, sizeof(pointer), "/data/%zu/id", i);
        (void) snprintf(text + len, size - len, "%s%lld", i > 0 ? " " : "",
                        number_at(v, pointer));
    }
}


static inline bool
is_true(yajl_val v, const char *pointer)
{
    v = at(v, pointer);
    assert_true(v != NULL && (YAJL_IS_TRUE(v) || YAJL_IS_FALSE(v)));

    return YAJL_IS_TRUE(v);
}


/* Whether an array of strings holds the word. */
static inline bool
lists(yajl_val v, const char *pointer, const char *word)
{
    size_t  i, n = length_at(v, pointer);

    v = at(v, pointer);

    for (i = 0; i < n; i++) {
        if (strcmp(text_at(v->u.array.values[i], ""), word) == 0) {
            return true;
        }
    }

    return false;
}


/* Sends, and looks for an error at `pointer` (or of that parameter). */
static inline void
ask_refused(desk_t *d, const tkt_actor_t *actor, tkt_method_t method,
    const char *target, const char *body, unsigned http, const char *pointer,
    const char *code)
{
    ask_t     a;
    bool      found;
    size_t    i;
    yajl_val  e;

    (void) ask_send(d, &a, actor, method, target, body);
    e = at(a.json, "/errors");
    found = false;

    for (i = 0; pointer != NULL && e != NULL && i < e->u.array.len; i++) {
        found |= strcmp(text_at(e->u.array.values[i], "/code"), code) == 0
                 && (strcmp(text_at(e->u.array.values[i], "/pointer"),
                            pointer) == 0
                     || strcmp(text_at(e->u.array.values[i], "/parameter"),
                               pointer) == 0);
    }

    if (a.reply.http != http || (pointer != NULL && !found)) {
        fail_msg("%s %.200s: %u %.*s", target, body, a.reply.http,
                 (int) a.reply.body.len, (const char *) a.reply.body.data);
    }

    ask_done(&a);
}


#endif /* ASK_H */
