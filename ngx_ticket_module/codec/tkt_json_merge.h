/*
 * Merge patch (RFC 7396) over canonical JSON text.
 */

#ifndef TKT_JSON_MERGE_H
#define TKT_JSON_MERGE_H


#include "base/tkt_arena.h"
#include "base/tkt_limits.h"
#include "base/tkt_status.h"


/*
 * Applies `patch` to `target` as RFC 7396, section 2, says.  Both are
 * canonical objects as a TKT_T_JSON row holds them (codec/tkt_keep.h); an
 * empty slice is {}.  The result is canonical too, and an empty slice if it
 * has no member: the target's members keep their order, new ones follow in
 * the order of the patch.  It lives in `arena`, or is `target` itself when
 * the patch is empty.
 *
 * TKT_OK; TKT_INVALID_REQUEST: the result is longer than max_bytes, or an
 * object of it has more than TKT_JSON_MEMBERS_MAX members; TKT_INTERNAL: a
 * text is no such object, is nested deeper than TKT_JSON_DEPTH_MAX_LEVELS, or
 * there was no memory.  *merged is set with TKT_OK only.
 */
tkt_status_t tkt_json_merge_patch(tkt_str_t target, tkt_str_t patch,
    size_t max_bytes, tkt_arena_t *arena, tkt_str_t *merged);


#endif /* TKT_JSON_MERGE_H */
