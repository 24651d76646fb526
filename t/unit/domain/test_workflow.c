/*
 * The rules, against an expectation written down by hand from requirements,
 * section 2, and compared for every state, action, role, relation and
 * situation.  Nothing here reads the transition table.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "situations.h"


/* One character a state in the rows below, TKT_STATE_NONE first. */
static const char  columns[] = "-nopwhfrctx";

#define FX(name)  TKT_FX_##name

#define LAST_ROW  37
#define HANDLER   "mine|free|super"
#define MSG       FX(MESSAGE)
#define SELF      FX(ASSIGN_SELF)
#define FIRST     FX(FIRST_RESPONSE)
#define END       FX(CLOSED_AT)


/*
 * who: U requester, u requester that is a bot or the system, P anybody
 * known, A agent (supervisor, admin), O A who is assigned, S supervisor
 * (admin), X admin, B bot, Y system, W watcher who is neither requester nor
 * staff.  An agent without a grant for it, to whom it is not assigned, is no
 * A.
 *
 * states: what becomes of a ticket in the state of that column (- none,
 * n new, o open, p in_progress, w waiting_user, h on_hold, f follow_up,
 * r resolved, c confirmed, t rated, x closed): the new state's letter, = the
 * same, < the one before the merge, ! reopen-window-expired,
 * % quota-exceeded, . no such transition.
 */
typedef struct {
    int           row;
    tkt_action_t  action;
    const char   *who;
    const char   *when;
    const char   *states;
    uint32_t      effects;
    tkt_close_t   reason;
} expect_t;

