/*
 * The ticket's state machine and the policy over it: one const table of
 * transitions (requirements, section 2, and two more) and one of rights.
 * Pure: no clock, no I/O, no allocation, no randomness.  The server, the
 * `allowed_actions` of a ticket, GET /v1/workflow, docs/state-machine.md and
 * the exhaustive test all read these two tables.
 */

#ifndef TKT_WORKFLOW_H
#define TKT_WORKFLOW_H


#include "base/tkt_limits.h"
#include "base/tkt_schema.h"
#include "base/tkt_status.h"


/* Stored values: never renumber. */
typedef enum {
    TKT_STATE_NONE = 0,          /* before submit */
    TKT_STATE_NEW,
    TKT_STATE_OPEN,
    TKT_STATE_IN_PROGRESS,
    TKT_STATE_WAITING_USER,
    TKT_STATE_ON_HOLD,
    TKT_STATE_FOLLOW_UP,
    TKT_STATE_RESOLVED,
    TKT_STATE_CONFIRMED,
    TKT_STATE_RATED,
    TKT_STATE_CLOSED,
    TKT_STATE_MAX
} tkt_state_t;


typedef enum {
    TKT_ROLE_NONE = 0,           /* anonymous */
    TKT_ROLE_USER,
    TKT_ROLE_AGENT,
    TKT_ROLE_SUPERVISOR,
    TKT_ROLE_ADMIN,
    TKT_ROLE_BOT,
    TKT_ROLE_SYSTEM,
    TKT_ROLE_MAX
} tkt_role_t;

#define TKT_ROLES_STAFF                                                       \
    (tkt_bit(TKT_ROLE_AGENT) | tkt_bit(TKT_ROLE_SUPERVISOR)                   \
     | tkt_bit(TKT_ROLE_ADMIN) | tkt_bit(TKT_ROLE_BOT)                        \
     | tkt_bit(TKT_ROLE_SYSTEM))


/* What the caller is to the ticket; several may hold. */
#define TKT_REL_REQUESTER  0x1
#define TKT_REL_ASSIGNEE   0x2
#define TKT_REL_FOREIGN    0x4   /* another tenant: excludes the others */
#define TKT_REL_WATCHER    0x8   /* follows it: sees and writes messages */
#define TKT_REL_UNGRANTED  0x10  /* an agent who may not work on it: sees it
                                    only as its requester, assignee or
                                    watcher                               */


typedef enum {
    TKT_PRIORITY_NONE = 0,
    TKT_PRIORITY_LOW,
    TKT_PRIORITY_NORMAL,
    TKT_PRIORITY_HIGH,
    TKT_PRIORITY_URGENT,
    TKT_PRIORITY_MAX
} tkt_priority_t;


typedef enum {
    TKT_CLOSE_NONE = 0,
    TKT_CLOSE_SATISFIED,
    TKT_CLOSE_COMPLETED,
    TKT_CLOSE_WITHDRAWN,
    TKT_CLOSE_TIMEOUT,
    TKT_CLOSE_DUPLICATE,
    TKT_CLOSE_MERGED,
    TKT_CLOSE_SPAM,
    TKT_CLOSE_REJECTED,
    TKT_CLOSE_ADMIN,
    TKT_CLOSE_MAX
} tkt_close_t;


typedef enum {
    TKT_BUCKET_NONE = 0,
    TKT_BUCKET_SUBMITTED,        /* new, open */
    TKT_BUCKET_PENDING,          /* in_progress .. resolved */
    TKT_BUCKET_COMPLETED,        /* confirmed, rated */
    TKT_BUCKET_CLOSED,
    TKT_BUCKET_MAX
} tkt_bucket_t;


typedef enum {
    TKT_PROFILE_CANONICAL = 0,
    TKT_PROFILE_S000,
    TKT_PROFILE_S001,
    TKT_PROFILE_S002,
    TKT_PROFILE_MAX
} tkt_profile_t;


