/*
 * Codes that prove an address.  A code is known by its tenant, its purpose and
 * whom it was sent to; a new one takes the place of the one before.  What
 * nobody has (a login, a tenant) is treated like what somebody has, so that
 * neither answers nor records tell them apart; only nothing is sent.
 */

#ifndef TKT_CODES_H
#define TKT_CODES_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_rows.h"


typedef struct {
    uint32_t  tenant;                /* 0: there is no such tenant           */
    uint8_t   digest[16];            /* of purpose and whom                  */
} tkt_code_id_t;


/*
 * The text of an address by which it is found again: a mail address in
 * lower case, a number as digits and "+".  One of the two is empty.
 */
tkt_str_t tkt_code_address(tkt_str_t email, tkt_str_t phone,
    tkt_arena_t *arena);

/*
 * tenant: 0 if there is none of that name; name: as it was asked for.  whom:
 * an address as above, or for TKT_PURPOSE_RESET a login.
 */
void tkt_code_id(tkt_code_id_t *id, uint32_t tenant, tkt_str_t name,
    tkt_purpose_t purpose, tkt_str_t whom);

/* Whether a location has codes of that purpose; else answered 400. */
bool tkt_code_offered(tkt_call_t *c, const tkt_site_t *site,
    tkt_purpose_t purpose);

/* What is stored of a code. */
void tkt_code_digest(uint8_t out[32], const tkt_code_id_t *id,
    tkt_str_t code);

/*
 * Whether this is the code, still good.  *record is what is stored of it,
 * with strings in arena.
 */
bool tkt_code_right(tkt_txn_t *txn, const tkt_code_id_t *id, tkt_str_t code,
    int64_t now_ms, tkt_code_t *record, tkt_arena_t *arena);

/*
 * Counts a wrong guess, and answers 400 at `pointer`.  The one write of a
 * refused command: who may guess without end will guess right.
 */
void tkt_code_count(tkt_call_t *c, const tkt_code_id_t *id);
void tkt_code_refuse(tkt_call_t *c, const tkt_code_id_t *id,
    const char *pointer);

/* Ends a code that was used, and the notification that carried it. */
void tkt_code_spend(tkt_txn_t *txn, const tkt_code_id_t *id,
    const tkt_code_t *record);


#endif /* TKT_CODES_H */
