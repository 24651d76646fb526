/*
 * Verification: walks a whole store in one read transaction and reports
 * everything that does not fit together.  Memory is bounded whatever the
 * store's size; a walk over a million tickets pins its snapshot for some
 * seconds, so it is the operator's act, never a request's.
 */

#ifndef TKT_VERIFY_H
#define TKT_VERIFY_H


#include "crypto/tkt_seal.h"
#include "store/tkt_store.h"


/* Called for each fault with one line of English, without a newline. */
typedef void (*tkt_verify_report_t)(void *ctx, const char *line);


typedef struct {
    uint64_t  faults;
    uint64_t  entries[TKT_DB_MAX];     /* that were looked at                */
} tkt_verify_figures_t;


/*
 * Checks that every record decodes and holds values in range; that tickets,
 * messages and indexes have each other, counters equal counts, logins and
 * tokens, passwords, codes and notifications have their principals; that the
 * event log has no gap, every event is in the one chain of its ticket, each
 * transition is in the table, and undoing the events of a ticket, newest
 * first, leads from its row back to a fresh one; that tenants are one tree and
 * in the indexes, and forwarded tickets have each other; that `meta` knows the
 * last numbers given and nothing else.
 *
 * `read` is a read transaction that was renewed.  TKT_OK: all was walked and
 * figures->faults tells whether it is sound; otherwise the walk ended early
 * with the store's own error, or TKT_BUSY for want of memory.
 */
tkt_status_t tkt_app_verify(tkt_txn_t *read, tkt_verify_report_t report,
    void *ctx, tkt_verify_figures_t *figures);

/* The same, and that every confidential text opens with these keys. */
tkt_status_t tkt_app_verify_keys(tkt_txn_t *read, const tkt_keyring_t *ring,
    tkt_verify_report_t report, void *ctx, tkt_verify_figures_t *figures);


#endif /* TKT_VERIFY_H */
