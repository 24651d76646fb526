/*
 * A resource is a C struct and a const table of rows over it.  The same row
 * drives decoding of JSON and query, validation, who may read and write,
 * encoding, the stored record, the change list of an event, and the OpenAPI
 * document.  A new resource is a new table.
 */

#ifndef TKT_SCHEMA_H
#define TKT_SCHEMA_H


#include "base/tkt_base.h"


/* C type of the struct member in brackets. */
typedef enum {
    TKT_T_UINT = 1,   /* [uint64_t] JSON integer, min..max                   */
    TKT_T_INT,        /* [uint64_t] JSON integer, -max..max, or null; kept as
                         tkt_int_keep() of it, null as 0                     */
    TKT_T_ID,         /* [uint64_t] object id; JSON integer, null when 0;
                         decoding takes an integer or a decimal string       */
    TKT_T_BOOL,       /* [uint64_t] 0 or 1                                   */
    TKT_T_ENUM,       /* [uint64_t] one of `names`; null when 0              */
    TKT_T_SET,        /* [uint64_t] bits of `names`; JSON array of strings   */
    TKT_T_TIME,       /* [uint64_t] ms since 1970; RFC 3339; null when 0     */
    TKT_T_LINE,       /* [tkt_str_t] one line: no newline or tab; null when
                         empty; min..max in code points                      */
    TKT_T_TEXT,       /* [tkt_str_t] newline and tab allowed                 */
    TKT_T_SLUG,       /* [tkt_str_t] [a-z0-9][a-z0-9_.-]*                    */
    TKT_T_EMAIL,      /* [tkt_str_t] local@domain, no white space            */
    TKT_T_PHONE,      /* [tkt_str_t] 3..32 of digits, space, + - ( ) . x     */
    TKT_T_URL,        /* [tkt_str_t] http:// or https://, no white space     */
    TKT_T_TAGS,       /* [tkt_str_t] canonical JSON array text of distinct
                         tags; a tag has no control, quote or backslash;
                         empty slice reads as []                             */
    TKT_T_JSON,       /* [tkt_str_t] canonical compact text of any JSON
                         object, at most max bytes; empty slice reads as {}  */
    TKT_T_OBJECT,     /* nested JSON object whose rows are `sub`, over the
                         same struct (offsets are from the outer base); null
                         if the member at `offset` [uint64_t] is 0 and the
                         row has TKT_F_NULL_IF_ZERO                          */
    TKT_T_LIST        /* [tkt_str_t] never stored nor taken: compact text of a
                         JSON array, filled for an answer; empty slice reads
                         as []; `sub`: rows of its items, for documents      */
} tkt_type_t;


typedef struct tkt_schema_s  tkt_schema_t;


/* Names of an enumeration or set, indexed by value; empty name: no value. */
typedef struct {
    const tkt_str_t  *names;
    size_t            count;
} tkt_names_t;


/* Row flags. */
#define TKT_F_NULL_IF_ZERO   0x01   /* TKT_T_UINT, TKT_T_OBJECT: see above   */
#define TKT_F_NOT_EMPTY      0x02   /* text: must hold a non-space character */
#define TKT_F_NO_TRACK       0x04   /* not in an event's change list         */
#define TKT_F_INTERNAL       0x08   /* stored, never encoded to JSON         */
#define TKT_F_BIG            0x10   /* text kept out of lists by default and
                                       chunked when it does not fit          */
#define TKT_F_SECRET         0x20   /* never logged nor put into errors      */
#define TKT_F_OMIT_EMPTY     0x40   /* left out of JSON when null, [] or {}  */
#define TKT_F_PERSONAL       0x80   /* about a person, or in his own words:
                                       goes when he is erased                */


/*
 * Both forms of a row's name.  The second saves the encoder its work: it may
 * be read TKT_KEY_BYTES and one beyond its length, so that it is copied by a
 * constant.
 */
#define TKT_KEY_BYTES  32
#define TKT_KEY_TEXT(text)  ",\"" text "\":"
#define TKT_KEY_PAD                                                           \
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define TKT_NAME(text)                                                        \
    .name = text,                                                             \
    .key = { (const uint8_t *) TKT_KEY_TEXT(text) TKT_KEY_PAD,                \
             sizeof(TKT_KEY_TEXT(text)) - 1 + 0 * sizeof(char[               \
                 sizeof(TKT_KEY_TEXT(text)) - 1 <= TKT_KEY_BYTES ? 1 : -1]) }

