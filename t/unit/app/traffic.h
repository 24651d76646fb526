/*
 * Generated traffic: requests such as a busy desk gets, in an order that
 * depends on the seed alone.  Most belong to the lives of tickets that play
 * side by side; the rest is noise that often comes at the wrong time, from
 * the wrong people, with stale tags and used keys.
 */

#ifndef TRAFFIC_H
#define TRAFFIC_H


#include "desk.h"


#define TRAFFIC_LIVES       24
#define TRAFFIC_KEYS        12
#define TRAFFIC_BODY_BYTES  131072

#define TRAFFIC_USERS       8      /* principals 1..8                        */
#define TRAFFIC_AGENTS      4      /* 9..12                                  */
#define TRAFFIC_SUPERVISOR  13
#define TRAFFIC_ADMIN       14
#define TRAFFIC_BOT         15
#define TRAFFIC_SYSTEM      16
#define TRAFFIC_PEOPLE      16


/*
 * One step: who (r requester, a agent, b another agent, s supervisor, d
 * admin, o bot, y system), the verb, the kind of body.  A life ends with a
 * step of who 0.
 */
typedef struct {
    char         who;
    const char  *verb;
    const char  *body;        /* with %T a text, %A an agent's id, %M a time,
                                 %K one of the newest tickets */
} traffic_step_t;

static const traffic_step_t  traffic_whole[] = {
    { 'o', "verify", "{}" },
    { 'a', "claim", "{}" },
    { 'a', "start", "" },
    { 'a', "assess", "{\"complexity\":3,\"plan\":\"%T\",\"eta\":\"%M\"}" },
    { 'a', "request-info", "{\"question\":\"%T\"}" },
    { 'r', "messages", "{\"body\":\"%T\"}" },
    { 'r', "urge", "{}" },
    { 'a', "hold", "{\"reason\":\"%T\",\"resume_at\":\"%M\"}" },
    { 'a', "resume", "{}" },
    { 'a', "messages", "{\"body\":\"%T\",\"kind\":\"note\"}" },
    { 'a', "resolve", "{\"solution\":\"%T\"}" },
    { 'r', "messages", "{\"body\":\"%T\"}" },
    { 'a', "resolve", "{\"solution\":\"%T\"}" },
    { 'r', "confirm", "{}" },
    { 'r', "rating", "{\"speed\":4,\"attitude\":5,\"result\":3,"
                     "\"comment\":\"%T\"}" },
    { 'r', "close", "{}" },
    { 'd', "archive", "{}" },
    { 0, NULL, NULL }
};

static const traffic_step_t  traffic_timed[] = {
    { 'y', "verify", "{}" },
    { 's', "assign", "{\"assignee\":%A}" },
    { 'b', "messages", "{\"body\":\"%T\"}" },
    { 'b', "request-info", "{\"question\":\"%T\"}" },
    { 'y', "timeout", "{}" },
    { 'y', "timeout", "{}" },
    { 'y', "close", "{}" },
    { 'r', "rating", "{\"speed\":1,\"attitude\":2,\"result\":1}" },
    { 'y', "archive", "{}" },
    { 0, NULL, NULL }
};

static const traffic_step_t  traffic_hard[] = {
    { 'a', "transfer", "{\"reason\":\"%T\"}" },
    { 'a', "escalate", "{\"reason\":\"%T\",\"priority\":\"urgent\"}" },
    { 's', "de-escalate", "{}" },
    { 'r', "complain", "{\"reason\":\"%T\"}" },
    { 's', "assign", "{\"assignee\":%A}" },
    { 's', "transfer", "{\"assignee\":%A,\"reason\":\"%T\"}" },
    { 'a', "messages", "{\"body\":\"%T\",\"kind\":\"courtesy\"}" },
    { 's', "close", "{\"reason\":\"%T\",\"close_reason\":\"duplicate\"}" },
    { 'a', "reopen", "{\"reason\":\"%T\"}" },
    { 's', "merge", "{\"into\":%K,\"reason\":\"%T\"}" },
    { 0, NULL, NULL }
};

static const traffic_step_t  traffic_short[] = {
    { 'a', "reject", "{\"reason\":\"%T\",\"close_reason\":\"spam\"}" },
    { 'r', "complain", "{\"reason\":\"%T\"}" },
    { 'r', "reopen", "{\"reason\":\"%T\"}" },
    { 'r', "urge", "{}" },
    { 'a', "start", "{}" },
    { 'a', "resolve", "{\"solution\":\"%T\"}" },
    { 'r', "close", "{\"speed\":5,\"attitude\":5,\"result\":5,"
                    "\"comment\":\"%T\"}" },
    { 'r', "messages", "{\"body\":\"%T\",\"reopen\":true}" },
    { 'r', "close", "{}" },
    { 0, NULL, NULL }
};

static const traffic_step_t *const  traffic_scripts[] = {
    traffic_whole, traffic_timed, traffic_hard, traffic_short
};


