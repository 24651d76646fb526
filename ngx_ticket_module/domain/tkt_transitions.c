/*
 * The transition table: requirements, section 2.  A requirements row whose
 * outcome depends on the actor or on a condition takes several rows here.
 * Order matters only where a caller is in several classes: of the rows that
 * match, the first decides.
 */

#include "domain/tkt_transitions.h"


#define S(name)      tkt_bit(TKT_STATE_##name)
#define BY(name)     TKT_ACTOR_##name
#define IF(name)     TKT_GUARD_##name
#define FX(name)     TKT_FX_##name

#define ACTIVE       (S(NEW) | S(OPEN) | S(IN_PROGRESS) | S(WAITING_USER)     \
                      | S(ON_HOLD) | S(FOLLOW_UP))
#define DONE         (S(RESOLVED) | S(CONFIRMED) | S(RATED))
#define ENDED        (DONE | S(CLOSED))
#define ANY          (ACTIVE | ENDED)

#define ROW(row, action, from, actors, to, guards, effects, note)             \
    { row, TKT_ACTION_##action, from, actors, TKT_##to, guards, effects,      \
      TKT_CLOSE_NONE, TKT_OK, note }

/* Closes the ticket; reason NONE: the caller names one of the choices. */
#define END(row, action, from, actors, guards, effects, reason, note)         \
    { row, TKT_ACTION_##action, from, actors, TKT_STATE_CLOSED, guards,       \
      FX(CLOSED_AT) | (effects), TKT_CLOSE_##reason, TKT_OK, note }

/* A refusal more telling than invalid-transition. */
#define REFUSE(row, action, from, actors, guards, status, note)               \
    { row, TKT_ACTION_##action, from, actors, TKT_TO_SAME, guards, 0,         \
      TKT_CLOSE_NONE, TKT_##status, note }


static const tkt_transition_t  tkt_transitions[] = {

    ROW(1, SUBMIT, S(NONE), BY(PRINCIPAL), STATE_NEW, 0, 0,
        "an agent may submit on behalf of a user"),

    ROW(2, VERIFY, S(NEW), BY(AGENT) | BY(BOT) | BY(SYSTEM), TO_SAME,
        IF(NOT_VERIFIED), FX(VERIFIED), "spam and duplicate check"),

    END(3, REJECT, S(NEW), BY(AGENT) | BY(SYSTEM), 0, 0, NONE,
        "with a reason in words; the user may complain"),

    ROW(4, CLAIM, S(NEW) | S(OPEN) | S(FOLLOW_UP), BY(AGENT), STATE_OPEN,
        IF(UNASSIGNED), FX(ASSIGN_SELF), "agents take tickets themselves"),
    ROW(4, ASSIGN, S(NEW), BY(SUPERVISOR) | BY(SYSTEM), STATE_OPEN,
        0, FX(ASSIGN_TARGET), "first assignment"),

    ROW(5, START, S(NEW) | S(OPEN) | S(FOLLOW_UP), BY(AGENT),
        STATE_IN_PROGRESS, IF(OWN_OR_UNASSIGNED),
        FX(ASSIGN_SELF) | FX(FIRST_VIEWED),
        "an explicit action: a GET never moves a ticket"),

    ROW(6, ASSESS, S(OPEN) | S(IN_PROGRESS), BY(AGENT), TO_SAME,
        0, FX(ASSESSMENT), "complexity 1 to 5, plan, eta"),

    ROW(7, ASSIGN, ACTIVE & ~S(NEW), BY(SUPERVISOR) | BY(SYSTEM), STATE_OPEN,
        0, FX(ASSIGN_TARGET), "reassignment"),
    ROW(7, TRANSFER, ACTIVE, BY(AGENT), STATE_OPEN, IF(HANDLER),
        FX(ASSIGN_TARGET), "to an agent, or to the queue of a team"),

    ROW(8, ESCALATE, ACTIVE, BY(AGENT) | BY(SYSTEM), STATE_OPEN,
        IF(TIER_BELOW_MAX), FX(TIER_UP) | FX(UNASSIGN) | FX(PRIORITY_FLOOR),
        "to the team of the higher tier"),
    ROW(9, DEESCALATE, ACTIVE, BY(SUPERVISOR), STATE_OPEN,
        IF(TIER_ABOVE_ZERO), FX(TIER_DOWN),
        "keeps its owner unless another team gets it"),

    ROW(10, REPLY, S(NEW) | S(OPEN) | S(IN_PROGRESS) | S(FOLLOW_UP),
        BY(AGENT), STATE_IN_PROGRESS, 0,
        FX(ASSIGN_SELF) | FX(FIRST_RESPONSE) | FX(MESSAGE),
        "takes the ticket if nobody has it"),
    ROW(10, REPLY, S(WAITING_USER) | S(ON_HOLD), BY(AGENT), TO_SAME, 0,
        FX(FIRST_RESPONSE) | FX(MESSAGE), "the wait goes on"),
    ROW(10, REPLY, ACTIVE, BY(BOT), TO_SAME, 0, FX(MESSAGE),
        "a bot's answer is no response of staff"),
    ROW(10, COURTESY, ANY, BY(AGENT) | BY(BOT), TO_SAME, 0, FX(MESSAGE),
        "the only reply that an ended ticket takes"),

    ROW(11, REQUEST_INFO, S(IN_PROGRESS) | S(OPEN) | S(FOLLOW_UP), BY(AGENT),
        STATE_WAITING_USER, IF(HANDLER),
        FX(ASSIGN_SELF) | FX(FIRST_RESPONSE) | FX(MESSAGE),
        "the question becomes a message"),

    ROW(12, MESSAGE, S(WAITING_USER), BY(REQUESTER), STATE_IN_PROGRESS,
        IF(OWNER_PRESENT), FX(MESSAGE), "the answer"),
    ROW(12, MESSAGE, S(WAITING_USER), BY(REQUESTER), STATE_OPEN,
        IF(OWNER_AWAY), FX(MESSAGE), "the answer, back to the queue"),
    ROW(12, MESSAGE, S(WAITING_USER), BY(AUTO_REQUESTER), TO_SAME, 0,
        FX(MESSAGE), "automatic messages move nothing"),
    ROW(12, MESSAGE, ACTIVE & ~S(WAITING_USER), BY(ANY_REQUESTER), TO_SAME, 0,
        FX(MESSAGE), "only appended"),

    ROW(13, TIMEOUT, S(WAITING_USER), BY(SYSTEM), STATE_RESOLVED, 0,
        FX(RESOLVED_AT) | FX(AUTO), "7 days silent after 2 reminders"),

    ROW(14, HOLD, S(OPEN) | S(IN_PROGRESS) | S(FOLLOW_UP), BY(AGENT),
        STATE_ON_HOLD, IF(HANDLER), FX(ASSIGN_SELF) | FX(RESUME_AT),
        "until a time, or for a reason"),
    ROW(14, RESUME, S(ON_HOLD), BY(AGENT), STATE_IN_PROGRESS, 0,
        FX(ASSIGN_SELF), "by hand"),
    ROW(14, RESUME, S(ON_HOLD), BY(SYSTEM), STATE_IN_PROGRESS, 0, 0,
        "by the timer"),

    ROW(15, RESOLVE, ACTIVE & ~S(NEW), BY(AGENT), STATE_RESOLVED, IF(HANDLER),
        FX(ASSIGN_SELF) | FX(FIRST_RESPONSE) | FX(RESOLVED_AT) | FX(MESSAGE),
        "the solution becomes a message"),

    ROW(16, MESSAGE, S(RESOLVED), BY(REQUESTER), STATE_FOLLOW_UP,
        IF(OWNER_PRESENT), FX(FOLLOW_UP) | FX(MESSAGE), "not satisfied yet"),
    ROW(16, MESSAGE, S(RESOLVED), BY(REQUESTER), STATE_OPEN,
        IF(OWNER_AWAY), FX(FOLLOW_UP) | FX(MESSAGE),
        "not satisfied yet, back to the queue"),
    ROW(16, MESSAGE, S(RESOLVED), BY(AUTO_REQUESTER), TO_SAME, 0,
        FX(MESSAGE), "automatic messages move nothing"),
    ROW(16, MESSAGE, S(CONFIRMED) | S(RATED), BY(ANY_REQUESTER), TO_SAME, 0,
        FX(MESSAGE), "a courtesy; reopen is asked for expressly"),
    ROW(16, COURTESY, ACTIVE | DONE, BY(ANY_REQUESTER), TO_SAME, 0,
        FX(MESSAGE), "thanks move nothing"),

    ROW(17, CONFIRM, S(RESOLVED), BY(ANY_REQUESTER), STATE_CONFIRMED, 0,
        FX(CONFIRMED_AT), "a rating is asked for next"),
    ROW(18, TIMEOUT, S(RESOLVED), BY(SYSTEM), STATE_CONFIRMED, 0,
        FX(CONFIRMED_AT) | FX(AUTO), "7 days after the reminder"),
    ROW(19, RATING, S(CONFIRMED), BY(ANY_REQUESTER), STATE_RATED,
        IF(NOT_RATED) | IF(CONFIRMED_LATELY), FX(RATING),
        "once; speed, attitude and result, 1 to 5"),

    END(20, CLOSE, S(RESOLVED), BY(ANY_REQUESTER), IF(NOT_RATED),
        FX(CONFIRMED_AT) | FX(RATING_OPTIONAL), SATISFIED,
        "confirmation, rating and end in one step"),
    END(20, CLOSE, S(RESOLVED), BY(ANY_REQUESTER), IF(RATED),
        FX(CONFIRMED_AT), SATISFIED, "rated before it was reopened"),

    END(21, CLOSE, S(CONFIRMED) | S(RATED), BY(SYSTEM), 0, FX(AUTO),
        COMPLETED, "by the timer"),
    END(21, CLOSE, S(CONFIRMED) | S(RATED), BY(ANY_REQUESTER) | BY(ADMIN), 0,
        0, COMPLETED, "by hand"),
    END(22, CLOSE, ACTIVE, BY(ANY_REQUESTER), 0, 0, WITHDRAWN,
        "also when the requester is a supervisor"),
    END(23, CLOSE, ACTIVE, BY(SUPERVISOR), 0, 0, NONE,
        "with a reason in words"),

    ROW(24, RATING, S(CLOSED), BY(ANY_REQUESTER), TO_SAME,
        IF(NOT_RATED) | IF(CLOSED_LATELY) | IF(RATABLE), FX(RATING),
        "once"),

    ROW(25, REOPEN, ENDED, BY(REQUESTER), STATE_FOLLOW_UP,
        IF(NOT_MERGED) | IF(REOPEN_WINDOW_OPEN), FX(REOPEN),
        "a person's act, never a program's"),
    ROW(26, REOPEN, ENDED, BY(AGENT), STATE_OPEN, IF(NOT_MERGED), FX(REOPEN),
        "at any time"),
    REFUSE(27, REOPEN, ENDED, BY(REQUESTER),
        IF(NOT_MERGED) | IF(REOPEN_WINDOW_PAST), REOPEN_WINDOW_EXPIRED,
        "a new ticket may name this one in follow_up_of"),

    ROW(28, COMPLAIN, ANY, BY(ANY_REQUESTER), TO_SAME, IF(NO_OPEN_COMPLAINT),
        FX(COMPLAINT), "to the supervisors, who may escalate"),

    ROW(29, URGE, ACTIVE, BY(ANY_REQUESTER), TO_SAME, IF(URGE_COOLED_DOWN),
        FX(URGE), "supervisors are told at the third"),
    REFUSE(29, URGE, ACTIVE, BY(ANY_REQUESTER), IF(URGE_TOO_SOON),
        QUOTA_EXCEEDED, "Retry-After says when"),

    END(30, MERGE, ACTIVE | DONE, BY(AGENT), 0, FX(MERGED_INTO), MERGED,
        "into a ticket of the same requester, supervisors into any"),

    ROW(31, NOTE, ANY, BY(AGENT), TO_SAME, 0, 0, "seen by staff only"),
    ROW(31, EDIT, ANY, BY(AGENT), TO_SAME, 0, 0, "fields by role"),
    ROW(31, EDIT, ACTIVE, BY(ANY_REQUESTER), TO_SAME, 0, 0, "own ticket"),

    ROW(32, REVEAL, ANY, BY(ASSIGNEE) | BY(SUPERVISOR), TO_SAME, 0, 0,
        "with a reason, recorded, seen by the requester"),

    ROW(33, ARCHIVE, S(CLOSED), BY(ADMIN) | BY(SYSTEM), TO_SAME, 0,
        FX(ARCHIVED), "once; nothing may follow"),

    ROW(34, FORWARD, ACTIVE, BY(AGENT), TO_SAME, 0, 0,
        "files it with the tenant above, then tells that ticket more"),
    ROW(35, SHRED, ANY, BY(ANY_REQUESTER) | BY(SUPERVISOR) | BY(SYSTEM),
        TO_SAME, 0, 0, "destroys the confidential text for good"),

    ROW(36, MESSAGE, ACTIVE | DONE, BY(WATCHER), TO_SAME, 0, FX(MESSAGE),
        "watchers' messages move nothing"),
    ROW(36, COURTESY, ACTIVE | DONE, BY(WATCHER), TO_SAME, 0, FX(MESSAGE),
        "nor do their thanks"),

    ROW(37, UNMERGE, S(CLOSED), BY(AGENT), TO_BEFORE, IF(MERGED_LATELY),
        FX(UNMERGE), "back to the state it had, with its messages")
};


const tkt_transition_t *
tkt_workflow_table(size_t *rows)
{
    *rows = tkt_array_len(tkt_transitions);

    return tkt_transitions;
}


uint32_t
tkt_workflow_close_choices(const tkt_transition_t *t)
{
    if (t->to != TKT_STATE_CLOSED || t->close_reason != TKT_CLOSE_NONE) {
        return 0;
    }

    if (t->action == TKT_ACTION_REJECT) {
        return tkt_bit(TKT_CLOSE_SPAM) | tkt_bit(TKT_CLOSE_REJECTED);
    }

    return tkt_bit(TKT_CLOSE_DUPLICATE) | tkt_bit(TKT_CLOSE_SPAM)
           | tkt_bit(TKT_CLOSE_ADMIN);
}