#define E(row, action, who, when, states, effects, reason)                    \
    { row, TKT_ACTION_##action, who, when, states, effects,                   \
      TKT_CLOSE_##reason }

static const expect_t  expected[] = {
/*                                           -nopwhfrctx */
E(1,  SUBMIT,       "P",   "",              "n..........", 0, NONE),
E(2,  VERIFY,       "ABY", "!verified",     ".=.........", FX(VERIFIED), NONE),
E(3,  REJECT,       "AY",  "",              ".x.........", END, NONE),
E(4,  CLAIM,        "A",   "free",          ".oo...o....", SELF, NONE),
E(4,  ASSIGN,       "SY",  "",              ".o.........", FX(ASSIGN_TARGET),
                                                           NONE),
E(7,  ASSIGN,       "SY",  "",              "..ooooo....", FX(ASSIGN_TARGET),
                                                           NONE),
E(5,  START,        "A",   "mine|free",     ".pp...p....",
                                         SELF | FX(FIRST_VIEWED), NONE),
E(6,  ASSESS,       "A",   "",              "..==.......", FX(ASSESSMENT),
                                                           NONE),
E(7,  TRANSFER,     "A",   HANDLER,         ".oooooo....", FX(ASSIGN_TARGET),
                                                           NONE),
E(8,  ESCALATE,     "AY",  "tier<3",        ".oooooo....",
                     FX(TIER_UP) | FX(UNASSIGN) | FX(PRIORITY_FLOOR), NONE),
E(9,  DEESCALATE,   "S",   "tier>0",        ".oooooo....", FX(TIER_DOWN),
                                                           NONE),
E(10, REPLY,        "A",   "",              ".ppp..p....", SELF | FIRST | MSG,
                                                           NONE),
E(10, REPLY,        "A",   "",              "....==.....", FIRST | MSG, NONE),
E(10, REPLY,        "B",   "",              ".======....", MSG, NONE),
E(10, COURTESY,     "AB",  "",              ".==========", MSG, NONE),
E(16, COURTESY,     "Uu",  "",              ".=========.", MSG, NONE),
E(11, REQUEST_INFO, "A",   HANDLER,         "..ww..w....", SELF | FIRST | MSG,
                                                           NONE),
E(12, MESSAGE,      "U",   "present",       "....p......", MSG, NONE),
E(12, MESSAGE,      "U",   "away",          "....o......", MSG, NONE),
E(12, MESSAGE,      "u",   "",              "....=......", MSG, NONE),
E(12, MESSAGE,      "Uu",  "",              ".===.==....", MSG, NONE),
E(16, MESSAGE,      "U",   "present",       ".......f...", FX(FOLLOW_UP) | MSG,
                                                           NONE),
E(16, MESSAGE,      "U",   "away",          ".......o...", FX(FOLLOW_UP) | MSG,
                                                           NONE),
E(16, MESSAGE,      "u",   "",              ".......=...", MSG, NONE),
E(16, MESSAGE,      "Uu",  "",              "........==.", MSG, NONE),
E(13, TIMEOUT,      "Y",   "",              "....r......",
                                           FX(RESOLVED_AT) | FX(AUTO), NONE),
E(18, TIMEOUT,      "Y",   "",              ".......c...",
                                           FX(CONFIRMED_AT) | FX(AUTO), NONE),
E(14, HOLD,         "A",   HANDLER,         "..hh..h....",
                                           SELF | FX(RESUME_AT), NONE),
E(14, RESUME,       "A",   "",              ".....p.....", SELF, NONE),
E(14, RESUME,       "Y",   "",              ".....p.....", 0, NONE),
E(15, RESOLVE,      "A",   HANDLER,         "..rrrrr....",
                                SELF | FIRST | MSG | FX(RESOLVED_AT), NONE),
E(17, CONFIRM,      "Uu",  "",              ".......c...", FX(CONFIRMED_AT),
                                                           NONE),
E(19, RATING,       "Uu",  "!rated confirmed<=30d", "........t..", FX(RATING),
                                                           NONE),
E(24, RATING,       "Uu",  "!rated closed<=30d ratable", "..........=",
                                                           FX(RATING), NONE),
E(21, CLOSE,        "Y",   "",              "........xx.", END | FX(AUTO),
                                                           COMPLETED),
E(22, CLOSE,        "Uu",  "",              ".xxxxxx....", END, WITHDRAWN),
E(20, CLOSE,        "Uu",  "!rated",        ".......x...",
                     END | FX(CONFIRMED_AT) | FX(RATING_OPTIONAL), SATISFIED),
E(20, CLOSE,        "Uu",  "rated",         ".......x...",
                                          END | FX(CONFIRMED_AT), SATISFIED),
E(21, CLOSE,        "UuX", "",              "........xx.", END, COMPLETED),
E(23, CLOSE,        "S",   "",              ".xxxxxx....", END, NONE),
E(25, REOPEN,       "U",   "!merged end<=14d", ".......ffff", FX(REOPEN), NONE),
E(26, REOPEN,       "A",   "!merged",       ".......oooo", FX(REOPEN), NONE),
E(27, REOPEN,       "U",   "!merged end>14d", ".......!!!!", 0, NONE),
E(28, COMPLAIN,     "Uu",  "!complaint",    ".==========", FX(COMPLAINT), NONE),
E(29, URGE,         "Uu",  "!hasty",        ".======....", FX(URGE), NONE),
E(29, URGE,         "Uu",  "hasty",         ".%%%%%%....", 0, NONE),
E(30, MERGE,        "A",   "",              ".xxxxxxxxx.",
                                           END | FX(MERGED_INTO), MERGED),
E(31, NOTE,         "A",   "",              ".==========", 0, NONE),
E(31, EDIT,         "A",   "",              ".==========", 0, NONE),
E(31, EDIT,         "Uu",  "",              ".======....", 0, NONE),
E(32, REVEAL,       "OS",  "",              ".==========", 0, NONE),
E(33, ARCHIVE,      "XY",  "",              "..........=", FX(ARCHIVED), NONE),
E(34, FORWARD,      "A",   "",              ".======....", 0, NONE),
E(35, SHRED,        "UuSY", "",             ".==========", 0, NONE),
E(36, MESSAGE,      "W",   "",              ".=========.", MSG, NONE),
E(36, COURTESY,     "W",   "",              ".=========.", MSG, NONE),
E(37, UNMERGE,      "A",   "merged<=24h",   "..........<", FX(UNMERGE), NONE),
};


static bool
is_one_of(tkt_role_t role, const char *letters)
{
    /* by tkt_role_t: none, user, agent, supervisor, admin, bot, system */
    return role != TKT_ROLE_NONE && strchr(letters, "-uasxby"[role]) != NULL;
}


/* What the caller's role is worth here: a bound agent's is that of a user. */
static tkt_role_t
worth(const tkt_caller_t *c)
{
    if (c->role == TKT_ROLE_AGENT && (c->relation & TKT_REL_UNGRANTED)
        && !(c->relation & TKT_REL_ASSIGNEE))
    {
        return TKT_ROLE_USER;
    }

    return c->role;
}


/* True if the caller is in one of the classes of `who`. */
static bool
caller_is(const tkt_caller_t *c, const char *who)
{
    bool        own, is;
    tkt_role_t  role;

    role = worth(c);
    own = c->relation & TKT_REL_REQUESTER;

    for ( ; *who != '\0'; who++) {
        switch (*who) {
        case 'W': is = !own && (c->relation & TKT_REL_WATCHER)
                       && !is_one_of(role, "asxby");                  break;
        case 'U': is = own && !is_one_of(role, "by");              break;
        case 'u': is = own && is_one_of(role, "by");               break;
        case 'P': is = role != TKT_ROLE_NONE;                      break;
        case 'A': is = is_one_of(role, "asx");                     break;
        case 'O': is = is_one_of(role, "asx")
                       && (c->relation & TKT_REL_ASSIGNEE);           break;
        case 'S': is = is_one_of(role, "sx");                      break;
        case 'X': is = is_one_of(role, "x");                       break;
        case 'B': is = is_one_of(role, "b");                       break;
        case 'Y': is = is_one_of(role, "y");                       break;
        default:  fail_msg("who is '%c'?", *who); return false;
        }

        if (is) {
            return true;
        }
    }

    return false;
}


static bool
condition_holds(const char *w, size_t len, const tkt_facts_t *f,
    const tkt_caller_t *c)
{
    bool     mine;
    int64_t  since_urge_ms;

#define IS(text)  (len == sizeof(text) - 1 && memcmp(w, text, len) == 0)

    mine = (c->relation & TKT_REL_ASSIGNEE) && is_one_of(worth(c), "asx");
    since_urge_ms = f->now_ms - f->last_urge_at_ms;

    if (IS("free"))           return !f->has_assignee;
    if (IS("mine|free"))      return mine || !f->has_assignee;
    if (IS(HANDLER))          return mine || !f->has_assignee
                                     || is_one_of(c->role, "sx");
    if (IS("present"))        return f->has_assignee && !f->owner_away;
    if (IS("away"))           return !f->has_assignee || f->owner_away;
    if (IS("!verified"))      return !f->verified;
    if (IS("rated"))          return f->rated;
    if (IS("!rated"))         return !f->rated;
    if (IS("!complaint"))     return !f->complaint_open;
    if (IS("!merged"))        return f->close_reason != TKT_CLOSE_MERGED;
    if (IS("ratable"))        return f->close_reason != TKT_CLOSE_MERGED
                                     && f->close_reason != TKT_CLOSE_SPAM
                                     && f->close_reason != TKT_CLOSE_REJECTED;
    if (IS("tier<3"))         return f->tier < 3;
    if (IS("tier>0"))         return f->tier >= 1;
    if (IS("end<=14d"))       return f->ended_at_ms + 14 * DAY_MS >= NOW_MS;
    if (IS("end>14d"))        return f->ended_at_ms + 14 * DAY_MS < NOW_MS;
    if (IS("confirmed<=30d")) return f->confirmed_at_ms + 30 * DAY_MS
                                     >= NOW_MS;
    if (IS("closed<=30d"))    return f->closed_at_ms + 30 * DAY_MS >= NOW_MS;
    if (IS("merged<=24h"))    return f->close_reason == TKT_CLOSE_MERGED
                                     && f->state_before != TKT_STATE_NONE
                                     && f->merged_at_ms + DAY_MS >= NOW_MS;
    if (IS("hasty"))          return f->last_urge_at_ms != 0
                                     && since_urge_ms < 30 * MINUTE_MS;
    if (IS("!hasty"))         return f->last_urge_at_ms == 0
                                     || since_urge_ms >= 30 * MINUTE_MS;

#undef IS

    fail_msg("when is '%.*s'?", (int) len, w);
    return false;
}


static bool
all_hold(const char *when, const tkt_facts_t *f, const tkt_caller_t *c)
{
    size_t  len;

    while (*when != '\0') {
        len = strcspn(when, " ");

        if (!condition_holds(when, len, f, c)) {
            return false;
        }

        when += len + (when[len] == ' ');
    }

    return true;
}


static uint32_t
expected_wait_s(const tkt_facts_t *f)
{
    int64_t  wait_ms;

    wait_ms = f->last_urge_at_ms + 30 * MINUTE_MS - NOW_MS;

    if (wait_ms > 30 * MINUTE_MS) {
        wait_ms = 30 * MINUTE_MS;
    }

    return wait_ms / 1000 + (wait_ms % 1000 != 0);
}


static void
expect_outcome(const expect_t *e, const tkt_facts_t *f, tkt_decision_t *d)
{
    char  letter;

    letter = e->states[f->state];

    if (letter == '!') {
        d->status = TKT_REOPEN_WINDOW_EXPIRED;
        return;
    }

    if (letter == '%') {
        d->status = TKT_QUOTA_EXCEEDED;
        d->retry_after_s = expected_wait_s(f);
        return;
    }

    d->status = TKT_OK;
    d->effects = e->effects;

    if (letter == '=') {
        d->close_reason = f->state == TKT_STATE_CLOSED ? f->close_reason : 0;
        return;
    }

    if (letter == '<') {
        d->to = f->state_before;
        return;
    }

    d->to = strchr(columns, letter) - columns;
    d->close_reason = e->reason;
}


/* The requirements row that decides, or 0 with d a plain refusal. */
static int
expect(tkt_action_t action, const tkt_facts_t *f, const tkt_caller_t *c,
    tkt_decision_t *d)
{
    bool             right, fresh;
    size_t           i;
    const expect_t  *e;

    memset(d, 0, sizeof(*d));
    d->to = f->state;
    d->status = TKT_NOT_FOUND;

    fresh = action == TKT_ACTION_SUBMIT && f->state == TKT_STATE_NONE;

    if (c->relation & TKT_REL_FOREIGN) {
        return 0;
    }

    if (!fresh && !(c->relation & (TKT_REL_REQUESTER | TKT_REL_WATCHER))
        && !is_one_of(worth(c), "asxby"))
    {
        return 0;
    }

    right = false;

    for (i = 0; i < tkt_array_len(expected); i++) {
        e = &expected[i];

        if (e->action != action || !caller_is(c, e->who)) {
            continue;
        }

        right = true;

        if (e->states[f->state] != '.' && !f->archived
            && all_hold(e->when, f, c))
        {
            expect_outcome(e, f, d);
            return e->row;
        }
    }

    d->status = right ? TKT_INVALID_TRANSITION : TKT_FORBIDDEN;
    return 0;
}


static bool
is_listed(tkt_action_t action)
{
    switch (action) {
    case TKT_ACTION_SUBMIT:
    case TKT_ACTION_COURTESY:
    case TKT_ACTION_REVEAL:
    case TKT_ACTION_FORWARD:
    case TKT_ACTION_SHRED:
        return false;
    default:
        return true;
    }
}


static void
fail_case(const char *what, unsigned action, const tkt_facts_t *f,
    const tkt_caller_t *c, long got, long want)
{
    fail_msg("%s: got %ld, want %ld (action %.*s, state %c, role %d, "
             "relation %u, assignee %d, away %d, verified %d, rated %d, "
             "complaint %d, archived %d, tier %u, reason %d)",
             what, got, want, (int) tkt_action_names.names[action].len,
             (const char *) tkt_action_names.names[action].data,
             columns[f->state], c->role, c->relation, f->has_assignee,
             f->owner_away, f->verified, f->rated, f->complaint_open,
             f->archived, f->tier, f->close_reason);
}


#define SAME(what, got, want)                                                 \
    if ((long) (got) != (long) (want)) {                                      \
        fail_case(what, action, f, c, got, want);                             \
    }

typedef struct {
    long  cases;
    long  by_status[TKT_STATUS_MAX];
} tally_t;


static void
compare_case(void *ctx, const tkt_facts_t *f, const tkt_caller_t *c)
{
    int              row;
    tally_t         *tally = ctx;
    uint64_t         allowed;
    unsigned         action;
    tkt_decision_t   got, want;

    allowed = 0;

    for (action = 0; action < TKT_ACTION_MAX; action++) {
        /* whatever it held before must not shine through */
        memset(&got, 0xa5, sizeof(got));
        tkt_workflow_decide(action, f, c, &got);
        row = expect(action, f, c, &want);

        SAME("status", got.status, want.status);
        SAME("to", got.to, want.to);
        SAME("effects", got.effects, want.effects);
        SAME("close reason", got.close_reason, want.close_reason);
        SAME("retry after", got.retry_after_s, want.retry_after_s);
        SAME("has transition", got.transition != NULL, want.status == TKT_OK);

        if (want.status == TKT_OK) {
            SAME("row", got.transition->row, row);

            if (is_listed(action)) {
                allowed |= tkt_bit(action);
            }
        }

        tally->cases++;
        tally->by_status[got.status]++;
    }

    action = 0;
    SAME("allowed", tkt_workflow_allowed(f, c), allowed);
}


static void
every_case_is_as_expected(void **state)
{
    tally_t  tally;

    memset(&tally, 0, sizeof(tally));
    situations_walk(compare_case, &tally);

    assert_int_equal(tally.cases, TKT_ACTION_MAX * TKT_STATE_MAX
                                  * tkt_array_len(situations) * FLAGS_ALL
                                  * TKT_ROLE_MAX * RELATIONS_ALL);

    assert_true(tally.by_status[TKT_OK] > 0);
    assert_true(tally.by_status[TKT_NOT_FOUND] > 0);
    assert_true(tally.by_status[TKT_FORBIDDEN] > 0);
    assert_true(tally.by_status[TKT_INVALID_TRANSITION] > 0);
    assert_true(tally.by_status[TKT_REOPEN_WINDOW_EXPIRED] > 0);
    assert_true(tally.by_status[TKT_QUOTA_EXCEEDED] > 0);

    /* and nothing else */
    assert_int_equal(tally.cases,
                     tally.by_status[TKT_OK]
                     + tally.by_status[TKT_NOT_FOUND]
                     + tally.by_status[TKT_FORBIDDEN]
                     + tally.by_status[TKT_INVALID_TRANSITION]
                     + tally.by_status[TKT_REOPEN_WINDOW_EXPIRED]
                     + tally.by_status[TKT_QUOTA_EXCEEDED]);
}


static void
expectation_covers_the_requirements(void **state)
{
    int     row;
    size_t  i, length;
    bool    seen[LAST_ROW + 1], has_action[TKT_ACTION_MAX];

    memset(seen, 0, sizeof(seen));
    memset(has_action, 0, sizeof(has_action));

    length = strlen(columns);
    assert_int_equal(length, TKT_STATE_MAX);

    for (i = 0; i < tkt_array_len(expected); i++) {
        assert_int_equal(strlen(expected[i].states), length);
        seen[expected[i].row] = true;
        has_action[expected[i].action] = true;
    }

    for (row = 1; row <= LAST_ROW; row++) {
        assert_true(seen[row]);
    }

    for (i = 0; i < TKT_ACTION_MAX; i++) {
        assert_true(has_action[i]);
    }
}


static tkt_status_t
decide(tkt_action_t action, tkt_state_t state, tkt_role_t role,
    unsigned relation)
{
    tkt_facts_t     facts;
    tkt_caller_t    caller;
    tkt_decision_t  d;

    facts = facts_of(state, &situations[0], 0);
    caller = (tkt_caller_t) { .role = role, .relation = relation };

    tkt_workflow_decide(action, &facts, &caller, &d);

    return d.status;
}


static void
refusals_come_in_order(void **state)
{
    /* hidden before forbidden before impossible */
    assert_int_equal(decide(TKT_ACTION_CLAIM, TKT_STATE_CLOSED, TKT_ROLE_USER,
                            0), TKT_NOT_FOUND);
    assert_int_equal(decide(TKT_ACTION_CLAIM, TKT_STATE_CLOSED, TKT_ROLE_USER,
                            TKT_REL_REQUESTER), TKT_FORBIDDEN);
    assert_int_equal(decide(TKT_ACTION_CLAIM, TKT_STATE_CLOSED, TKT_ROLE_AGENT,
                            0), TKT_INVALID_TRANSITION);
    assert_int_equal(decide(TKT_ACTION_CLAIM, TKT_STATE_NEW, TKT_ROLE_AGENT,
                            0), TKT_OK);
    assert_int_equal(decide(TKT_ACTION_CLAIM, TKT_STATE_NEW, TKT_ROLE_ADMIN,
                            TKT_REL_FOREIGN), TKT_NOT_FOUND);

    /* who is nobody may not submit, but is told so */
    assert_int_equal(decide(TKT_ACTION_SUBMIT, TKT_STATE_NONE, TKT_ROLE_NONE,
                            0), TKT_FORBIDDEN);
    assert_int_equal(decide(TKT_ACTION_SUBMIT, TKT_STATE_NONE, TKT_ROLE_BOT,
                            0), TKT_OK);
}


static void
values_out_of_range_are_refused(void **state)
{
    tkt_facts_t   facts;
    tkt_caller_t  caller = { .role = TKT_ROLE_MAX, .relation = 0 };

    assert_int_equal(decide(TKT_ACTION_NOTE, TKT_STATE_NEW, TKT_ROLE_MAX, 0),
                     TKT_NOT_FOUND);
    assert_int_equal(decide(TKT_ACTION_NOTE, TKT_STATE_NEW, TKT_ROLE_MAX,
                            TKT_REL_REQUESTER), TKT_FORBIDDEN);
    assert_int_equal(decide(TKT_ACTION_MAX, TKT_STATE_NEW, TKT_ROLE_ADMIN, 0),
                     TKT_FORBIDDEN);
    assert_int_equal(decide(TKT_ACTION_NOTE, TKT_STATE_MAX, TKT_ROLE_ADMIN, 0),
                     TKT_INVALID_TRANSITION);
    assert_int_equal(decide(TKT_ACTION_NOTE, 200, TKT_ROLE_ADMIN, 0),
                     TKT_INVALID_TRANSITION);

    facts = facts_of(TKT_STATE_NEW, &situations[0], 0);
    assert_int_equal(tkt_workflow_allowed(&facts, &caller), 0);
    assert_false(tkt_workflow_sees_internal(&caller));

    assert_int_equal(tkt_workflow_bucket(200), TKT_BUCKET_NONE);
    assert_int_equal(tkt_workflow_bucket_states(TKT_BUCKET_MAX), 0);
}


/* What a role of a tenant's own takes away is taken, and nothing else is. */
static void
compare_denied(void *ctx, const tkt_facts_t *f, const tkt_caller_t *c)
{
    long            *taken = ctx;
    unsigned         action;
    uint64_t         allowed, fewer;
    tkt_caller_t     less = *c;
    tkt_decision_t   before, after;

    allowed = tkt_workflow_allowed(f, c);

    for (action = 0; action < TKT_ACTION_MAX; action++) {
        less.denied = tkt_bit(action);
        tkt_workflow_decide(action, f, c, &before);
        tkt_workflow_decide(action, f, &less, &after);
        fewer = tkt_workflow_allowed(f, &less);

        SAME("status", after.status, before.status == TKT_NOT_FOUND
                                     ? TKT_NOT_FOUND : TKT_FORBIDDEN);
        SAME("allowed", fewer, allowed & ~tkt_bit(action));
        SAME("to", after.to, f->state);
        *taken += before.status == TKT_OK;

        less.denied = ~tkt_bit(action);
        tkt_workflow_decide(action, f, &less, &after);
        SAME("others", after.status, before.status);
    }
}


static void
denied_is_denied(void **state)
{
    long  taken = 0;

    situations_walk(compare_denied, &taken);
    assert_true(taken > 100000);
}


/* The wait is told in whole seconds, rounded up, never 0. */
static void
urge_says_when(void **state)
{
    size_t          i;
    tkt_facts_t     facts;
    tkt_caller_t    caller = { .role = TKT_ROLE_USER,
                               .relation = TKT_REL_REQUESTER };
    tkt_decision_t  d;

    static const struct {
        int64_t   ago_ms;
        uint32_t  wait_s;
    } cases[] = {
        { 0, 1800 }, { 1, 1800 }, { 999, 1800 }, { 1000, 1799 },
        { 1001, 1799 }, { 1799000, 1 }, { 1799999, 1 }, { 1800000, 0 },
        { -1, 1800 }, { -DAY_MS, 1800 }, { NEVER, 0 }
    };

    for (i = 0; i < tkt_array_len(cases); i++) {
        facts = facts_of(TKT_STATE_OPEN, &situations[0], 0);
        facts.last_urge_at_ms = ago(cases[i].ago_ms);
        tkt_workflow_decide(TKT_ACTION_URGE, &facts, &caller, &d);

        assert_int_equal(d.retry_after_s, cases[i].wait_s);
        assert_int_equal(d.status, cases[i].wait_s == 0 ? TKT_OK
                                                        : TKT_QUOTA_EXCEEDED);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(expectation_covers_the_requirements),
        cmocka_unit_test(every_case_is_as_expected),
        cmocka_unit_test(refusals_come_in_order),
        cmocka_unit_test(values_out_of_range_are_refused),
        cmocka_unit_test(denied_is_denied),
        cmocka_unit_test(urge_says_when)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
