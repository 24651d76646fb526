/*
 * Stored answers of requests with an Idempotency-Key: pieces that together
 * are a record.
 */

#include <stdio.h>

#include "app/call/tkt_command.h"
#include "app/verify/tkt_verify_int.h"


#define TKT_DAY_MS  (86400 * 1000LL)


typedef struct {
    char       what[96];
    uint64_t   pieces;
    size_t     last_bytes;
    tkt_key_t  key;           /* without the piece's number */
} tkt_verify_answer_t;


static void
tkt_verify_answer_end(tkt_verify_t *v, const tkt_verify_answer_t *a)
{
    if (a->pieces > 0
        && !tkt_idempotency_sound((tkt_str_t) { v->text, v->text_len }))
    {
        tkt_verify_fault(v, "%s: the record does not decode", a->what);
    }
}


void
tkt_verify_answers(tkt_verify_t *v)
{
    uint64_t             part[4];
    tkt_str_t            key;
    tkt_scan_t           scan;
    tkt_verify_answer_t  a = { .pieces = 0 };

    tkt_verify_open(v, &scan, TKT_DB_IDEMPOTENCY);

    while (tkt_verify_next(v, &scan, "448d2", part)) {

        /* days that nobody asks for any more are swept piece by piece */

        if (part[0] + 1 < v->stamp_ms / TKT_DAY_MS) {
            continue;
        }

        key = (tkt_str_t) { scan.key.data, scan.key.len - 2 };

        if (a.pieces == 0
            || !tkt_str_eq(key, (tkt_str_t) { a.key.data, a.key.len }))
        {
            tkt_verify_answer_end(v, &a);
            tkt_key_start(&a.key);
            tkt_key_bytes(&a.key, key);
            a.pieces = 0;
            a.last_bytes = TKT_CHUNK_MAX_BYTES;
            v->text_len = 0;

            (void) snprintf(a.what, sizeof(a.what),
                            "idempotency %llu/%llu/%llu", tkt_ull(part[0]),
                            tkt_ull(part[1]), tkt_ull(part[2]));

            /* 0: what guests and those who ask for a code were answered */

            if (part[2] != 0
                && !tkt_verify_has_principal(v, part[1], part[2]))
            {
                tkt_verify_fault(v, "%s: there is no such principal", a.what);
            }
        }

        tkt_verify_piece(v, a.what, a.pieces++, part[3], scan.value,
                         &a.last_bytes);

        if (tkt_txn_status(v->txn) != TKT_OK) {
            break;
        }
    }

    if (tkt_txn_status(v->txn) == TKT_OK) {
        tkt_verify_answer_end(v, &a);
    }

    tkt_scan_close(&scan);
}
