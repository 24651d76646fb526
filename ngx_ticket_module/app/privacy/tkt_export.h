/*
 * A store as lines of JSON, one object a line:
 *
 *     {"kind":"tenant","data":{…}}
 *     {"kind":"user","tenant":"main","data":{…}}
 *
 * kinds: tenant, user, ticket, message, event.  The data is what the API
 * answers to an administrator, without what depends on the caller.  Tokens
 * are left out.  An event's data has the change list in full.
 */

#ifndef TKT_EXPORT_H
#define TKT_EXPORT_H


#include "store/tkt_store.h"


/* Takes some whole lines; false ends the export. */
typedef bool (*tkt_export_write_t)(void *ctx, tkt_str_t lines);


/*
 * Writes all kinds in the order above, or, with `events_only`, the events
 * after number `since`.
 *
 * `read` is a reader that is not renewed: it is, again and again, for so many
 * records at a time, and reset while lines are written, so that a slow
 * receiver holds no snapshot.  What changes meanwhile may show in either
 * form, but every event up to the end is there, and events come last.
 *
 * *lines counts.  TKT_OK also when `write` ended it.
 */
tkt_status_t tkt_app_export(tkt_txn_t *read, bool events_only,
    uint64_t since, tkt_export_write_t write, void *ctx, uint64_t *lines);


#endif /* TKT_EXPORT_H */