/* What anybody may try on any ticket at any time. */
static const traffic_step_t  traffic_noise[] = {
    { 'r', "urge", "{}" },
    { 'r', "confirm", "{}" },
    { 'r', "close", "{\"reason\":\"%T\"}" },
    { 'r', "claim", "{}" },
    { 'r', "rating", "{\"speed\":2,\"attitude\":2,\"result\":2}" },
    { 'r', "messages", "{\"body\":\"%T\",\"kind\":\"courtesy\"}" },
    { 'r', "messages", "{\"body\":\"%T\",\"visibility\":\"internal\"}" },
    { 'a', "claim", "{}" },
    { 'a', "start", "{}" },
    { 'a', "resolve", "{\"solution\":\"%T\"}" },
    { 'a', "hold", "{}" },
    { 'a', "hold", "{\"resume_at\":\"2001-01-01T00:00:00Z\"}" },
    { 'a', "reopen", "{\"reason\":\"%T\"}" },
    { 'a', "merge", "{\"into\":%K}" },
    { 'a', "messages", "{\"body\":\"%T\",\"kind\":\"next_step\"}" },
    { 'b', "messages", "{\"body\":\"%T\"}" },
    { 'b', "escalate", "{\"reason\":\"%T\",\"assignee\":%A}" },
    { 's', "assign", "{\"assignee\":3}" },
    { 's', "assign", "{\"assignee\":%A}" },
    { 's', "de-escalate", "{}" },
    { 'd', "archive", "{}" },
    { 'o', "messages", "{\"body\":\"%T\"}" },
    { 'y', "timeout", "{}" },
    { 'y', "resume", "{}" },
};


typedef struct {
    const traffic_step_t  *step;
    uint64_t               ticket;
    uint64_t               requester;
    uint64_t               agent;
} traffic_life_t;

/* A request that carried a key, to be sent once more. */
typedef struct {
    uint64_t  actor;
    char      path[64];
    char      key[32];
    char      body[2048];
} traffic_key_t;

typedef struct {
    uint64_t         seed;
    uint64_t         keys_made;
    uint64_t         tickets;         /* made so far                         */
    int64_t          now_ms;
    size_t           keys;
    size_t           undecoded;
    traffic_life_t   lives[TRAFFIC_LIVES];
    traffic_key_t    kept[TRAFFIC_KEYS];

    /* the request at hand */
    tkt_method_t     method;
    uint64_t         actor;
    char             path[64];
    char             key[32];
    char             if_match[64];
    char             body[TRAFFIC_BODY_BYTES];
} traffic_t;


/* xorshift64*; a number below `bound`. */
static inline uint64_t
traffic_random(traffic_t *t, uint64_t bound)
{
    t->seed ^= t->seed >> 12;
    t->seed ^= t->seed << 25;
    t->seed ^= t->seed >> 27;

    return (t->seed * UINT64_C(0x2545F4914F6CDD1D) >> 16) % bound;
}


static inline tkt_role_t
traffic_role(uint64_t id)
{
    return id <= TRAFFIC_USERS ? TKT_ROLE_USER
           : id <= TRAFFIC_USERS + TRAFFIC_AGENTS ? TKT_ROLE_AGENT
           : id == TRAFFIC_SUPERVISOR ? TKT_ROLE_SUPERVISOR
           : id == TRAFFIC_ADMIN ? TKT_ROLE_ADMIN
           : id == TRAFFIC_BOT ? TKT_ROLE_BOT : TKT_ROLE_SYSTEM;
}


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

static inline void
traffic_create(traffic_t *t, uint64_t requester)
{
    size_t  n;

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

    if (traffic_random(t, 3) == 0) {
        n += (size_t) snprintf(t->body + n, 1024, "\",\"priority\":\"%s\","
            "\"type\":\"web\",\"tags\":[\"vip\",\"新\"],\"custom\":{\"a\":[1,"
            "{\"b\":null}]},\"contact\":{\"email\":\"a@example.com\","
            "\"phone\":\"+86 10 1234\"},\"channel\":\"email",
            priorities[traffic_random(t, 4)]);
    }

    (void) snprintf(t->body + n, 64, "\"}");
    t->tickets++;
}


