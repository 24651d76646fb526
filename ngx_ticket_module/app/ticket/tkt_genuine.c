/*
 * Verification of submissions; see the header.
 */

#include "app/resource/tkt_config.h"
#include "app/ticket/tkt_genuine.h"
#include "app/ticket/tkt_ticket.h"
#include "codec/tkt_json_walk.h"
#include "domain/tkt_words.h"
#include "store/tkt_packed.h"


#define TKT_RATE_WINDOW_MS  (3600 * 1000LL)

/* Before a tenant has set anything: what speaks against a submission most is
   that it was sent before, and no single thing rejects it. */
static const tkt_verification_t  tkt_genuine_defaults = {
    .head = { .id = 1 },
    .unverified_points = 20,
    .duplicate_points = 60, .duplicate_window_s = 3600,
    .rate = 10, .rate_points = 40,
    .word_points = 30,
    .hold_at = 60, .reject_at = 150,
};

static const tkt_str_t  tkt_genuine_reasons[] = {
    tkt_lit("Our automatic check could not accept this. If it was sent in "
            "earnest, complain about this ticket: somebody will then look at "
            "it."),
    tkt_lit("自动核验未能受理此工单。如果您确有需要，请对此工单提出投诉，"
            "我们将安排人工复核。"),
};


/* A submission that is looked at. */
typedef struct {
    tkt_call_t                *call;
    const tkt_verification_t  *rules;
    const tkt_ticket_t        *t;
    uint64_t                   score;
    bool                       words;
    tkt_out_t                  why;
} tkt_judge_t;


bool
tkt_genuine_rules(tkt_call_t *c, tkt_verification_t *rules)
{
    if (tkt_config_load(c->txn, c->actor->tenant, TKT_CONFIG_VERIFICATION, 0,
                        1, &tkt_verification_schema, rules, c->arena))
    {
        return true;
    }

    *rules = tkt_genuine_defaults;
    rules->head.tenant = c->actor->tenant;

    return false;
}


/* Points, with what they are for. */
static void
tkt_judge_add(tkt_judge_t *j, uint64_t points, tkt_str_t what)
{
    if (points == 0) {
        return;
    }

    j->score += points;

    if (tkt_out_bytes(&j->why) > 0) {
        tkt_out_lit(&j->why, ", ");
    }

    tkt_out_raw(&j->why, what);
    tkt_out_lit(&j->why, " ");
    tkt_out_u64(&j->why, points);
}


/* ---- who ---- */

static void
tkt_judge_contact(tkt_judge_t *j)
{
    tkt_user_t  user;

    if (j->rules->unverified_points > 0
        && tkt_user_load(j->call->txn, (uint32_t) j->t->tenant,
                         j->t->requester, &user, j->call->arena)
        && !user.email_verified && !user.phone_verified
        && user.origin != TKT_ORIGIN_IDENTITY
        && user.origin != TKT_ORIGIN_JWT)
    {
        tkt_judge_add(j, j->rules->unverified_points,
                      tkt_str("contact not proved"));
    }
}


/* ---- what he submitted before ---- */

/* Whether it is no older than that. */
static bool
tkt_judge_lately(const tkt_judge_t *j, const tkt_ticket_t *old,
    uint64_t window_ms)
{
    return old->created_at + window_ms > (uint64_t) j->call->now_ms;
}


static bool
tkt_judge_same(tkt_judge_t *j, tkt_ticket_t *old)
{
    return tkt_judge_lately(j, old, j->rules->duplicate_window_s * 1000)
           && tkt_str_eq(old->subject, j->t->subject)
           && (!old->long_text
               || tkt_ticket_load_big(j->call->txn, old, j->call->arena))
           && tkt_str_eq(old->description, j->t->description);
}


/* The n-th of his tickets, counted from the newest, which is 1. */
static void
tkt_judge_before(tkt_judge_t *j, uint64_t n, uint64_t id, uint64_t *same,
    bool *fast)
{
    bool          wanted;
    tkt_ticket_t  old;

    wanted = j->rules->duplicate_points > 0 && *same == 0
             && n <= TKT_DUPLICATES_MAX;

    if ((!wanted && n != j->rules->rate)
        || !tkt_ticket_load(j->call->txn, (uint32_t) j->t->tenant, id, &old,
                            false, j->call->arena))
    {
        return;
    }

    if (wanted && tkt_judge_same(j, &old)) {
        *same = id;
    }

    if (n == j->rules->rate) {
        *fast = tkt_judge_lately(j, &old, TKT_RATE_WINDOW_MS);
    }
}


/*
 * Whether it was sent before, among his TKT_DUPLICATES_MAX newest tickets, and
 * whether there were as many within an hour as he may send.
 */
static void
tkt_judge_past(tkt_judge_t *j)
{
    bool          fast;
    uint64_t      n, id, most, same;
    tkt_key_t     prefix;
    tkt_str_t     number;
    tkt_packed_t  past;

    same = 0;
    fast = j->rules->rate == 0;
    most = (j->rules->rate_points > 0) ? j->rules->rate : 0;

    if (j->rules->duplicate_points > 0 && most < TKT_DUPLICATES_MAX) {
        most = TKT_DUPLICATES_MAX;
    }

    tkt_key_principal(&prefix, (uint32_t) j->t->tenant, j->t->requester);
    tkt_packed_open(&past, j->call->txn, TKT_DB_BY_REQUESTER, &prefix, 0,
                    true);

    for (n = 1; n <= most && tkt_packed_next(&past, &id); n++) {
        tkt_judge_before(j, n, id, &same, &fast);
    }

    if (same != 0) {
        number = tkt_ticket_number(j->call->actor->prefix, same,
                                   j->call->arena);
        tkt_judge_add(j, j->rules->duplicate_points,
                      tkt_arena_printf(j->call->arena, "same as %.*s",
                                       (int) number.len,
                                       (const char *) number.data));
    }

    if (fast) {
        tkt_judge_add(j, j->rules->rate_points, tkt_str("too many an hour"));
    }
}


