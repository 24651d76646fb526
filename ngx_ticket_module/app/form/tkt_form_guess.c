/*
 * Keywords in a ticket's text, compared without regard to case and width.
 * Letters of a-z are compared as whole words; other scripts, which do not all
 * set words apart, as they stand.
 */

#define _GNU_SOURCE                     /* memmem */

#include "app/form/tkt_form_guess.h"
#include "app/resource/tkt_config.h"
#include "codec/tkt_json_walk.h"
#include "domain/tkt_words.h"


/* Either kind that has keywords. */
typedef union {
    tkt_config_t       head;
    tkt_ticket_type_t  type;
    tkt_feature_t      feature;
} tkt_form_guessed_t;


static bool
tkt_form_is_letter(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}


static size_t
tkt_form_put(uint8_t *to, size_t room, tkt_str_t from)
{
    from.len = (from.len < room) ? from.len : room;

    return tkt_words_fold(to, from);
}


/* Whether the text, in small letters, has the keyword. */
static bool
tkt_form_has(tkt_str_t text, tkt_str_t keyword)
{
    size_t          n;
    uint8_t         word[4 * TKT_TAG_MAX_CHARS];
    const uint8_t  *p, *end = text.data + text.len;

    n = tkt_form_put(word, sizeof(word), keyword);

    for (p = text.data; n > 0; p++) {
        p = memmem(p, (size_t) (end - p), word, n);

        if (p == NULL) {
            break;
        }

        if ((p == text.data || !tkt_form_is_letter(p[-1])
             || !tkt_form_is_letter(word[0]))
            && (p + n == end || !tkt_form_is_letter(p[n])
                || !tkt_form_is_letter(word[n - 1])))
        {
            return true;
        }
    }

    return false;
}


static unsigned
tkt_form_hits(tkt_str_t text, tkt_str_t keywords)
{
    unsigned         hits;
    tkt_str_t        name, item;
    tkt_json_walk_t  w;

    hits = 0;

    if (!tkt_json_walk_open(&w, keywords)) {
        return 0;
    }

    while (tkt_json_walk_next(&w, &name, &item)) {
        hits += tkt_form_has(text, (tkt_str_t) { item.data + 1,
                                                 item.len - 2 });
    }

    return hits;
}


/* Subject and description in small letters, as far as they are looked at. */
static tkt_str_t
tkt_form_text(const tkt_ticket_t *t, uint8_t bytes[TKT_KEYWORD_TEXT_MAX_BYTES])
{
    size_t  n;

    n = tkt_form_put(bytes, TKT_KEYWORD_TEXT_MAX_BYTES - 1, t->subject);
    bytes[n++] = '\n';
    n += tkt_form_put(bytes + n, TKT_KEYWORD_TEXT_MAX_BYTES - n,
                      t->description);

    return (tkt_str_t) { bytes, n };
}


uint64_t
tkt_form_guess(tkt_call_t *c, tkt_config_kind_t kind, uint64_t parent,
    const tkt_ticket_t *t, bool staff)
{
    uint8_t              bytes[TKT_KEYWORD_TEXT_MAX_BYTES];
    unsigned             hits, most;
    uint64_t             best, position;
    tkt_key_t            prefix;
    tkt_str_t            keywords, text = { NULL, 0 };
    tkt_scan_t           scan;
    tkt_form_guessed_t   any;
    const tkt_schema_t  *schema;

    schema = (kind == TKT_CONFIG_TYPE) ? &tkt_type_schema
                                       : &tkt_feature_schema;
    tkt_key_config_kind(&prefix, c->actor->tenant, (uint8_t) kind);
    tkt_key_u64(&prefix, parent);
    tkt_scan_open(&scan, c->txn, TKT_DB_CONFIG, &prefix, NULL, false);

    best = position = 0;
    most = 0;

    for (size_t i = 0; i < TKT_KEYWORD_RECORDS_MAX && tkt_scan_next(&scan);
         i++)
    {
        if (!tkt_record_unpack(schema, scan.value, &any)) {
            tkt_txn_fail(c->txn, TKT_INTERNAL);
            break;
        }

        keywords = (kind == TKT_CONFIG_TYPE) ? any.type.keywords
                                             : any.feature.keywords;

        if (keywords.len == 0 || !any.head.active
            || (kind == TKT_CONFIG_TYPE && any.type.internal && !staff))
        {
            continue;
        }

        /* it is long, and wanted only where there are keywords at all */

        if (text.len == 0) {
            text = tkt_form_text(t, bytes);
        }

        hits = tkt_form_hits(text, keywords);

        if (hits > most
            || (hits > 0 && hits == most && any.head.position < position))
        {
            most = hits;
            best = any.head.id;
            position = any.head.position;
        }
    }

    tkt_scan_close(&scan);

    return best;
}