/* On behalf of nobody there is: decided, and refused, inside. */
static inline void
traffic_create_refused(traffic_t *t)
{
    traffic_create(t, TRAFFIC_SUPERVISOR);
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
    traffic_create(t, life->requester);
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


/* The administrator's requests. */
static inline void
traffic_people(traffic_t *t)
{
    unsigned long long  extra;

    t->method = TKT_METHOD_POST;
    t->actor = TRAFFIC_ADMIN;
    extra = TRAFFIC_PEOPLE + 1 + traffic_random(t, 30);

    switch (traffic_random(t, 5)) {

    case 0:
    case 1:
        (void) snprintf(t->path, sizeof(t->path), "/v1/users");
        (void) snprintf(t->body, sizeof(t->body),
                        "{\"login\":\"x%llu\",\"name\":\"李 %llu\"}", extra,
                        extra);
        return;

    case 2:
        t->method = TKT_METHOD_PATCH;
        (void) snprintf(t->path, sizeof(t->path), "/v1/users/%llu", extra);
        (void) snprintf(t->body, sizeof(t->body), "{\"disabled\":%s,"
                        "\"email\":\"e%llu@example.com\"}",
                        traffic_random(t, 2) == 0 ? "true" : "false", extra);
        return;

    case 3:
        (void) snprintf(t->path, sizeof(t->path), "/v1/users/%llu/tokens",
                        extra);
        (void) snprintf(t->body, sizeof(t->body), "{\"ttl\":86400,"
                        "\"scopes\":[\"read\"],\"label\":\"phone\"}");
        return;

    default:
        t->method = TKT_METHOD_DELETE;
        (void) snprintf(t->path, sizeof(t->path), "/v1/users/%llu/tokens/"
                        "%llu", extra,
                        (unsigned long long) (1 + traffic_random(t, 2)));
        t->body[0] = '\0';
    }
}


/* Roles that are made, given, changed and deleted, held or not. */
static inline void
traffic_roles(traffic_t *t)
{
    unsigned long long        role, user;
    static const char *const  sets[] = {
        "\"self\"", "\"self\",\"ticket.read\"", "\"message.write\"", ""
    };

    t->method = TKT_METHOD_POST;
    t->actor = TRAFFIC_ADMIN;
    role = 1 + traffic_random(t, 50);
    user = TRAFFIC_PEOPLE + 1 + traffic_random(t, 40);

    switch (traffic_random(t, 8)) {

    case 0:
    case 1:
        (void) snprintf(t->path, sizeof(t->path), "/v1/roles");
        (void) snprintf(t->body, sizeof(t->body), "{\"name\":\"r%llu\","
                        "\"base\":\"agent\",\"title\":\"角色 %llu\"}", role,
                        role);
        return;

    case 2:
    case 3:
        t->method = TKT_METHOD_PATCH;
        (void) snprintf(t->path, sizeof(t->path), "/v1/roles/%llu", role);
        (void) snprintf(t->body, sizeof(t->body), "{\"permissions\":[%s],"
                        "\"quota\":%llu}", sets[traffic_random(t, 4)],
                        (unsigned long long) traffic_random(t, 3));
        return;

    case 4:
        t->method = TKT_METHOD_PATCH;
        (void) snprintf(t->path, sizeof(t->path), "/v1/users/%llu", user);
        (void) snprintf(t->body, sizeof(t->body), "{\"role\":\"r%llu\"}",
                        role);
        return;

    default:
        t->method = TKT_METHOD_DELETE;
        (void) snprintf(t->path, sizeof(t->path), "/v1/roles/%llu", role);
        t->body[0] = '\0';
    }
}


/* What people do about themselves. */
static inline void
traffic_self(traffic_t *t)
{
    t->actor = 1 + traffic_random(t, TRAFFIC_USERS);

    switch (traffic_random(t, 4)) {

    case 0:
        t->method = TKT_METHOD_PATCH;
        (void) snprintf(t->path, sizeof(t->path), "/v1/me");
        (void) snprintf(t->body, sizeof(t->body), "{\"name\":\"名 %llu\"}",
                        (unsigned long long) traffic_random(t, 3));
        return;

    case 1:
        t->method = TKT_METHOD_POST;
        (void) snprintf(t->path, sizeof(t->path), "/v1/me/tokens");
        (void) snprintf(t->body, sizeof(t->body), "{\"scopes\":[\"read\"]}");
        return;

    default:
        t->method = TKT_METHOD_DELETE;
        (void) snprintf(t->path, sizeof(t->path), "/v1/me/tokens/%llu",
                        (unsigned long long) (1 + traffic_random(t, 7)));
        t->body[0] = '\0';
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


/* What the next request is. */
static inline void
traffic_choose(traffic_t *t)
{
    uint64_t               n;
    const traffic_life_t  *life;

    t->key[0] = '\0';
    t->if_match[0] = '\0';
    n = traffic_random(t, 100);
    life = &t->lives[traffic_random(t, TRAFFIC_LIVES)];

    if (n < 64 || life->ticket == 0) {
        traffic_live(t);

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
    tkt_actor_t     actor;
    tkt_command_t  *cmd;

    do {
        traffic_time(t);
        traffic_choose(t);

        for (i = 0; i < sizeof(random); i++) {
            random[i] = (uint8_t) traffic_random(t, 256);
        }

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
        }, t->body, random);

        if (cmd == NULL) {
            print_message("# %s: %s\n", t->path, d->body);
            t->undecoded++;
        }

    } while (cmd == NULL);

    return cmd;
}


#endif /* TRAFFIC_H */
