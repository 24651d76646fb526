/*
 * Generated traffic: requests such as a busy desk gets, in an order that
 * depends on the seed alone.  Most belong to the lives of tickets that play
 * side by side; the rest is noise that often comes at the wrong time, from
 * the wrong people, with stale tags and used keys.
 */

#ifndef TRAFFIC_H
#define TRAFFIC_H


#include "traffic_desk.h"
#include "traffic_parts.h"
#include "traffic_people.h"


/* ---- bodies ---- */

/* Words of a JSON string, some of them escapes. */
static inline size_t
traffic_text(traffic_t *t, char *out, size_t size)
{
    size_t                    n, words;
    static const char *const  en[] = {
        "printer", "cannot", "connect", "since", "yesterday", "please",
        "the invoice", "is wrong,", "again.", "thank you", "\\n", "\\\"A\\\"",
        "caf\\u00e9", "error 0x80070057"
    };
    static const char *const  zh[] = {
        "无法登录", "后台", "页面", "打不开,", "请尽快", "处理。",
        "谢谢", "已经", "三天", "\\n", "\\u7f51\\u7ad9", "🙂"
    };

    words = traffic_random(t, 8) == 0 ? 300 + traffic_random(t, 1500)
                                      : 1 + traffic_random(t, 25);
    n = 0;

    while (words-- > 0 && n + 64 < size) {
        n += (size_t) snprintf(out + n, size - n, "%s ",
            (traffic_random(t, 2) == 0)
            ? en[traffic_random(t, tkt_array_len(en))]
            : zh[traffic_random(t, tkt_array_len(zh))]);
    }

    n += (size_t) snprintf(out + n, size - n, ".");

    return n;
}


static inline uint64_t
traffic_agent(traffic_t *t)
{
    return TRAFFIC_USERS + 1 + traffic_random(t, TRAFFIC_AGENTS);
}


/* Fills a template. Reasons and plans are bounded: %T is then short. */
static inline void
traffic_body(traffic_t *t, const char *template)
{
    size_t  n, room;

    for (n = 0; *template != '\0'; template++) {

        if (*template != '%') {
            t->body[n++] = *template;
            continue;
        }

        template++;

        if (*template == 'T') {
            room = strstr(template, "\"plan\"") || strstr(t->path, "messages")
                   || strstr(t->path, "resolve") ? 30000 : 700;
            n += traffic_text(t, t->body + n, room);

        } else if (*template == 'A') {
            n += (size_t) snprintf(t->body + n, 32, "%llu",
                                   (unsigned long long) traffic_agent(t));

        } else if (*template == 'K') {
            n += (size_t) snprintf(t->body + n, 32, "%llu",
                                   (unsigned long long)
                                   (t->tickets - traffic_random(t, 4)));

        } else {
            n += (size_t) snprintf(t->body + n, 32, "2030-0%llu-11T08:00:00Z",
                                   (unsigned long long)
                                   (1 + traffic_random(t, 9)));
        }
    }

    t->body[n] = '\0';
}


/* ---- requests ---- */

/* Returns the id of its type, if it is one that stays. */
static inline uint64_t
traffic_create(traffic_t *t, uint64_t requester)
{
    size_t    n;
    uint64_t  type;

    static const char *const  priorities[] = {
        "low", "normal", "high", "urgent"
    };

    t->method = TKT_METHOD_POST;
    t->actor = requester;
    (void) snprintf(t->path, sizeof(t->path), "/v1/tickets");

    n = (size_t) snprintf(t->body, sizeof(t->body), "{\"subject\":\"Nr. %llu "
                          "网站\",\"description\":\"",
                          (unsigned long long) t->tickets + 1);
    n += traffic_text(t, t->body + n, 60000);

    type = traffic_random(t, 6);

    if (type < 3) {
        n += (size_t) snprintf(t->body + n, 256, "\",\"custom\":{\"place\":"
            "\"Zimmer %llu\"},\"feature\":\"f\",\"type\":\"s%llu",
            (unsigned long long) traffic_random(t, 9),
            (unsigned long long) type);

    } else if (type < 5) {
        n += (size_t) snprintf(t->body + n, 1024, "\",\"priority\":\"%s\","
            "\"tags\":[\"vip\",\"新\"],\"custom\":{\"a\":[1,"
            "{\"b\":null}]},\"contact\":{\"email\":\"a@example.com\","
            "\"phone\":\"+86 10 1234\"},\"channel\":\"email",
            priorities[traffic_random(t, 4)]);
    }

    (void) snprintf(t->body + n, 64, "\"}");
    t->tickets++;

    return type < 3 ? TRAFFIC_TYPE + type : 0;
}