/*
 * Actions.  X(NAME, "verb", is a POST /v1/tickets/{id}/VERB, doc).
 * The order is that of bits in allowed_actions; stored in events: append
 * only.
 */
#define TKT_ACTION_TABLE(X)                                                   \
    X(SUBMIT,       "submit",       0, "create the ticket")                   \
    X(VERIFY,       "verify",       1, "mark the problem as genuine")         \
    X(REJECT,       "reject",       1, "close as spam or not genuine")        \
    X(CLAIM,        "claim",        1, "take an unassigned ticket")           \
    X(ASSIGN,       "assign",       1, "give the ticket to an agent")         \
    X(START,        "start",        1, "view it and begin the work")          \
    X(ASSESS,       "assess",       1, "record complexity, plan and eta")     \
    X(TRANSFER,     "transfer",     1, "hand it over to another owner")       \
    X(ESCALATE,     "escalate",     1, "raise it to a higher tier")           \
    X(DEESCALATE,   "de-escalate",  1, "return it to a lower tier")           \
    X(REQUEST_INFO, "request-info", 1, "ask the requester a question")        \
    X(HOLD,         "hold",         1, "pause the work")                      \
    X(RESUME,       "resume",       1, "go on after a hold")                  \
    X(RESOLVE,      "resolve",      1, "give the solution")                   \
    X(CONFIRM,      "confirm",      1, "accept the solution")                 \
    X(RATING,       "rating",       1, "rate speed, attitude and result")     \
    X(CLOSE,        "close",        1, "end the ticket")                      \
    X(REOPEN,       "reopen",       1, "take up an ended ticket again")       \
    X(URGE,         "urge",         1, "ask for faster service")              \
    X(COMPLAIN,     "complain",     1, "complain to the supervisors")         \
    X(MERGE,        "merge",        1, "close as merged into another")        \
    X(REPLY,        "reply",        0, "public message by staff")             \
    X(MESSAGE,      "message",      0, "public message by the requester")     \
    X(NOTE,         "note",         0, "internal note")                       \
    X(COURTESY,     "courtesy",     0, "message that moves nothing")          \
    X(EDIT,         "edit",         0, "change fields")                       \
    X(REVEAL,       "reveal",       0, "read confidential text")              \
    X(TIMEOUT,      "timeout",      1, "a waiting time has passed")           \
    X(ARCHIVE,      "archive",      1, "end of retention")                    \
    X(FORWARD,      "forward",      0, "file it with the tenant above")       \
    X(SHRED,        "shred",        0, "destroy the confidential text")       \
    X(UNMERGE,      "unmerge",      1, "undo a merge")

typedef enum {
#define X(name, verb, is_route, doc)  TKT_ACTION_##name,
    TKT_ACTION_TABLE(X)
#undef X
    TKT_ACTION_MAX
} tkt_action_t;


/* What a transition does besides setting the state; app/ carries it out. */
#define TKT_FX_ASSIGN_SELF      0x00000001  /* assignee = caller if none     */
#define TKT_FX_ASSIGN_TARGET    0x00000002  /* assignee = given agent        */
#define TKT_FX_UNASSIGN         0x00000004
#define TKT_FX_VERIFIED         0x00000008
#define TKT_FX_FIRST_VIEWED     0x00000010  /* first_viewed_at if not set    */
#define TKT_FX_FIRST_RESPONSE   0x00000020  /* first_response_at if not set  */
#define TKT_FX_ASSESSMENT       0x00000040  /* complexity, plan, eta         */
#define TKT_FX_TIER_UP          0x00000080
#define TKT_FX_TIER_DOWN        0x00000100
#define TKT_FX_RESOLVED_AT      0x00000200
#define TKT_FX_CONFIRMED_AT     0x00000400
#define TKT_FX_RATING           0x00000800  /* scores, comment, rated_at     */
#define TKT_FX_CLOSED_AT        0x00001000
#define TKT_FX_REOPEN           0x00002000  /* count+1, clears the end times,
                                               close_reason and complaint    */
