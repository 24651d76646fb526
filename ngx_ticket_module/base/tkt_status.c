/*
 * Words of the statuses, and the choice of the language to say them in.
 * Everything is read from const tables.
 */

#include "base/tkt_status.h"


/* Weights of Accept-Language are kept in thousandths. */
#define TKT_LANG_WEIGHT_MAX   1000
#define TKT_LANG_UNSAID       (-1)


typedef struct {
    const uint8_t  *pos;
    const uint8_t  *end;
} tkt_lang_cursor_t;


static const tkt_status_row_t  tkt_status_rows[TKT_STATUS_MAX] = {
    [TKT_OK] = { { NULL, 0 }, { { NULL, 0 }, { NULL, 0 } }, { NULL, 0 }, 200 },
#define X(name, http, code, en, zh, help)                                     \
    [TKT_##name] = { tkt_lit(code), { tkt_lit(en), tkt_lit(zh) },             \
                     tkt_lit(help), http },
#include "base/tkt_status_table.h"
#undef X
};

static const tkt_str_t  tkt_lang_tags[TKT_LANG_MAX] = {
    [TKT_LANG_EN] = tkt_lit("en"),
    [TKT_LANG_ZH] = tkt_lit("zh"),
};


const tkt_status_row_t *
tkt_status_row(tkt_status_t status)
{
    if ((unsigned) status >= TKT_STATUS_MAX) {
        status = TKT_INTERNAL;
    }

    return &tkt_status_rows[status];
}


tkt_status_t
tkt_status_by_code(tkt_str_t code)
{
    unsigned  i;

    for (i = TKT_OK + 1; i < TKT_STATUS_MAX; i++) {
        if (tkt_str_eq(tkt_status_rows[i].code, code)) {
            return (tkt_status_t) i;
        }
    }

    return TKT_OK;
}


static bool
tkt_lang_is_alnum(uint8_t c, bool digits)
{
    uint8_t  lower;

    lower = c | 0x20;

    return (lower >= 'a' && lower <= 'z') || (digits && c >= '0' && c <= '9');
}


static void
tkt_lang_skip_space(tkt_lang_cursor_t *c)
{
    while (c->pos < c->end && (*c->pos == ' ' || *c->pos == '\t')) {
        c->pos++;
    }
}


/*
 * Reads a language-range (RFC 4647, section 2.1) and leaves its first subtag,
 * which alone decides between languages, in *primary.
 */
static bool
tkt_lang_range(tkt_lang_cursor_t *c, tkt_str_t *primary)
{
    size_t          n;
    bool            first;
    const uint8_t  *start;

    start = c->pos;

    if (c->pos < c->end && *c->pos == '*') {
        c->pos++;
        primary->data = start;
        primary->len = 1;
        return true;
    }

    for (first = true; ; first = false) {
        n = 0;

        while (c->pos < c->end && tkt_lang_is_alnum(*c->pos, !first)) {
            c->pos++;
            n++;
        }

        if (n == 0 || n > 8) {
            return false;
        }

        if (first) {
            primary->data = start;
            primary->len = n;
        }

        if (c->pos == c->end || *c->pos != '-') {
            return true;
        }

        c->pos++;
    }
}


/* Reads a qvalue (RFC 9110, section 12.4.2) in thousandths. */
static bool
tkt_lang_qvalue(tkt_lang_cursor_t *c, int *weight)
{
    int  unit, value;

    if (c->pos == c->end || (*c->pos != '0' && *c->pos != '1')) {
        return false;
    }

    value = (*c->pos++ - '0') * TKT_LANG_WEIGHT_MAX;

    if (c->pos < c->end && *c->pos == '.') {
        c->pos++;

        for (unit = TKT_LANG_WEIGHT_MAX / 10;
             unit > 0 && c->pos < c->end && *c->pos >= '0' && *c->pos <= '9';
             unit /= 10)
        {
            value += (*c->pos++ - '0') * unit;
        }
    }

    *weight = value;

    return value <= TKT_LANG_WEIGHT_MAX;
}