/* On behalf of nobody there is: decided, and refused, inside. */
static inline void
traffic_create_refused(traffic_t *t)
{
    (void) traffic_create(t, TRAFFIC_SUPERVISOR);
    t->tickets--;
    (void) snprintf(t->body, sizeof(t->body), "{\"subject\":\"x\","
                    "\"description\":\"y\",\"on_behalf_of\":999999}");
}


static inline uint64_t
traffic_who(traffic_t *t, char who, const traffic_life_t *life)
{
    switch (who) {

    case 'r':
        return life->requester;

    case 'a':
        return life->agent;

    case 'b':
        return traffic_agent(t);

    case 's':
        return TRAFFIC_SUPERVISOR;

    case 'd':
        return TRAFFIC_ADMIN;

    case 'o':
        return TRAFFIC_BOT;

    default:
        return TRAFFIC_SYSTEM;
    }
}


static inline void
traffic_act(traffic_t *t, const traffic_step_t *step,
    const traffic_life_t *life)
{
    static const traffic_step_t  urge = { 'r', "urge", "{}" };

    if ((strcmp(step->verb, "complain") == 0
         || strcmp(step->verb, "split") == 0)
        && !traffic_may_surprise(t))
    {
        step = &urge;
    }

    t->method = TKT_METHOD_POST;
    t->actor = traffic_who(t, step->who, life);
    (void) snprintf(t->path, sizeof(t->path), "/v1/tickets/%s%llu/%s",
                    traffic_random(t, 4) == 0 ? "T-" : "",
                    (unsigned long long) life->ticket, step->verb);
    traffic_body(t, step->body);
}


/* The next step of a life; a new one begins with its ticket. */
static inline void
traffic_live(traffic_t *t)
{
    traffic_life_t  *life;

    life = &t->lives[traffic_random(t, TRAFFIC_LIVES)];

    if (life->step != NULL && life->step->who != 0) {
        traffic_act(t, life->step++, life);
        return;
    }

    life->requester = 1 + traffic_random(t, TRAFFIC_USERS);
    life->agent = traffic_agent(t);
    life->step = traffic_scripts[traffic_random(t, 4)];
    life->type = traffic_create(t, life->requester);
    life->ticket = t->tickets;
}


static inline void
traffic_patch(traffic_t *t, const traffic_life_t *life)
{
    size_t  n;

    t->method = TKT_METHOD_PATCH;
    t->actor = traffic_random(t, 2) == 0 ? life->requester : life->agent;
    (void) snprintf(t->path, sizeof(t->path), "/v1/tickets/%llu",
                    (unsigned long long) life->ticket);

    switch (traffic_random(t, 4)) {

    case 0:
        (void) snprintf(t->body, sizeof(t->body), "{\"priority\":\"high\","
                        "\"tags\":[\"x%llu\"]}",
                        (unsigned long long) traffic_random(t, 3));
        return;

    case 1:
        (void) snprintf(t->body, sizeof(t->body),
                        "{\"contact\":{\"name\":\"王 %llu\","
                        "\"email\":null},\"wanted_by\":null}",
                        (unsigned long long) traffic_random(t, 3));
        return;

    default:
        n = (size_t) snprintf(t->body, sizeof(t->body),
                              "{\"description\":\"");
        n += traffic_text(t, t->body + n, 60000);
        (void) snprintf(t->body + n, 8, "\"}");
    }
}


