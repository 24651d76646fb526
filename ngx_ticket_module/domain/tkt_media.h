/*
 * What a file is, found by looking at its first bytes, and what it may be
 * called.  Neither the client's word nor the name's ending decides, and
 * nothing that a browser would run is called by its own type: markup is text.
 */

#ifndef TKT_MEDIA_H
#define TKT_MEDIA_H


#include "base/tkt_arena.h"
#include "base/tkt_limits.h"


/*
 * The media type of a file whose first bytes are `head`, of which
 * TKT_MEDIA_HEAD_BYTES are looked at; `whole`: there are no more.  A constant
 * string; "application/octet-stream" when it is nothing that is known.
 */
tkt_str_t tkt_media_sniff(tkt_str_t head, bool whole);

/* Whether a browser may show a file of this type instead of storing it. */
bool tkt_media_inline(tkt_str_t type);


/*
 * A name fit to be kept and shown: without what precedes the last slash or
 * backslash, without control and invisible characters and those that turn
 * the direction of writing, without spaces and dots at its ends; at most
 * TKT_FILE_NAME_MAX_CHARS characters, the end of the name is kept.  "file" if
 * nothing is left.  The text is valid UTF-8; the result is in the arena.
 */
tkt_str_t tkt_file_name(tkt_str_t text, tkt_arena_t *arena);

/*
 * The value of Content-Disposition (RFC 6266, with RFC 8187 for names that
 * are not plain ASCII) for a name that tkt_file_name has made.  In the arena;
 * empty without memory.
 */
tkt_str_t tkt_file_disposition(tkt_str_t name, bool shown,
    tkt_arena_t *arena);


#endif /* TKT_MEDIA_H */
