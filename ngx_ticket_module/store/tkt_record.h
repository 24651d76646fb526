/*
 * Structs of a schema as stored bytes, and the difference of two structs as
 * the change list of an event.
 *
 * Record: version u8, count of integers (varint), the integers as LEB128
 * varints in the order of `stored`, count of strings (varint), each string as
 * length (varint) and bytes.  Trailing zero integers and empty strings are
 * left out, so a record written before a row was added reads as its zero.
 *
 * Changes: for each changed row: number of the row (varint, depth first as in
 * tkt_schema_walk), then old and new value; an integer as varint, a string as
 * length and bytes.
 */

#ifndef TKT_RECORD_H
#define TKT_RECORD_H


#include "base/tkt_arena.h"
#include "base/tkt_schema.h"
#include "base/tkt_status.h"


/*
 * The rule that lets a record be read in one walk: depth first, the `stored`
 * numbers of the rows kept as integers are 1, 2, 3 … and so are those of the
 * rows kept as strings; rows of neither kind have 0; every member lies inside
 * the struct and is aligned; at most TKT_ROWS_MAX rows.  A new row therefore
 * stands behind all others of its kind.  Every schema that is stored must
 * hold it; unit tests check.
 */
bool tkt_record_schema_ok(const tkt_schema_t *s);

/*
 * Packs obj into arena memory.  Rows flagged TKT_F_BIG whose numbers are set
 * in `leave_out` (may be NULL) are stored as empty.
 */
tkt_str_t tkt_record_pack(const tkt_schema_t *s, const void *obj,
    const tkt_present_t *leave_out, tkt_arena_t *arena);

/*
 * Unpacks into obj (zeroed first).  Strings point into `record`.  False if
 * the bytes are no record of this schema: truncated, over-long varint, more
 * members than rows, newer version.  Any bytes are safe to pass.
 */
bool tkt_record_unpack(const tkt_schema_t *s, tkt_str_t record, void *obj);

/* Only the integers: for filters over many records. Strings are empty. */
bool tkt_record_unpack_integers(const tkt_schema_t *s, tkt_str_t record,
    void *obj);

/* The change list of stored rows without TKT_F_NO_TRACK; empty if none. */
tkt_str_t tkt_changes_pack(const tkt_schema_t *s, const void *before,
    const void *after, tkt_arena_t *arena);

typedef struct {
    size_t              row;
    const tkt_field_t  *field;
    uint64_t            old_u64, new_u64;
    tkt_str_t           old_str, new_str;
} tkt_change_t;

typedef struct {
    const tkt_schema_t  *schema;
    const uint8_t       *pos;
    const uint8_t       *end;
    bool                 bad;
} tkt_changes_t;

void tkt_changes_start(tkt_changes_t *c, const tkt_schema_t *s,
    tkt_str_t packed);

/* False at the end, or with `bad` set on malformed bytes. */
bool tkt_changes_next(tkt_changes_t *c, tkt_change_t *change);

/* LEB128, at most 10 bytes. */
size_t tkt_varint_put(uint8_t *out, uint64_t value);
bool tkt_varint_get(const uint8_t **pos, const uint8_t *end, uint64_t *value);


#endif /* TKT_RECORD_H */
