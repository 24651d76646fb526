/*
 * Traffic on how a desk is set up, while it works: types with features and
 * fields, teams and who is in them and there, grants, macros, views; and what
 * needs such a desk: macros applied, steps, approvals, batches, files.
 *
 * What is made before all stays (the ids below), so that most of the traffic
 * finds it; what is made on the way is known from the next traffic_sync on.
 */

#ifndef TRAFFIC_DESK_H
#define TRAFFIC_DESK_H


#include "traffic_scripts.h"

#include "app/resource/tkt_config.h"


/* Ids of what stays. */
enum {
    TRAFFIC_TEAM = 1,          /* and 2                                      */
    TRAFFIC_TYPE = 3,          /* to 5: plain, with approval, with a step    */
    TRAFFIC_MACRO = 12,
    TRAFFIC_STAYS = 14
};


typedef struct {
    char               who;    /* of the steps of lives                      */
    tkt_method_t       method;
    tkt_config_kind_t  kind;   /* of the object it is about, or NONE         */
    bool               takes;  /* not from what stays                        */
    const char        *path;   /* %I its id, %P its parent's, %N a number,
                                  %L 1 to 5, %A an agent, %E a team, %Y a
                                  type, %G one of two agents who are bound
                                  by grants, %K the ticket of a life         */
    const char        *body;
} traffic_setting_t;

#define POST    TKT_METHOD_POST
#define PATCH   TKT_METHOD_PATCH
#define PUT     TKT_METHOD_PUT
#define DELETE  TKT_METHOD_DELETE
#define OF(kind)    TKT_CONFIG_##kind, false
#define TAKES(kind)  TKT_CONFIG_##kind, true

