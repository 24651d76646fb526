/*
 * Tickets like another: a bounded look at those submitted lately.  Points are
 * given for the same type and feature, for tags and for what the subjects
 * share: words, and pairs of characters where a script has no spaces.
 */

#include "app/call/tkt_ops.h"
#include "app/list/tkt_filter.h"
#include "app/list/tkt_sight.h"
#include "app/ticket/tkt_ticket.h"
#include "app/ticket/tkt_view.h"
#include "base/tkt_text.h"


#define TKT_SIMILAR_TERMS_MAX  128
#define TKT_SIMILAR_MAX        10
#define TKT_SIMILAR_TYPE       4
#define TKT_SIMILAR_FEATURE    4
#define TKT_SIMILAR_TAG        3
#define TKT_SIMILAR_TERM       2

/* Fewer points than these tell nothing: a type alone is no likeness. */
#define TKT_SIMILAR_LEAST      5


/* Digests of a subject's terms, each once. */
typedef struct {
    uint32_t  list[TKT_SIMILAR_TERMS_MAX];
    size_t    count;
} tkt_terms_t;

typedef struct {
    uint64_t  id;
    unsigned  points;
} tkt_like_t;

typedef struct {
    tkt_call_t          *call;
    const tkt_ticket_t  *to;
    tkt_terms_t          terms;
    tkt_like_t           best[TKT_SIMILAR_MAX];
    size_t               count;
} tkt_similar_t;


/* ---- terms ---- */

static bool
tkt_terms_have(const tkt_terms_t *t, uint32_t term)
{
    size_t  i;

    for (i = 0; i < t->count; i++) {
        if (t->list[i] == term) {
            return true;
        }
    }

    return false;
}


static void
tkt_terms_add(tkt_terms_t *t, uint32_t term)
{
    if (t->count < TKT_SIMILAR_TERMS_MAX && !tkt_terms_have(t, term)) {
        t->list[t->count++] = term;
    }
}


/* FNV-1a over code points. */
static inline uint32_t
tkt_term_step(uint32_t hash, uint32_t c)
{
    return (hash ^ c) * UINT32_C(16777619);
}


#define TKT_TERM_START  UINT32_C(2166136261)


/* Scripts that are written without spaces: kana, Han, Hangul. */
static bool
tkt_is_dense(uint32_t c)
{
    return (c >= 0x3040 && c <= 0x9fff) || (c >= 0xac00 && c <= 0xd7af)
           || (c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x3ffff);
}


static bool
tkt_is_word(uint32_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
           || (c >= 0xc0 && c < 0x2000 && c != 0xd7 && c != 0xf7);
}


/* The next code point of valid UTF-8, Latin capitals as small letters. */
static uint32_t
tkt_next_char(const uint8_t **p, const uint8_t *end)
{
    unsigned  n;
    uint32_t  c;

    c = *(*p)++;

    if (c < 0x80) {
        return (c >= 'A' && c <= 'Z') ? c + ('a' - 'A') : c;
    }

    n = (c >= 0xf0) ? 3 : (c >= 0xe0) ? 2 : 1;

    for (c &= 0x3fU >> n; n > 0 && *p < end; n--) {
        c = c << 6 | (*(*p)++ & 0x3f);
    }

    return c;
}


/* Words of two letters or more, and pairs of neighbours in dense scripts. */
static void
tkt_terms_make(tkt_terms_t *t, tkt_str_t text)
{
    size_t          letters;
    uint32_t        c, hash, before;
    const uint8_t  *p, *end;

    t->count = 0;
    letters = 0;
    hash = TKT_TERM_START;
    before = 0;

    for (p = text.data, end = p + text.len; p < end; /* void */) {
        c = tkt_next_char(&p, end);

        if (tkt_is_word(c)) {
            hash = tkt_term_step(hash, c);
            letters++;

            if (p < end) {
                before = 0;
                continue;
            }
        }

        if (letters > 1) {
            tkt_terms_add(t, hash);
        }

        letters = 0;
        hash = TKT_TERM_START;

        if (tkt_is_dense(c) && before != 0) {
            tkt_terms_add(t, tkt_term_step(tkt_term_step(hash, before), c));
        }

        before = tkt_is_dense(c) ? c : 0;
    }
}


/* ---- likeness ---- */