#define TKT_FX_FOLLOW_UP        0x00004000  /* follow_up_count+1             */
#define TKT_FX_URGE             0x00008000  /* urge_count+1, last_urge_at    */
#define TKT_FX_COMPLAINT        0x00010000
#define TKT_FX_RESUME_AT        0x00020000  /* on_hold until                 */
#define TKT_FX_MERGED_INTO      0x00040000
#define TKT_FX_AUTO             0x00080000  /* done by a timer               */
#define TKT_FX_ARCHIVED         0x00100000
#define TKT_FX_MESSAGE          0x00200000  /* text becomes a public message */
#define TKT_FX_PRIORITY_FLOOR   0x00400000  /* at least high                 */
#define TKT_FX_RATING_OPTIONAL  0x00800000  /* as RATING if scores are given */
#define TKT_FX_UNMERGE          0x01000000  /* clears what the merge has set */


/* Everything the rules look at, besides the caller. */
typedef struct {
    tkt_state_t    state;
    tkt_state_t    state_before;      /* of a merged one: the state it had   */
    tkt_close_t    close_reason;
    uint32_t       tier;
    bool           has_assignee;
    bool           owner_away;        /* no assignee, or a disabled one      */
    bool           verified;
    bool           rated;             /* a rating is stored                  */
    bool           complaint_open;
    bool           archived;
    int64_t        now_ms;
    int64_t        ended_at_ms;       /* latest of resolved, confirmed, rated,
                                         closed; 0 if active                 */
    int64_t        confirmed_at_ms;
    int64_t        closed_at_ms;
    int64_t        last_urge_at_ms;
    int64_t        merged_at_ms;
} tkt_facts_t;


/* Who asks. */
typedef struct {
    tkt_role_t     role;
    unsigned       relation;          /* TKT_REL_* bits                      */
    uint64_t       denied;            /* tkt_bit(action) of each that his own
                                         role takes away                     */
} tkt_caller_t;


/* One row of the transition table. */
typedef struct {
    uint16_t       row;               /* number in the requirements, from 1  */
    uint8_t        action;            /* tkt_action_t                        */
    uint32_t       from;              /* tkt_bit(state) of each              */
    uint32_t       actors;            /* bits of tkt_actor_names             */
    uint8_t        to;                /* tkt_state_t, TKT_TO_SAME, _BEFORE   */
    uint32_t       guards;            /* bits of tkt_guard_names, all needed */
    uint32_t       effects;           /* TKT_FX_* bits, tkt_effect_names     */
    uint8_t        close_reason;      /* tkt_close_t set on closing, or 0 if
                                         the caller names it                 */
    uint8_t        status;            /* TKT_OK; otherwise the row moves
                                         nothing and gives this refusal      */
    const char    *note;              /* for the generated document          */
} tkt_transition_t;

#define TKT_TO_SAME    0xff
#define TKT_TO_BEFORE  0xfe         /* the state before the merge */


typedef struct {
    tkt_status_t             status;  /* TKT_OK, NOT_FOUND, FORBIDDEN,
                                         INVALID_TRANSITION,
                                         REOPEN_WINDOW_EXPIRED,
                                         QUOTA_EXCEEDED (urge too soon)      */
    tkt_state_t              to;      /* the present state when refused      */
    uint32_t                 effects;
    tkt_close_t              close_reason;    /* of the ticket afterwards; 0
                                                 while not closed or if the
                                                 caller names it             */
    uint32_t                 retry_after_s;   /* with QUOTA_EXCEEDED         */
    const tkt_transition_t  *transition;      /* NULL unless TKT_OK          */
} tkt_decision_t;


/*
 * Decides what becomes of `action` asked by `caller` on a ticket in the
 * situation of `facts`.  Total: every combination of values in range has one
 * answer.  The order of refusal: not visible → NOT_FOUND; no right in any
 * state → FORBIDDEN; no row for this state or a guard fails →
 * INVALID_TRANSITION (or the more precise status).
 */