static const traffic_setting_t  traffic_settings[] = {
    { 'd', POST, OF(NONE), "/v1/types", "{\"name\":\"c%N\",\"titles\":{"
      "\"zh-CN\":\"类 %N\"},\"position\":%N,\"keywords\":[\"wort%N\"]}" },
    { 'd', PATCH, OF(TYPE), "/v1/types/%I", "{\"position\":%N}" },
    { 'd', PATCH, TAKES(TYPE), "/v1/types/%I", "{\"active\":false}" },
    { 'd', DELETE, TAKES(TYPE), "/v1/types/%I", "" },
    { 'd', POST, OF(NONE), "/v1/types/ready-made", "" },

    { 'd', POST, OF(NONE), "/v1/types/%Y/features",
      "{\"name\":\"g%N\",\"team\":%E}" },
    { 'd', PATCH, OF(FEATURE), "/v1/types/%P/features/%I",
      "{\"position\":%N,\"titles\":{\"en\":\"F %N\"}}" },
    { 'd', DELETE, TAKES(FEATURE), "/v1/types/%P/features/%I", "" },

    { 'd', POST, OF(NONE), "/v1/types/%Y/fields",
      "{\"name\":\"h%N\",\"kind\":\"text\"}" },
    { 'd', PATCH, OF(FORM_FIELD), "/v1/types/%P/fields/%I",
      "{\"position\":%N,\"prompt\":\"%N?\"}" },
    { 'd', DELETE, TAKES(FORM_FIELD), "/v1/types/%P/fields/%I", "" },

    { 's', POST, OF(NONE), "/v1/teams",
      "{\"name\":\"tm%N\",\"strategy\":\"least_loaded\"}" },
    { 's', PATCH, OF(TEAM), "/v1/teams/%I", "{\"position\":%N,"
      "\"return_after_s\":1%N}" },
    { 's', DELETE, TAKES(TEAM), "/v1/teams/%I", "" },
    { 's', PUT, OF(NONE), "/v1/teams/%E/members/%A", "{\"lead\":true}" },
    { 's', PUT, OF(NONE), "/v1/teams/%E/members/%A", "{}" },
    { 's', DELETE, OF(NONE), "/v1/teams/%E/members/%A", "" },
    { 'b', PUT, OF(NONE), "/v1/me/presence",
      "{\"presence\":\"online\",\"capacity\":%N}" },
    { 'b', PUT, OF(NONE), "/v1/me/presence", "{\"presence\":\"online\"}" },
    { 'b', PUT, OF(NONE), "/v1/me/presence", "{\"presence\":\"away\"}" },

    { 's', POST, OF(NONE), "/v1/grants",
      "{\"user\":%G,\"type\":%Y,\"level\":%L}" },
    { 's', POST, OF(NONE), "/v1/grants",
      "{\"user\":%G,\"type\":%Y,\"level\":%L}" },
    { 's', PATCH, OF(GRANT), "/v1/grants/%I", "{\"level\":%L}" },
    { 's', DELETE, TAKES(GRANT), "/v1/grants/%I", "" },
    { 's', DELETE, TAKES(GRANT), "/v1/grants/%I", "" },

    { 's', POST, OF(NONE), "/v1/macros",
      "{\"name\":\"m%N\",\"body\":\"Hallo %N\",\"shared\":true}" },
    { 's', PATCH, OF(MACRO), "/v1/macros/%I", "{\"position\":%N}" },
    { 's', DELETE, TAKES(MACRO), "/v1/macros/%I", "" },
    { 'b', POST, OF(MACRO), "/v1/tickets/%K/apply", "{\"macro\":%I}" },
    { 'b', POST, OF(NONE), "/v1/tickets/%K/apply", "{\"macro\":12}" },

    { 's', POST, OF(NONE), "/v1/views",
      "{\"name\":\"v%N\",\"filter\":\"state=new\",\"shared\":true}" },
    { 's', PATCH, OF(VIEW), "/v1/views/%I", "{\"position\":%N}" },
    { 's', DELETE, TAKES(VIEW), "/v1/views/%I", "" },

    { 'd', PATCH, OF(NONE), "/v1/verification", "{\"enabled\":true,"
      "\"duplicate_points\":%N,\"rate\":%N,\"hold_at\":900,"
      "\"reject_at\":1000}" },
    { 'd', PATCH, OF(NONE), "/v1/verification", "{\"enabled\":false}" },
    { 'd', PATCH, OF(NONE), "/v1/verification", "{\"enabled\":false}" },
    { 'd', PATCH, OF(NONE), "/v1/verification", "{\"enabled\":false}" },
    { 'b', PUT, OF(NONE), "/v1/tickets/%K/steps/eins", "" },
    { 'b', PUT, OF(NONE), "/v1/tickets/%K/steps/eins", "" },
    { 'b', DELETE, OF(NONE), "/v1/tickets/%K/steps/eins", "" },
    { 's', PUT, OF(NONE), "/v1/tickets/%K/approval", "{\"approved\":true,"
      "\"reason\":\"gut\"}" },
    { 's', PUT, OF(NONE), "/v1/tickets/%K/approval",
      "{\"approved\":false,\"reason\":\"zu teuer\"}" },

    { 'b', POST, OF(NONE), "/v1/batch", "{\"operations\":["
      "{\"method\":\"PUT\",\"path\":\"/v1/tickets/%K/tags/b%N\"},"
      "{\"method\":\"POST\",\"path\":\"/v1/tickets/%K/messages\",\"body\":{"
      "\"body\":\"Stapel %N\"}},{\"method\":\"POST\",\"path\":"
      "\"/v1/tickets/%K/confirm\"}]}" },
    { 'b', POST, OF(NONE), "/v1/batch", "{\"atomic\":true,\"operations\":["
      "{\"method\":\"PUT\",\"path\":\"/v1/tickets/%K/tags/b%N\"},"
      "{\"method\":\"POST\",\"path\":\"/v1/tickets/%K/start\"}]}" },
};

#undef POST
#undef PATCH
#undef PUT
#undef DELETE
#undef OF
#undef TAKES


/* One that was there at the last sync; one that nobody has, if none was. */
static inline traffic_object_t
traffic_object(traffic_t *t, const traffic_setting_t *s)
{
    size_t            tries;
    traffic_object_t  o = { 999999, 999999 };

    for (tries = 0; tries < 8 && t->objects[s->kind] > 0; tries++) {
        o = t->object[s->kind][traffic_random(t, t->objects[s->kind])];

        if (!s->takes || o.id > TRAFFIC_STAYS) {
            return o;
        }
    }

    return (traffic_object_t) { 999999, 999999 };
}


