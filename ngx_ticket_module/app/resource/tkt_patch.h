/*
 * PATCH (RFC 7396): the input of a merge patch on the struct of a resource.
 */

#ifndef TKT_PATCH_H
#define TKT_PATCH_H


#include "app/call/tkt_call.h"


/*
 * Fills `after` with `before` as the call's input changes it; both are structs
 * of the operation's input schema.  Members given replace, null clears, and
 * free objects (TKT_T_JSON) are merged member by member.  False, and
 * answered, if a merged object is larger than its row allows, or on failure.
 */
bool tkt_patch_apply(tkt_call_t *c, const void *before, void *after);


#endif /* TKT_PATCH_H */