/* Reads one element of the list, which must fill the cursor. */
static bool
tkt_lang_element(tkt_lang_cursor_t *c, tkt_str_t *primary, int *weight)
{
    *weight = TKT_LANG_WEIGHT_MAX;

    tkt_lang_skip_space(c);

    if (!tkt_lang_range(c, primary)) {
        return false;
    }

    tkt_lang_skip_space(c);

    if (c->pos < c->end && *c->pos == ';') {
        c->pos++;
        tkt_lang_skip_space(c);

        if (c->end - c->pos < 2 || (c->pos[0] | 0x20) != 'q'
            || c->pos[1] != '=')
        {
            return false;
        }

        c->pos += 2;

        if (!tkt_lang_qvalue(c, weight)) {
            return false;
        }

        tkt_lang_skip_space(c);
    }

    return c->pos == c->end;
}


/* The language of a first subtag, or TKT_LANG_MAX. */
static unsigned
tkt_lang_find(tkt_str_t primary)
{
    size_t    i;
    unsigned  lang;

    for (lang = 0; lang < TKT_LANG_MAX; lang++) {

        if (primary.len != tkt_lang_tags[lang].len) {
            continue;
        }

        for (i = 0; i < primary.len; i++) {
            if ((primary.data[i] | 0x20) != tkt_lang_tags[lang].data[i]) {
                break;
            }
        }

        if (i == primary.len) {
            return lang;
        }
    }

    return TKT_LANG_MAX;
}


/*
 * The heaviest of what was gathered.  Of equal ones the first named wins;
 * those that only "*" covers come last, in the order of the enum.
 */
static tkt_lang_t
tkt_lang_choose(const int *weights, const tkt_lang_t *order, size_t named,
    int any)
{
    int         best;
    size_t      i;
    tkt_lang_t  choice;

    best = 0;
    choice = TKT_LANG_EN;

    for (i = 0; i < named; i++) {
        if (weights[order[i]] > best) {
            best = weights[order[i]];
            choice = order[i];
        }
    }

    for (i = 0; i < TKT_LANG_MAX; i++) {
        if (weights[i] == TKT_LANG_UNSAID && any > best) {
            best = any;
            choice = (tkt_lang_t) i;
        }
    }

    return choice;
}


tkt_lang_t
tkt_lang_accept(tkt_str_t accept_language)
{
    int                any, weight, weights[TKT_LANG_MAX];
    size_t             named;
    unsigned           lang;
    tkt_str_t          primary;
    tkt_lang_t         order[TKT_LANG_MAX];
    const uint8_t     *comma, *end;
    tkt_lang_cursor_t  c;

    if (accept_language.len == 0) {
        return TKT_LANG_EN;
    }

    for (lang = 0; lang < TKT_LANG_MAX; lang++) {
        weights[lang] = TKT_LANG_UNSAID;
    }

    any = TKT_LANG_UNSAID;
    named = 0;
    end = accept_language.data + accept_language.len;

    for (c.pos = accept_language.data; c.pos < end; c.pos = comma + 1) {

        comma = memchr(c.pos, ',', (size_t) (end - c.pos));
        if (comma == NULL) {
            comma = end;
        }

        c.end = comma;

        if (tkt_lang_element(&c, &primary, &weight)) {

            if (*primary.data == '*') {
                any = weight > any ? weight : any;

            } else if ((lang = tkt_lang_find(primary)) < TKT_LANG_MAX) {

                if (weights[lang] == TKT_LANG_UNSAID) {
                    order[named++] = (tkt_lang_t) lang;
                }

                if (weight > weights[lang]) {
                    weights[lang] = weight;
                }
            }
        }

        if (comma == end) {
            break;
        }
    }

    return tkt_lang_choose(weights, order, named, any);
}