static inline void
traffic_fill(traffic_t *t, char *out, size_t size, const char *template,
    traffic_object_t o, uint64_t ticket)
{
    size_t    n;
    uint64_t  value;

    for (n = 0; *template != '\0' && n + 24 < size; template++) {

        if (*template != '%') {
            out[n++] = *template;
            continue;
        }

        template++;

        value = *template == 'I' ? o.id
                : *template == 'P' ? o.parent
                : *template == 'L' ? 1 + traffic_random(t, 5)
                : *template == 'A' ? TRAFFIC_USERS + 1
                                     + traffic_random(t, TRAFFIC_AGENTS)
                : *template == 'G' ? TRAFFIC_SUPERVISOR - 1
                                     - traffic_random(t, 2)
                : *template == 'E' ? TRAFFIC_TEAM + traffic_random(t, 2)
                : *template == 'Y' ? TRAFFIC_TYPE + traffic_random(t, 3)
                : *template == 'K' ? ticket : 1 + traffic_random(t, 60);

        n += (size_t) snprintf(out + n, size - n, "%llu",
                               (unsigned long long) value);
    }

    out[n] = '\0';
}


/* A file of his own, for a message later. */
static inline void
traffic_upload(traffic_t *t)
{
    t->method = TKT_METHOD_POST;
    t->actor = 1 + traffic_random(t, TRAFFIC_USERS);
    (void) snprintf(t->path, sizeof(t->path), "/v1/attachments");
    (void) snprintf(t->bytes, sizeof(t->bytes), "Datei %llu",
                    (unsigned long long) traffic_random(t, 50));
    t->body[0] = '\0';
}


/* What becomes of a file: it is bound to a message, or thrown away. */
static inline void
traffic_uploaded(traffic_t *t)
{
    size_t            i;
    traffic_upload_t  u;

    i = traffic_random(t, t->uploads);
    u = t->upload[i];
    t->upload[i] = t->upload[--t->uploads];
    t->actor = u.uploader;
    i = traffic_random(t, 2) == 0 ? TRAFFIC_LIVES : 0;

    while (i < TRAFFIC_LIVES && t->lives[i].requester != u.uploader) {
        i++;
    }

    if (i < TRAFFIC_LIVES) {
        t->method = TKT_METHOD_POST;
        (void) snprintf(t->path, sizeof(t->path), "/v1/tickets/%llu/messages",
                        (unsigned long long) t->lives[i].ticket);
        (void) snprintf(t->body, sizeof(t->body), "{\"body\":\"anbei\","
                        "\"attachments\":[\"%s\"]}", u.token);
        return;
    }

    t->method = TKT_METHOD_DELETE;
    (void) snprintf(t->path, sizeof(t->path), "/v1/attachments/%s",
                    u.token);
    t->body[0] = '\0';
}


static inline void
traffic_desk(traffic_t *t)
{
    size_t                    i, tries;
    uint64_t                  wanted;
    traffic_object_t          o;
    const traffic_setting_t  *s;

    /* soon after one knows of them: files that nobody binds expire */

    if (t->uploads > 0 && t->sent % TRAFFIC_SYNC < 256
        && traffic_random(t, 2) == 0)
    {
        traffic_uploaded(t);
        return;
    }

    i = traffic_random(t, tkt_array_len(traffic_settings) + 6);

    if (i >= tkt_array_len(traffic_settings)) {

        if (i % 2 != 0 && t->uploads > 0) {
            traffic_uploaded(t);

        } else {
            traffic_upload(t);
        }

        return;
    }

    s = &traffic_settings[i];
    t->method = s->method;
    t->actor = s->who == 'd' ? TRAFFIC_ADMIN
               : s->who == 's' ? TRAFFIC_SUPERVISOR
               : TRAFFIC_USERS + 1 + traffic_random(t, TRAFFIC_AGENTS);

    /* approvals and steps want tickets of a type that has them */

    wanted = strstr(s->path, "/approval") != NULL ? TRAFFIC_TYPE + 1
             : strstr(s->path, "/steps") != NULL ? TRAFFIC_TYPE + 2 : 0;
    i = traffic_random(t, TRAFFIC_LIVES);

    for (tries = 0; tries < TRAFFIC_LIVES
                    && (t->lives[i].ticket == 0
                        || (wanted != 0 && t->lives[i].type != wanted));
         tries++)
    {
        i = (i + 1) % TRAFFIC_LIVES;
    }

    o = traffic_object(t, s);
    traffic_fill(t, t->path, sizeof(t->path), s->path, o, t->lives[i].ticket);
    traffic_fill(t, t->body, sizeof(t->body), s->body, o, t->lives[i].ticket);
}


/* ---- before all, and now and then ---- */