static unsigned
tkt_shared_tags(tkt_str_t tags, tkt_str_t other)
{
    size_t          start;
    unsigned        n;
    const uint8_t  *p, *end;

    /* ["a","b"]: whatever stands between two quotes */

    n = 0;
    p = tags.data;
    end = p + tags.len;

    while (p < end) {
        if (*p++ != '"') {
            continue;
        }

        start = (size_t) (p - tags.data);

        while (p < end && *p != '"') {
            p++;
        }

        n += tkt_has_tag(other, (tkt_str_t) { tags.data + start,
                                   (size_t) (p - tags.data) - start });
        p++;
    }

    return n;
}


static bool
tkt_same_name(uint64_t a_id, uint64_t b_id, tkt_str_t a, tkt_str_t b)
{
    return (a_id != 0 && a_id == b_id) || (a.len > 0 && tkt_str_eq(a, b));
}


static unsigned
tkt_likeness(const tkt_similar_t *s, const tkt_ticket_t *t)
{
    size_t              i;
    bool                type;
    unsigned            points;
    tkt_terms_t         terms;
    const tkt_ticket_t  *to = s->to;

    points = 0;
    type = tkt_same_name(to->type_id, t->type_id, to->type, t->type);

    if (type) {
        points += TKT_SIMILAR_TYPE;
    }

    if ((type || to->type.len == 0)
        && tkt_same_name(to->feature_id, t->feature_id, to->feature,
                         t->feature))
    {
        points += TKT_SIMILAR_FEATURE;
    }

    points += TKT_SIMILAR_TAG * tkt_shared_tags(to->tags, t->tags);
    tkt_terms_make(&terms, t->subject);

    for (i = 0; i < terms.count; i++) {
        if (tkt_terms_have(&s->terms, terms.list[i])) {
            points += TKT_SIMILAR_TERM;
        }
    }

    return points;
}


/* Kept in order: most points first; of equals the newest, which came first. */
static void
tkt_similar_add(tkt_similar_t *s, uint64_t id, unsigned points)
{
    size_t  i;

    if (points < TKT_SIMILAR_LEAST
        || (s->count == TKT_SIMILAR_MAX
            && s->best[s->count - 1].points >= points))
    {
        return;
    }

    if (s->count < TKT_SIMILAR_MAX) {
        s->count++;
    }

    for (i = s->count - 1; i > 0 && s->best[i - 1].points < points; i--) {
        s->best[i] = s->best[i - 1];
    }

    s->best[i] = (tkt_like_t) { id, points };
}


static void
tkt_similar_look(tkt_similar_t *s)
{
    size_t        steps;
    tkt_key_t     prefix;
    tkt_scan_t    scan;
    tkt_sight_t   sight;
    tkt_ticket_t  t;

    tkt_sight_init(&sight, s->call);
    tkt_terms_make(&s->terms, s->to->subject);
    tkt_key_tenant(&prefix, s->call->actor->tenant);
    tkt_scan_open(&scan, s->call->txn, TKT_DB_TICKET, &prefix, NULL, true);

    for (steps = 0; steps < TKT_SIMILAR_STEPS_MAX && tkt_scan_next(&scan);
         steps++)
    {
        if (!tkt_record_unpack(&tkt_ticket_schema, scan.value, &t)) {
            tkt_txn_fail(s->call->txn, TKT_INTERNAL);
            break;
        }

        if (t.id != s->to->id && t.erased_at == 0
            && t.drill == s->to->drill && tkt_sight_sees(&sight, &t))
        {
            tkt_similar_add(s, t.id, tkt_likeness(s, &t));
        }
    }

    tkt_scan_close(&scan);
}


void
tkt_op_similar(tkt_call_t *c)
{
    size_t         i;
    tkt_out_t      o;
    tkt_view_t     view;
    tkt_ticket_t   t, like;
    tkt_similar_t  s = { .call = c, .to = &t };

    if (!tkt_ticket_find(c, &t, false)) {
        return;
    }

    tkt_similar_look(&s);
    tkt_view_init(&view, c);
    tkt_out_init(&o, c->arena, 4096);
    tkt_out_lit(&o, "{\"data\":[");

    for (i = 0; i < s.count; i++) {

        if (!tkt_ticket_load(c->txn, c->actor->tenant, s.best[i].id, &like,
                             false, c->arena))
        {
            tkt_txn_fail(c->txn, TKT_INTERNAL);
            return;
        }

        tkt_view_ticket(&view, &like);
        tkt_out_comma(&o);
        tkt_out_object(&o, &tkt_ticket_schema, &like,
                       (uint32_t) tkt_bit(view.reader), NULL, true);
    }

    tkt_call_page(c, &o, tkt_str(""), tkt_str(""));
    tkt_out_lit(&o, "}");
    tkt_call_answer(c, &o);
}
