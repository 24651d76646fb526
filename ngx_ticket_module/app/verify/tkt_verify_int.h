/*
 * What the passes of the verification share.  They read with plain gets and
 * scans: the loaders of tkt_rows.h end the transaction at the first record
 * that does not decode, while here the walk must go on.
 */

#ifndef TKT_VERIFY_INT_H
#define TKT_VERIFY_INT_H


#include "app/rows/tkt_rows.h"
#include "app/verify/tkt_verify.h"


#define TKT_VERIFY_LINE_BYTES  320
#define TKT_VERIFY_TEXT_BYTES  ((size_t) TKT_CHUNKS_MAX * TKT_CHUNK_MAX_BYTES)

#define tkt_ull(n)  ((unsigned long long) (n))


/* One walk.  `text` holds the one long value that is looked at. */
typedef struct {
    tkt_txn_t             *txn;
    tkt_verify_report_t    report;
    void                  *ctx;
    tkt_verify_figures_t  *figures;
    const tkt_keyring_t   *ring;               /* NULL: nothing is opened    */
    tkt_arena_t            arena;
    tkt_arena_t            lists;              /* long ones of one chain     */
    uint8_t               *text;
    size_t                 text_len;
    uint64_t               stamp_ms;           /* the last one given         */
    uint64_t               last[TKT_SEQ_MAX];  /* numbers given, by `meta`   */
    uint64_t               chained;            /* events found in chains     */
} tkt_verify_t;


