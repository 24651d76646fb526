/*
 * One operation under way: what every handler gets, for queries and commands
 * alike, and the ways to answer.
 */

#ifndef TKT_CALL_H
#define TKT_CALL_H


#include "app/call/tkt_operation.h"
#include "codec/tkt_json_out.h"
#include "codec/tkt_problem.h"


struct tkt_call_s {
    tkt_txn_t              *txn;
    tkt_arena_t            *arena;
    tkt_reply_t            *reply;
    const tkt_operation_t  *op;
    const tkt_actor_t      *actor;
    const tkt_str_t        *segments;       /* values in the path            */
    tkt_str_t               mount;
    tkt_str_t               request_id;
    tkt_lang_t              lang;
    int64_t                 now_ms;
    const tkt_identity_t   *identity;       /* as the site asserts it; NULL if
                                               it does not, and in queries of
                                               principals with a record      */
    tkt_errors_t           *errors;         /* made at the first use         */
    tkt_str_t               pointer;        /* of the input in the body that
                                               was sent; empty: all of it    */

    size_t                  counted;        /* steps taken to count          */

    /* queries */
    const tkt_params_t     *params;
    tkt_str_t               query;          /* raw                           */
    tkt_str_t               path;           /* below the mount               */
    tkt_str_t               if_none_match;
    const tkt_viewers_t    *viewers;        /* NULL: nobody is known         */

    /* commands */
    const struct tkt_command_s  *command;
    void                   *input;          /* struct of op->input           */
    const tkt_present_t    *present;
    const uint8_t          *random;         /* 32 bytes                      */
    const tkt_keyring_t    *keyring;        /* NULL: nothing can be sealed   */
    const struct tkt_secret_s  *secret;     /* what the work found; or NULL  */
    tkt_str_t               if_match;
    tkt_str_t               keep;           /* body to store for replays
                                               instead, without secrets      */
};


/* What the actor may do: tkt_bit(tkt_perm_t) of each. */
#define tkt_actor_permissions(actor)                                          \
    (tkt_role_permissions((actor)->role) & ~(actor)->withheld)

/* The language to answer him in: of those that his tenant has. */
tkt_lang_t tkt_actor_lang(const tkt_actor_t *actor,
    tkt_str_t accept_language);

/* The call's error list, empty at first. */
tkt_errors_t *tkt_call_errors(tkt_call_t *c);

/* Answers with a problem; detail is printf text or NULL. */
void tkt_call_fail(tkt_call_t *c, tkt_status_t status, const char *detail, ...)
    __attribute__((format(printf, 3, 4)));

/* Answers invalid-request with one member at fault. */
void tkt_call_invalid(tkt_call_t *c, const char *pointer, const char *code,
    const char *detail);

/* Answers forbidden, naming a member that this caller may not send. */
void tkt_call_forbid(tkt_call_t *c, const char *pointer);

/*
 * Whether the caller's role may send each member of the body that was given
 * (tkt_field_t.writers, rows of the top level); false, and answered, if not.
 */
bool tkt_call_may_send(tkt_call_t *c);

/* Answers 409 and the like for a ticket, with state and allowed actions. */
void tkt_call_refuse(tkt_call_t *c, const tkt_decision_t *decision,
    tkt_state_t state, uint64_t allowed);

/* The body of a success with the operation's status. */
void tkt_call_answer(tkt_call_t *c, tkt_out_t *o);

/*
 * "t7.3" in quotes, in the arena; kind is 't' for tickets, 'u' for users.
 */
tkt_str_t tkt_call_etag(tkt_call_t *c, char kind, uint64_t id,
    uint64_t version);

/*
 * Whether a list of entity tags (RFC 9110, section 8.8.3) has this one or is
 * "*"; weak tags match only with `weak`.
 */
bool tkt_etag_listed(tkt_str_t list, tkt_str_t etag, bool weak);

/* False, and answered 412, when If-Match was sent and is not of this tag. */
bool tkt_call_if_match(tkt_call_t *c, tkt_str_t etag);

/* True, and answered 304, when If-None-Match has this tag. */
bool tkt_call_not_modified(tkt_call_t *c, tkt_str_t etag);

/*
 * Tags a success that has been answered with a digest of its body, which has
 * no version to be known by: 304, when If-None-Match has this tag.
 */
void tkt_call_digest(tkt_call_t *c);

/*
 * Reads a query string, whose parameters must be the operation's.  False,
 * and answered 400 with each that is not.
 */
bool tkt_call_query(tkt_call_t *c, tkt_str_t query, tkt_params_t *params);

/* An id in the path; false, and answered 404, if it is none. */
bool tkt_call_path_id(tkt_call_t *c, size_t segment, uint64_t *id);

/* `limit` of a list; false, and answered, if it is out of range. */
bool tkt_call_limit(tkt_call_t *c, size_t *limit);

/*
 * A parameter that is true or false, false without it; false, and answered,
 * for anything else.
 */
bool tkt_call_flag(tkt_call_t *c, const char *name, bool *value);

/*
 * The position in `cursor` for a list with this filter text; an empty one
 * without a cursor.  False, and answered 400, for a foreign cursor.
 */
bool tkt_call_cursor(tkt_call_t *c, tkt_str_t filter, tkt_str_t *position);

/* Answers 400 for a cursor that this list has not made. */
void tkt_call_bad_cursor(tkt_call_t *c);

/*
 * Whether a page begun at `begin` of the output ends with n entries: at their
 * number, or at their bytes if those are long.
 */
bool tkt_call_page_full(const tkt_out_t *o, size_t begin, size_t n,
    size_t limit);

/*
 * Ends a list begun with {"data":[…: writes the page member with the cursor
 * of `position` (empty: no more) and sets the Link header.
 */
void tkt_call_page(tkt_call_t *c, tkt_out_t *o, tkt_str_t filter,
    tkt_str_t position);


#endif /* TKT_CALL_H */
