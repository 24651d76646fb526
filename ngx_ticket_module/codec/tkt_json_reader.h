/*
 * From a parser's events to the members of a struct: which row a value is
 * for, whether it may be there, and the pointer to say so.  Knows no parser.
 */

#ifndef TKT_JSON_READER_H
#define TKT_JSON_READER_H


#include "codec/tkt_json_in.h"
#include "codec/tkt_keep.h"


typedef enum {
    TKT_JSON_NULL = 0,
    TKT_JSON_FALSE,
    TKT_JSON_TRUE,
    TKT_JSON_NUMBER,
    TKT_JSON_STRING
} tkt_json_kind_t;


/* What an open bracket belongs to. */
typedef enum {
    TKT_IN_OBJECT = 0,       /* the rows of a schema                         */
    TKT_IN_SET,              /* names of a SET                               */
    TKT_IN_TAGS,
    TKT_IN_KEPT_MAP,         /* inside a TKT_T_JSON value                    */
    TKT_IN_KEPT_LIST,
    TKT_IN_SKIPPED_MAP,      /* inside a value that has been refused         */
    TKT_IN_SKIPPED_LIST
} tkt_in_t;


typedef struct {
    tkt_in_t             in;
    uint32_t             count;      /* members or items so far              */
    const tkt_schema_t  *schema;     /* TKT_IN_OBJECT                        */
    size_t               base;       /* number of its first row              */
    const tkt_field_t   *row;        /* of the member now read, or NULL      */
    size_t               number;     /* of that row                          */
    tkt_str_t            name;       /* of the member, when it has no row    */
    size_t               first;      /* TKT_IN_KEPT_MAP: see tkt_keep_open   */
} tkt_frame_t;


typedef struct {
    uint32_t             use;
    bool                 merge;
    void                *obj;
    tkt_present_t       *present;
    tkt_present_t        seen;
    tkt_str_t            body;
    tkt_str_t            prefix;     /* of pointers                          */
    tkt_arena_t         *arena;
    tkt_errors_t        *errors;
    const tkt_schema_t  *schema;     /* of the top level, or                 */
    const tkt_field_t   *kept;       /* the TKT_T_JSON row that it fills     */

    /* the SET, TAGS or JSON value that is open; they do not nest */
    const tkt_field_t   *row;
    size_t               number;
    size_t               level;      /* of its frame                         */
    bool                 refused;
    uint64_t             bits;

    bool                 faulty;     /* some member was refused              */
    const char          *stop;       /* a limit was met: reading must end    */
    size_t               depth;

    /* from here on filled when used: see tkt_reader_clear */
    tkt_keep_t           keep;
    tkt_frame_t          frames[TKT_JSON_DEPTH_MAX_LEVELS];
} tkt_reader_t;


static inline void
tkt_reader_clear(tkt_reader_t *r)
{
    memset(r, 0, offsetof(tkt_reader_t, keep));
}


static inline bool
tkt_frame_is_map(const tkt_frame_t *frame)
{
    return frame->in == TKT_IN_OBJECT || frame->in == TKT_IN_KEPT_MAP
           || frame->in == TKT_IN_SKIPPED_MAP;
}


/*
 * The events, in the order of the text.  False: stop reading; `stop` says
 * why, or the arena has failed.  Text is borrowed for the call; inside
 * r->body it may be kept as it is.
 */
bool tkt_reader_scalar(tkt_reader_t *r, tkt_json_kind_t kind, tkt_str_t text);
bool tkt_reader_name(tkt_reader_t *r, tkt_str_t name);
bool tkt_reader_open(tkt_reader_t *r, bool map);
bool tkt_reader_close(tkt_reader_t *r);


/*
 * Reports a fault of the value now read, or of the member `last` (may be
 * NULL) of the innermost object.
 */
void tkt_reader_fault(tkt_reader_t *r, const char *last, const char *code,
    const char *detail);
void tkt_reader_refused(tkt_reader_t *r, const tkt_refusal_t *refusal);

/* A scalar for the row of the innermost object.  False: no memory. */
bool tkt_reader_member(tkt_reader_t *r, tkt_json_kind_t kind, tkt_str_t text);

/*
 * A SET, TAGS or JSON value of f begins, before its frame is pushed, and
 * ends, after its frame is gone.
 */
void tkt_reader_value_begin(tkt_reader_t *r, const tkt_field_t *f,
    size_t number);
void tkt_reader_value_end(tkt_reader_t *r);

/* An item of a SET or TAGS: its text, or NULL if it is no string. */
void tkt_reader_item(tkt_reader_t *r, const tkt_str_t *text);

/* What comes inside a JSON value.  False: no memory. */
bool tkt_reader_kept_scalar(tkt_reader_t *r, tkt_json_kind_t kind,
    tkt_str_t text);
bool tkt_reader_kept_name(tkt_reader_t *r, tkt_frame_t *frame,
    tkt_str_t name);
void tkt_reader_too_long(tkt_reader_t *r);


/*
 * Parses r->body into a reader that was cleared and has its members up to
 * `kept` set.  TKT_OK, TKT_INVALID_JSON, TKT_INVALID_REQUEST, or TKT_INTERNAL
 * if there was no memory.
 */
tkt_status_t tkt_json_read(tkt_reader_t *r);


#endif /* TKT_JSON_READER_H */