/* What stays: see the ids above. */
static inline void
traffic_make_desk(desk_t *d)
{
    size_t                    i;
    tkt_actor_t               admin, boss;
    static const char *const  made[][2] = {
        { "/v1/teams", "{\"name\":\"eins\",\"strategy\":\"round_robin\","
                       "\"return_after_s\":600}" },
        { "/v1/teams", "{\"name\":\"zwei\",\"strategy\":\"least_loaded\"}" },
        { "/v1/types", "{\"name\":\"s0\",\"team\":1}" },
        { "/v1/types", "{\"name\":\"s1\",\"team\":2,\"category\":\"request\","
                       "\"approval\":true}" },
        { "/v1/types", "{\"name\":\"s2\",\"steps\":[\"eins\",\"zwei\"]}" },
        { "/v1/types/3/features", "{\"name\":\"f\",\"team\":2}" },
        { "/v1/types/4/features", "{\"name\":\"f\"}" },
        { "/v1/types/5/features", "{\"name\":\"f\"}" },
        { "/v1/types/3/fields", "{\"name\":\"place\",\"kind\":\"text\"}" },
        { "/v1/types/4/fields", "{\"name\":\"place\",\"kind\":\"text\"}" },
        { "/v1/types/5/fields", "{\"name\":\"place\",\"kind\":\"text\"}" },
        { "/v1/macros", "{\"name\":\"dank\",\"body\":\"Vielen Dank.\","
                        "\"shared\":true,\"add_tags\":[\"dank\"]}" },
        { "/v1/views", "{\"name\":\"neu\",\"filter\":\"state=new\","
                       "\"shared\":true}" },
        { "/v1/grants", "{\"user\":12,\"type\":3}" },
    };

    admin = desk_actor(1, TRAFFIC_ADMIN, TKT_ROLE_ADMIN);
    boss = desk_actor(1, TRAFFIC_SUPERVISOR, TKT_ROLE_SUPERVISOR);

    for (i = 0; i < tkt_array_len(made); i++) {
        desk_post(d, i < 11 ? &admin : &boss, made[i][0], made[i][1]);
    }

    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    assert_int_equal(tkt_txn_last(d->read, TKT_SEQ_CONFIG), TRAFFIC_STAYS);
    tkt_txn_reset(d->read);
}


/* Objects of each kind that there are, the last ones. */
static inline void
traffic_learn_objects(traffic_t *t, desk_t *d)
{
    size_t       n;
    uint8_t      kind;
    tkt_key_t    prefix;
    tkt_scan_t   scan;
    tkt_unkey_t  u;

    for (kind = TKT_CONFIG_NONE + 1; kind < TKT_CONFIG_MAX; kind++) {
        tkt_key_config_kind(&prefix, 1, kind);
        tkt_scan_open(&scan, d->read, TKT_DB_CONFIG, &prefix, NULL, false);

        for (n = 0; tkt_scan_next(&scan); n++) {
            tkt_unkey_start(&u, (tkt_str_t) { scan.key.data + prefix.len,
                                              scan.key.len - prefix.len });
            t->object[kind][n % TRAFFIC_OBJECTS].parent = tkt_unkey_u64(&u);
            t->object[kind][n % TRAFFIC_OBJECTS].id = tkt_unkey_u64(&u);
        }

        tkt_scan_close(&scan);
        t->objects[kind] = n < TRAFFIC_OBJECTS ? n : TRAFFIC_OBJECTS;
    }
}


/* Files that are bound to nothing yet. */
static inline void
traffic_learn_uploads(traffic_t *t, desk_t *d)
{
    tkt_key_t         all;
    tkt_scan_t        scan;
    tkt_attachment_t  a;

    t->uploads = 0;
    tkt_key_start(&all);
    tkt_scan_open(&scan, d->read, TKT_DB_ATTACHMENT, &all, NULL, false);

    while (t->uploads < TRAFFIC_UPLOADS && tkt_scan_next(&scan)) {
        assert_true(tkt_record_unpack(&tkt_attachment_schema, scan.value,
                                      &a));

        if (a.ticket == 0) {
            t->upload[t->uploads].uploader = a.uploader;
            (void) snprintf(t->upload[t->uploads++].token, TOKEN_BYTES,
                            "%.*s", (int) a.token.len,
                            (const char *) a.token.data);
        }
    }

    tkt_scan_close(&scan);
}


#endif /* TRAFFIC_DESK_H */