/* ---- keys and tags ---- */

/* Sends a kept request again, now and then with another body. */
static inline void
traffic_again(traffic_t *t)
{
    const traffic_key_t  *k;

    k = &t->kept[traffic_random(t, t->keys)];

    t->method = TKT_METHOD_POST;
    t->actor = k->actor;
    (void) snprintf(t->path, sizeof(t->path), "%s", k->path);
    (void) snprintf(t->key, sizeof(t->key), "%s", k->key);
    (void) snprintf(t->body, sizeof(t->body), "%s%s", k->body,
                    traffic_random(t, 4) != 0 ? ""
                    : k->body[0] == '\0' ? "{}" : " ");
}


static inline void
traffic_keep(traffic_t *t)
{
    traffic_key_t  *k;

    (void) snprintf(t->key, sizeof(t->key), "\"key-%llu\"",
                    (unsigned long long) ++t->keys_made);

    if (strlen(t->body) >= sizeof(k->body)) {
        return;
    }

    k = &t->kept[t->keys < TRAFFIC_KEYS
                 ? t->keys++ : traffic_random(t, TRAFFIC_KEYS)];
    k->actor = t->actor;
    (void) snprintf(k->path, sizeof(k->path), "%s", t->path);
    (void) snprintf(k->key, sizeof(k->key), "%s", t->key);
    (void) snprintf(k->body, sizeof(k->body), "%.2047s", t->body);
}


/* Time goes on, at times far, at times back. */
static inline void
traffic_time(traffic_t *t)
{
    t->now_ms += (int64_t) traffic_random(t, 40000);

    if (traffic_random(t, 40) == 0) {
        t->now_ms += 3600 * 1000;
    }

    if (traffic_random(t, 50) == 0) {
        t->now_ms -= 20 * 1000;
    }

    if (traffic_random(t, 400) == 0) {
        t->now_ms += 3 * 86400 * 1000LL;
        t->keys = 0;
    }
}


static inline void
traffic_start(traffic_t *t, uint64_t seed)
{
    memset(t, 0, sizeof(*t));
    t->seed = seed;
    t->now_ms = DESK_EPOCH_MS + 1000000;
}


/* The people that the traffic is made by: principals 1 to 16. */
static inline void
traffic_make_people(desk_t *d)
{
    unsigned     id;
    char         body[128];
    tkt_actor_t  operator = desk_actor(1, 0, TKT_ROLE_ADMIN);

    for (id = 1; id <= TRAFFIC_PEOPLE; id++) {
        (void) snprintf(body, sizeof(body), "{\"login\":\"p%u\",\"role\":"
            "\"%s\"}", id,
            (const char *) tkt_role_names.names[traffic_role(id)].data);
        desk_post(d, &operator, "/v1/users", body);
    }
}


/* A store with them. */
static inline void
traffic_open(desk_t *d)
{
    desk_open(d);
    traffic_make_people(d);
}


/* The same around each test of a group: *state is the desk. */
static inline int
traffic_setup(void **state)
{
    static desk_t  d;

    traffic_open(&d);
    *state = &d;

    return 0;
}


static inline int
traffic_teardown(void **state)
{
    desk_verify_clean(*state);
    desk_close(*state);

    return 0;
}