/* ---- what it says ---- */

static tkt_str_t
tkt_judge_fold(tkt_judge_t *j, tkt_str_t text)
{
    uint8_t  *out;

    out = tkt_arena_bytes(j->call->arena, text.len + 1);

    if (out == NULL) {
        return tkt_str("");
    }

    return (tkt_str_t) { out, tkt_words_fold(out, text) };
}


/* The values of the ticket's own members of a form, as one text. */
static tkt_str_t
tkt_judge_custom(tkt_judge_t *j)
{
    tkt_out_t        o;
    tkt_str_t        name, value, text;
    tkt_json_walk_t  walk;

    if (j->t->custom.len == 0
        || !tkt_json_walk_open(&walk, j->t->custom))
    {
        return tkt_str("");
    }

    tkt_out_init(&o, j->call->arena, j->t->custom.len + 16);

    while (tkt_json_walk_next(&walk, &name, &value)) {
        if (!tkt_json_string(value, j->call->arena, &text)) {
            text = value;
        }

        tkt_out_raw(&o, text);
        tkt_out_lit(&o, "\n");
    }

    return tkt_out_text(&o);
}


static void
tkt_judge_words(tkt_judge_t *j)
{
    size_t           i;
    tkt_str_t        name, value, word, folded;
    tkt_str_t        texts[3];
    tkt_json_walk_t  walk;

    if (j->rules->word_points == 0 || j->rules->blocked_words.len == 0
        || !tkt_json_walk_open(&walk, j->rules->blocked_words))
    {
        return;
    }

    texts[0] = tkt_judge_fold(j, j->t->subject);
    texts[1] = tkt_judge_fold(j, j->t->description);
    texts[2] = tkt_judge_fold(j, tkt_judge_custom(j));

    while (tkt_json_walk_next(&walk, &name, &value)) {

        if (!tkt_json_string(value, j->call->arena, &word)) {
            continue;
        }

        folded = tkt_judge_fold(j, word);

        for (i = 0; i < tkt_array_len(texts); i++) {
            if (tkt_words_hold(texts[i], folded)) {
                j->words = true;
                tkt_judge_add(j, j->rules->word_points,
                              tkt_arena_printf(j->call->arena, "\"%.*s\"",
                                               (int) word.len,
                                               (const char *) word.data));
                break;
            }
        }
    }
}


/* ---- the verdict ---- */

void
tkt_genuine_judge(tkt_call_t *c, tkt_ticket_t *t, tkt_genuine_t *found)
{
    tkt_judge_t         j = { .call = c, .rules = NULL, .t = t };
    tkt_verification_t  rules;

    *found = (tkt_genuine_t) { .rejected = false };

    if ((TKT_ROLES_STAFF & tkt_bit(c->actor->role))
        || !tkt_genuine_rules(c, &rules) || !rules.enabled)
    {
        return;
    }

    j.rules = &rules;
    tkt_out_init(&j.why, c->arena, 256);

    tkt_judge_contact(&j);
    tkt_judge_past(&j);
    tkt_judge_words(&j);

    t->score = j.score;
    t->held = (rules.hold_at != 0 && j.score >= rules.hold_at);

    if (rules.reject_at != 0 && j.score >= rules.reject_at) {
        found->rejected = true;
        found->close_reason = j.words ? TKT_CLOSE_SPAM : TKT_CLOSE_REJECTED;
        t->held = 1;                     /* until it is closed: not routed */
    }

    t->verified = !t->held;
    found->why = tkt_out_text(&j.why);
}


void
tkt_genuine_settle(tkt_call_t *c, tkt_ticket_t *t,
    const tkt_genuine_t *found)
{
    tkt_call_t    call = *c;
    tkt_actor_t   desk = *c->actor;
    tkt_event_t   told = {
        .action = TKT_ACTION_VERIFY + 1, .automatic = 1, .internal = 1,
    };
    tkt_event_t   rejected = {
        .action = TKT_ACTION_REJECT + 1, .automatic = 1,
    };
    tkt_ticket_t  before;

    if (found->why.len == 0) {
        return;
    }

    desk.id = 0;
    desk.role = TKT_ROLE_SYSTEM;
    desk.withheld = 0;
    desk.ticket = 0;
    desk.grants = 0;
    call.actor = &desk;

    /* one that has gone to somebody at once is past being verified */

    if (t->state != TKT_STATE_NEW) {
        told.action = TKT_ACTION_EDIT + 1;
    }

    before = *t;
    told.reason = tkt_arena_printf(c->arena, "score %llu: %.*s",
                                   (unsigned long long) t->score,
                                   (int) found->why.len,
                                   (const char *) found->why.data);
    tkt_ticket_commit(&call, &before, t, &told);

    if (!found->rejected) {
        return;
    }

    before = *t;
    t->state = TKT_STATE_CLOSED;
    t->closed_at = (uint64_t) c->now_ms;
    t->close_reason = found->close_reason;
    t->held = 0;
    rejected.reason = tkt_genuine_reasons[c->lang == TKT_LANG_ZH];
    tkt_ticket_commit(&call, &before, t, &rejected);
}