/* Reports a fault; printf text of one line. */
void tkt_verify_fault(tkt_verify_t *v, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The name of a database. */
const char *tkt_verify_db(tkt_db_t db);

/*
 * The next entry of a whole database whose key has the layout: one character
 * a part, 1 2 4 8 for integers of so many bytes, d for a digest of 16 bytes,
 * which gives no part.  Others are reported and passed over.  False at the
 * end.
 */
bool tkt_verify_next(tkt_verify_t *v, tkt_scan_t *scan, const char *layout,
    uint64_t *parts);

/* Opens a scan over a whole database. */
void tkt_verify_open(tkt_verify_t *v, tkt_scan_t *scan, tkt_db_t db);

/*
 * Integers of a struct within what its rows allow; else reported, with
 * `what` (printf-made, one thing in words) in front, and false.
 */
bool tkt_verify_values(tkt_verify_t *v, const tkt_schema_t *schema,
    const void *obj, const char *what);

/* The cells of a counter row; false, and reported, if they do not decode. */
bool tkt_verify_counts(tkt_verify_t *v, const char *what, tkt_str_t value,
    size_t cells, uint64_t *counts);

/* Whether there is such a row; the row, false if there is none that decodes. */
bool tkt_verify_has(tkt_verify_t *v, tkt_db_t db, const tkt_key_t *key);
bool tkt_verify_row(tkt_verify_t *v, tkt_db_t db, const tkt_key_t *key,
    const tkt_schema_t *schema, void *obj);

/* Whether there is such a row. */
bool tkt_verify_has_tenant(tkt_verify_t *v, uint64_t tenant);
bool tkt_verify_has_principal(tkt_verify_t *v, uint64_t tenant, uint64_t id);

/* The integers of a ticket; false if there is none that decodes. */
bool tkt_verify_ticket_integers(tkt_verify_t *v, uint64_t tenant,
    uint64_t id, tkt_ticket_t *t);

/*
 * Adds a piece to v->text; reports a piece out of turn or of a wrong size.
 * `number` counts from 0, `last` is the length of the piece before it.
 */
void tkt_verify_piece(tkt_verify_t *v, const char *what, uint64_t expected,
    uint64_t number, tkt_str_t piece, size_t *last);


/* ---- passes in other files than tkt_verify.c ---- */

/* tkt_verify_people.c */
void tkt_verify_roles(tkt_verify_t *v);
void tkt_verify_principals(tkt_verify_t *v);
void tkt_verify_logins(tkt_verify_t *v);
void tkt_verify_tokens(tkt_verify_t *v);

/* tkt_verify_ticket.c: tickets with their messages and chains of events */
void tkt_verify_tickets(tkt_verify_t *v);

/* tkt_verify_event.c: an event, false if none decodes; a ticket's chain */
bool tkt_verify_event(tkt_verify_t *v, uint64_t seq, tkt_event_t *e);
void tkt_verify_chain(tkt_verify_t *v, tkt_ticket_t *t);

/* tkt_verify_log.c */
void tkt_verify_log(tkt_verify_t *v);

/* tkt_verify_index.c */
void tkt_verify_by_requester(tkt_verify_t *v);
void tkt_verify_by_state(tkt_verify_t *v);
void tkt_verify_by_assignee(tkt_verify_t *v);
void tkt_verify_counters(tkt_verify_t *v);

/* tkt_verify_queue.c */
void tkt_verify_by_queue(tkt_verify_t *v);
void tkt_verify_team_counts(tkt_verify_t *v);

/* tkt_verify_account.c */
void tkt_verify_credentials(tkt_verify_t *v);
void tkt_verify_codes(tkt_verify_t *v);
void tkt_verify_outbox(tkt_verify_t *v);

/* tkt_verify_tenant.c: names, the tree, and links between desks */
void tkt_verify_tenants(tkt_verify_t *v);
void tkt_verify_tenant_names(tkt_verify_t *v);
void tkt_verify_tenant_children(tkt_verify_t *v);
void tkt_verify_forward(tkt_verify_t *v, const char *what,
    const tkt_ticket_t *t);

/* tkt_verify_answer.c */
void tkt_verify_answers(tkt_verify_t *v);

/* tkt_verify_sealed.c */
void tkt_verify_sealed(tkt_verify_t *v);
void tkt_verify_due(tkt_verify_t *v);
void tkt_verify_sealed_ticket(tkt_verify_t *v, const char *what,
    const tkt_ticket_t *t);

/* tkt_verify_erased.c: reported if texts are left; whether he was erased */
void tkt_verify_tombstone(tkt_verify_t *v, const tkt_schema_t *schema,
    const void *obj, const char *what);
void tkt_verify_erased_user(tkt_verify_t *v, const tkt_user_t *user,
    const char *what);
bool tkt_verify_is_erased(tkt_verify_t *v, uint64_t tenant,
    uint64_t principal);

/* tkt_verify_notice.c: notices; what links a complaint and its ticket */
void tkt_verify_notices(tkt_verify_t *v);
void tkt_verify_complaint(tkt_verify_t *v, const char *what,
    const tkt_ticket_t *t);

/* tkt_verify_parts.c: links, watchers, merged tickets, relations; drafts */
void tkt_verify_relations(tkt_verify_t *v);
void tkt_verify_drafts(tkt_verify_t *v);
void tkt_verify_parts_ticket(tkt_verify_t *v, const char *what,
    const tkt_ticket_t *t);

/* tkt_verify_route.c */
void tkt_verify_routes(tkt_verify_t *v);
bool tkt_verify_route_due(tkt_verify_t *v, uint64_t at, uint64_t kind,
    uint64_t tenant, uint64_t id);

/* tkt_verify_desk.c: members of teams and grants against their indexes */
void tkt_verify_desk(tkt_verify_t *v);

/* tkt_verify_file.c */
void tkt_verify_attachments(tkt_verify_t *v);
void tkt_verify_ticket_files(tkt_verify_t *v, const char *what,
    const tkt_ticket_t *t);
void tkt_verify_message_files(tkt_verify_t *v, const char *what,
    uint64_t tenant, const tkt_message_t *m);
void tkt_verify_file_relation(tkt_verify_t *v, const char *what,
    const uint64_t *part, tkt_str_t value);
bool tkt_verify_due_attachment(tkt_verify_t *v, uint64_t at_ms,
    uint64_t tenant, uint64_t id, tkt_str_t value);

/* tkt_verify_audit.c */
void tkt_verify_audit(tkt_verify_t *v);

/* tkt_verify_config.c; known: whether there may have been such an object */
void tkt_verify_config(tkt_verify_t *v);
bool tkt_verify_config_known(tkt_verify_t *v, uint64_t tenant,
    uint64_t object, uint64_t id);


#endif /* TKT_VERIFY_INT_H */