/* What the next request is. */
static inline void
traffic_choose(traffic_t *t)
{
    uint64_t               n;
    const traffic_life_t  *life;

    t->key[0] = '\0';
    t->if_match[0] = '\0';
    t->bytes[0] = '\0';
    n = traffic_random(t, 100);
    life = &t->lives[traffic_random(t, TRAFFIC_LIVES)];

    if (traffic_random(t, 5) == 0 && t->objects[TKT_CONFIG_TYPE] > 0) {
        traffic_desk(t);

    } else if (n < 60 || life->ticket == 0) {
        traffic_live(t);

    } else if (n < 65) {
        traffic_part(t, life);

    } else if (n < 76) {
        traffic_act(t, &traffic_noise[traffic_random(t,
                            tkt_array_len(traffic_noise))], life);

    } else if (n < 80) {
        traffic_patch(t, life);

    } else if (n < 86) {
        traffic_people(t);

    } else if (n < 90) {
        traffic_roles(t);

    } else if (n < 92) {
        traffic_self(t);

    } else if (n < 96 && t->keys > 0) {
        traffic_again(t);
        return;

    } else {
        traffic_create_refused(t);
    }

    /* bytes have no key here, and this takes no body, not even another one */

    if (t->bytes[0] != '\0' || strstr(t->path, "/ready-made") != NULL) {
        return;
    }

    if (t->method == TKT_METHOD_POST && traffic_random(t, 6) == 0) {
        traffic_keep(t);

    } else if (traffic_random(t, 8) == 0) {
        (void) snprintf(t->if_match, sizeof(t->if_match),
                        traffic_random(t, 3) == 0 ? "*"
                        : "\"t%llu.%llu\", \"u17.1\"",
                        (unsigned long long) life->ticket,
                        (unsigned long long) (1 + traffic_random(t, 3)));
    }
}


/* The next request as a command. */
static inline tkt_command_t *
traffic_next(traffic_t *t, desk_t *d)
{
    size_t          i;
    uint8_t         random[32];
    upload_t        upload;
    tkt_actor_t     actor;
    tkt_command_t  *cmd;

    do {
        traffic_time(t);
        traffic_choose(t);

        for (i = 0; i < sizeof(random); i++) {
            random[i] = (uint8_t) traffic_random(t, 256);
        }

        upload_make(&upload, t->bytes, t->now_ms);
        actor = desk_actor(1, t->actor, traffic_role(t->actor));
        cmd = desk_command(d, &actor, &(tkt_request_t) {
            .method = t->method, .path = tkt_str_z(t->path),
            .content_type = tkt_str("application/json; charset=utf-8"),
            .if_match = tkt_str_z(t->if_match),
            .idempotency_key = tkt_str_z(t->key),
            .has_idempotency_key = t->key[0] != '\0',
            .accept_language = (t->now_ms & 1) ? tkt_str("zh-CN")
                                               : tkt_str("en"),
            .request_id = tkt_str("r1"), .now_ms = t->now_ms,
            .query = t->bytes[0] != '\0' ? tkt_str("name=a.txt")
                                         : tkt_str(""),
            .upload = t->bytes[0] != '\0' ? &upload.upload : NULL,
        }, t->body, random);

        t->sent++;

        if (cmd == NULL) {
            print_message("# %s: %s\n", t->path, d->body);
            t->undecoded++;
        }

    } while (cmd == NULL);

    return cmd;
}


/* What timers ask for by now, as far as they do not ask for ever. */
static inline void
traffic_due(traffic_t *t, desk_t *d)
{
    size_t          n, rounds;
    uint8_t         random[32];
    tkt_command_t  *cmd;

    for (rounds = 0; rounds < TRAFFIC_SYNC; rounds++) {
        for (n = 0; n < sizeof(random); n++) {
            random[n] = (uint8_t) traffic_random(t, 256);
        }

        assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
        n = tkt_app_due(d->read, t->now_ms, random, NULL, &cmd, 1, NULL);
        tkt_txn_reset(d->read);

        if (n == 0) {
            return;
        }

        assert_int_equal(tkt_app_run(d->env, &cmd, 1, NULL, NULL), TKT_OK);
        assert_int_equal(tkt_command_reply(cmd)->http, 204);
        tkt_command_free(cmd);
    }
}


/* Runs what is due and learns what there is; everything sent has been run. */
static inline void
traffic_sync(traffic_t *t, desk_t *d)
{
    traffic_due(t, d);

    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    t->tickets = tkt_txn_last(d->read, TKT_SEQ_TICKET);
    traffic_learn_objects(t, d);
    traffic_learn_uploads(t, d);
    tkt_txn_reset(d->read);
}


#endif /* TRAFFIC_H */