typedef struct {
    const char          *name;      /* JSON member name                      */
    tkt_str_t            key;       /* the same as text: ,"name":            */
    uint8_t              type;      /* tkt_type_t                            */
    uint8_t              flags;
    uint16_t             offset;    /* of the member in the struct           */
    uint16_t             stored;    /* 1.. = position in the record among the
                                       integers or among the strings; each
                                       kind counts on its own, without gaps,
                                       and is never reused; 0 = not stored   */
    uint32_t             in;        /* uses (one bit each, the resource's own)
                                       in which a client may send it         */
    uint32_t             required;  /* uses in which it must be sent         */
    uint32_t             writers;   /* roles (tkt_bit(role)) that may send it;
                                       0 = whoever may call the operation    */
    uint32_t             readers;   /* roles that see it; 0 = all            */
    uint32_t             min;
    uint32_t             max;
    const tkt_names_t   *names;     /* TKT_T_ENUM, TKT_T_SET                 */
    const tkt_schema_t  *sub;       /* TKT_T_OBJECT                          */
    const char          *doc;       /* for OpenAPI and docs                  */
} tkt_field_t;


struct tkt_schema_s {
    const char         *name;       /* OpenAPI component, "Ticket"           */
    const tkt_field_t  *fields;
    size_t              count;      /* of top-level rows                     */
    size_t              size;       /* sizeof the struct                     */
    uint8_t             version;    /* of the record format, from 1          */
};


/*
 * Which rows a document held.  Rows are numbered depth first: an OBJECT row
 * has its own number, the rows of its `sub` follow it.
 */
#define TKT_ROWS_MAX  128

typedef struct {
    uint64_t  bits[TKT_ROWS_MAX / 64];
} tkt_present_t;


#define tkt_present_set(p, i)                                                 \
    ((p)->bits[(i) / 64] |= tkt_bit((i) % 64))
#define tkt_present_has(p, i)                                                 \
    (((p)->bits[(i) / 64] & tkt_bit((i) % 64)) != 0)


/*
 * An integer with a sign, at most UINT32_MAX either way, as the member of a
 * TKT_T_INT row; never 0, which is none.  A positive one is kept as itself.
 */
#define TKT_INT_NOT_POSITIVE  tkt_bit(32)

static inline uint64_t
tkt_int_keep(int64_t value)
{
    return value > 0 ? (uint64_t) value
                     : TKT_INT_NOT_POSITIVE | (uint64_t) -value;
}


/* What was kept; `none` for 0. */
static inline int64_t
tkt_int_value(uint64_t kept, int64_t none)
{
    if (kept == 0) {
        return none;
    }

    return (kept & TKT_INT_NOT_POSITIVE) != 0
           ? -(int64_t) (kept ^ TKT_INT_NOT_POSITIVE) : (int64_t) kept;
}


/* Typed access to a row's member. */
#define tkt_field_u64(f, obj)                                                 \
    ((uint64_t *) (void *) ((uint8_t *) (obj) + (f)->offset))
#define tkt_field_str(f, obj)                                                 \
    ((tkt_str_t *) (void *) ((uint8_t *) (obj) + (f)->offset))


/*
 * True if the row's own member is a uint64_t (or a tkt_str_t).  An OBJECT row
 * has none: what it holds are the members of its `sub`.
 */
bool tkt_field_is_u64(const tkt_field_t *f);
bool tkt_field_is_str(const tkt_field_t *f);

/* The row named `name` among the top-level rows, or NULL. */
const tkt_field_t *tkt_schema_find(const tkt_schema_t *s, tkt_str_t name);

/* How many numbers the row takes: 1, or 1 + those of its `sub`. */
size_t tkt_field_span(const tkt_field_t *f);

/*
 * Calls visit(ctx, row, number) for each row depth first, OBJECT rows
 * included, until it returns false; false if it did.
 */
bool tkt_schema_walk(const tkt_schema_t *s,
    bool (*visit)(void *ctx, const tkt_field_t *f, size_t number), void *ctx);

/*
 * Copies from src to dst every member whose row is marked in p; strings are
 * copied as slices.  Both are structs of s.  The mark of an OBJECT row copies
 * nothing, those of the rows of its `sub` do.
 */
void tkt_schema_apply(const tkt_schema_t *s, const tkt_present_t *p,
    void *dst, const void *src);

/*
 * True if a and b hold the same value in the row's member; for an OBJECT row,
 * in each member of its `sub`.
 */
bool tkt_field_same(const tkt_field_t *f, const void *a, const void *b);

/* The value whose name is `name`, or 0 and false. */
bool tkt_names_find(const tkt_names_t *n, tkt_str_t name, uint64_t *value);


#endif /* TKT_SCHEMA_H */
