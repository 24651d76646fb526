/*
 * What generated traffic is made of: the lives of tickets as scripts, and the
 * state of its making.
 */

#ifndef TRAFFIC_SCRIPTS_H
#define TRAFFIC_SCRIPTS_H


#include "uploads.h"


#define TRAFFIC_LIVES       24

/* Numbers of tickets are foretold; complaints and splits, which take some that
   nobody knows of before, come in the last of so many requests only, and then
   traffic_sync is called. */
#define TRAFFIC_SYNC        1792
#define TRAFFIC_SURPRISES   512
#define TRAFFIC_KEYS        12
#define TRAFFIC_OBJECTS     16     /* of each kind that are known            */
#define TRAFFIC_UPLOADS     96
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
    { 'r', "messages", "{\"body\":\"%T\"}" },
    { 'a', "split", "{\"message\":1,\"reason\":\"%T\"}" },
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
    { 'r', "messages", "{\"body\":\"%T\"}" },
    { 'a', "unmerge", "{\"reason\":\"%T\"}" },
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
    uint64_t               type;        /* its id, or 0                      */
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

/* An object that a desk is set up with. */
typedef struct {
    uint64_t  parent;
    uint64_t  id;
} traffic_object_t;

typedef struct {
    uint64_t  uploader;
    char      token[TOKEN_BYTES];
} traffic_upload_t;

typedef struct {
    uint64_t         seed;
    uint64_t         keys_made;
    uint64_t         tickets;         /* made so far                         */
    uint64_t         sent;            /* requests                            */
    int64_t          now_ms;
    size_t           keys;
    size_t           undecoded;
    traffic_life_t   lives[TRAFFIC_LIVES];
    traffic_key_t    kept[TRAFFIC_KEYS];

    /* at the last sync: see traffic_desk.h */
    size_t            objects[TKT_CONFIG_MAX];
    traffic_object_t  object[TKT_CONFIG_MAX][TRAFFIC_OBJECTS];
    size_t            uploads;
    traffic_upload_t  upload[TRAFFIC_UPLOADS];

    /* the request at hand */
    tkt_method_t     method;
    uint64_t         actor;
    char             path[64];
    char             key[32];
    char             if_match[64];
    char             bytes[32];       /* of an upload                        */
    char             body[TRAFFIC_BODY_BYTES];
} traffic_t;


/* Whether a request may make a ticket that is not foretold. */
static inline bool
traffic_may_surprise(const traffic_t *t)
{
    return t->sent % TRAFFIC_SYNC >= TRAFFIC_SYNC - TRAFFIC_SURPRISES;
}


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


#endif /* TRAFFIC_SCRIPTS_H */
