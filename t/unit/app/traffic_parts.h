/*
 * Traffic on what belongs to tickets besides their records: tags, watchers,
 * links, drafts, splits.
 */

#ifndef TRAFFIC_PARTS_H
#define TRAFFIC_PARTS_H


#include "traffic_scripts.h"


/* One of the newest tickets, so that links meet again. */
static inline unsigned long long
traffic_near(traffic_t *t)
{
    return (unsigned long long) (t->tickets - traffic_random(t, 6));
}


static inline void
traffic_draft(traffic_t *t, const traffic_life_t *life)
{
    size_t  n, words;

    (void) snprintf(t->path, sizeof(t->path), "/v1/tickets/%llu/draft",
                    (unsigned long long) life->ticket);

    if (t->method == TKT_METHOD_DELETE) {
        t->body[0] = '\0';
        return;
    }

    n = (size_t) snprintf(t->body, 64, "{\"body\":\"草稿");

    for (words = traffic_random(t, 600); words > 0; words--) {
        n += (size_t) snprintf(t->body + n, 16, " wort %llu",
                               (unsigned long long) words % 10);
    }

    (void) snprintf(t->body + n, 8, "\"}");
}


static inline void
traffic_split(traffic_t *t, const traffic_life_t *life)
{
    /* agents may be bound by grants */

    t->method = TKT_METHOD_POST;
    t->actor = TRAFFIC_SUPERVISOR;
    (void) snprintf(t->path, sizeof(t->path), "/v1/tickets/%llu/split",
                    (unsigned long long) life->ticket);
    (void) snprintf(t->body, sizeof(t->body), "{\"message\":%llu,"
                    "\"reason\":\"andere Sache\"}",
                    (unsigned long long) (1 + traffic_random(t, 2)));
}


static inline void
traffic_part(traffic_t *t, const traffic_life_t *life)
{
    static const char *const  kinds[] = {
        "{}", "{\"kind\":\"child\"}", "{\"kind\":\"duplicate\"}"
    };

    /* mostly those who may, and mostly putting */

    t->actor = traffic_random(t, 8) == 0 ? life->requester : life->agent;
    t->method = traffic_random(t, 3) == 0 ? TKT_METHOD_DELETE
                                          : TKT_METHOD_PUT;
    t->body[0] = '\0';

    switch (traffic_may_surprise(t) && traffic_random(t, 2) == 0
            ? 7 : traffic_random(t, 8))
    {

    case 0:
    case 1:
        (void) snprintf(t->path, sizeof(t->path), "/v1/tickets/%llu/tags/%s",
                        (unsigned long long) life->ticket,
                        traffic_random(t, 2) == 0 ? "急" : "vip");
        return;

    case 2:
    case 3:
        (void) snprintf(t->path, sizeof(t->path),
                        "/v1/tickets/%llu/watchers/%llu",
                        (unsigned long long) life->ticket,
                        (unsigned long long)
                        (1 + traffic_random(t, TRAFFIC_PEOPLE)));
        return;

    case 4:
    case 5:
        (void) snprintf(t->path, sizeof(t->path),
                        "/v1/tickets/%llu/links/%llu",
                        (unsigned long long) life->ticket, traffic_near(t));

        if (t->method == TKT_METHOD_PUT) {
            (void) snprintf(t->body, sizeof(t->body), "%s",
                            kinds[traffic_random(t, 8) == 0
                                  ? 1 : traffic_random(t, 2) * 2]);
        }

        return;

    case 6:
        traffic_draft(t, life);
        return;

    default:
        if (traffic_may_surprise(t)) {
            traffic_split(t, life);

        } else {
            traffic_draft(t, life);
        }
    }
}


#endif /* TRAFFIC_PARTS_H */