void tkt_workflow_decide(tkt_action_t action, const tkt_facts_t *facts,
    const tkt_caller_t *caller, tkt_decision_t *decision);

/*
 * tkt_bit(action) of every action with a route for which decide would say
 * TKT_OK; bits of NOTE, REPLY, MESSAGE and EDIT are included when allowed.
 * SUBMIT and COURTESY are never listed, nor REVEAL, FORWARD and SHRED, which
 * depend on more than the facts.
 */
uint64_t tkt_workflow_allowed(const tkt_facts_t *facts,
    const tkt_caller_t *caller);

/*
 * When the answers of decide and allowed for these facts may change by the
 * passing of time alone: the earliest end after now_ms of the windows to
 * reopen, to rate, to urge again and to undo a merge.  0: never.
 */
int64_t tkt_workflow_next_change(const tkt_facts_t *facts);

/* True if the caller may see the ticket at all (and its public messages). */
bool tkt_workflow_visible(const tkt_caller_t *caller);

/* True if the caller sees internal notes and events. */
bool tkt_workflow_sees_internal(const tkt_caller_t *caller);

/*
 * The action that a message stands for: REPLY, MESSAGE, NOTE or COURTESY,
 * REOPEN if `reopen` is asked on a done ticket, RESOLVE never (a solution
 * given as a message is a reply).  Who is the requester, and not the assignee
 * too, writes as the requester, whatever the role.
 */
tkt_action_t tkt_workflow_message_action(const tkt_caller_t *caller,
    tkt_state_t state, bool internal, bool courtesy, bool reopen);

/*
 * True if the reason given with an action is for the requester's eyes, too;
 * what staff tell each other when handing a ticket around is not.
 */
bool tkt_workflow_reason_public(tkt_action_t action);

/* The bucket of a state. */
tkt_bucket_t tkt_workflow_bucket(tkt_state_t state);

/* tkt_bit(state) of every state in the bucket. */
uint32_t tkt_workflow_bucket_states(tkt_bucket_t bucket);

/*
 * The whole table, for documents and tests.  Of the rows that match, the
 * first decides.
 */
const tkt_transition_t *tkt_workflow_table(size_t *rows);

/* True if the caller has the right to the action in some state. */
bool tkt_workflow_has_right(tkt_action_t action, const tkt_caller_t *caller);

/*
 * tkt_bit(reason) of each reason the caller may name with this transition;
 * 0 if the transition names it itself or does not close.
 */
uint32_t tkt_workflow_close_choices(const tkt_transition_t *t);

/* The label of a state in a profile and language. */
tkt_str_t tkt_workflow_label(tkt_profile_t profile, tkt_state_t state,
    tkt_lang_t lang);

/* The label of an action in a language. */
tkt_str_t tkt_action_label(tkt_action_t action, tkt_lang_t lang);

/* Name tables; index = value. */
extern const tkt_names_t  tkt_state_names;
extern const tkt_names_t  tkt_role_names;
extern const tkt_names_t  tkt_priority_names;
extern const tkt_names_t  tkt_close_names;
extern const tkt_names_t  tkt_bucket_names;
extern const tkt_names_t  tkt_profile_names;
extern const tkt_names_t  tkt_action_names;

/* Bits of a transition's actors, guards and effects; index = bit number. */
extern const tkt_names_t  tkt_actor_names;
extern const tkt_names_t  tkt_guard_names;
extern const tkt_names_t  tkt_effect_names;

/* One English sentence on each, for documents; empty if out of range. */
tkt_str_t tkt_action_doc(tkt_action_t action);
tkt_str_t tkt_actor_doc(size_t bit);
tkt_str_t tkt_guard_doc(size_t bit);
tkt_str_t tkt_effect_doc(size_t bit);

/* True if the action has a route POST /v1/tickets/{id}/VERB. */
bool tkt_action_is_route(tkt_action_t action);


#endif /* TKT_WORKFLOW_H */
