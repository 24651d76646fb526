/*
 * Words for the values of the workflow: the stable names of the API, and the
 * labels that people read, in English and in Chinese.  A profile gives the
 * states the words of one desk's own manual; several states may share one.
 */

#include "domain/tkt_transitions.h"


#define TKT_NAMES(array)  { array, tkt_array_len(array) }


typedef struct {
    tkt_str_t  text[TKT_LANG_MAX];
} tkt_label_t;

#define TKT_LABEL(en, zh)  { { tkt_lit(en), tkt_lit(zh) } }


static const tkt_str_t  tkt_state_name[TKT_STATE_MAX] = {
    [TKT_STATE_NEW]          = tkt_lit("new"),
    [TKT_STATE_OPEN]         = tkt_lit("open"),
    [TKT_STATE_IN_PROGRESS]  = tkt_lit("in_progress"),
    [TKT_STATE_WAITING_USER] = tkt_lit("waiting_user"),
    [TKT_STATE_ON_HOLD]      = tkt_lit("on_hold"),
    [TKT_STATE_FOLLOW_UP]    = tkt_lit("follow_up"),
    [TKT_STATE_RESOLVED]     = tkt_lit("resolved"),
    [TKT_STATE_CONFIRMED]    = tkt_lit("confirmed"),
    [TKT_STATE_RATED]        = tkt_lit("rated"),
    [TKT_STATE_CLOSED]       = tkt_lit("closed")
};

static const tkt_str_t  tkt_role_name[TKT_ROLE_MAX] = {
    [TKT_ROLE_USER]       = tkt_lit("user"),
    [TKT_ROLE_AGENT]      = tkt_lit("agent"),
    [TKT_ROLE_SUPERVISOR] = tkt_lit("supervisor"),
    [TKT_ROLE_ADMIN]      = tkt_lit("admin"),
    [TKT_ROLE_BOT]        = tkt_lit("bot"),
    [TKT_ROLE_SYSTEM]     = tkt_lit("system")
};

static const tkt_str_t  tkt_priority_name[TKT_PRIORITY_MAX] = {
    [TKT_PRIORITY_LOW]    = tkt_lit("low"),
    [TKT_PRIORITY_NORMAL] = tkt_lit("normal"),
    [TKT_PRIORITY_HIGH]   = tkt_lit("high"),
    [TKT_PRIORITY_URGENT] = tkt_lit("urgent")
};

static const tkt_str_t  tkt_close_name[TKT_CLOSE_MAX] = {
    [TKT_CLOSE_SATISFIED] = tkt_lit("satisfied"),
    [TKT_CLOSE_COMPLETED] = tkt_lit("completed"),
    [TKT_CLOSE_WITHDRAWN] = tkt_lit("withdrawn"),
    [TKT_CLOSE_TIMEOUT]   = tkt_lit("timeout"),
    [TKT_CLOSE_DUPLICATE] = tkt_lit("duplicate"),
    [TKT_CLOSE_MERGED]    = tkt_lit("merged"),
    [TKT_CLOSE_SPAM]      = tkt_lit("spam"),
    [TKT_CLOSE_REJECTED]  = tkt_lit("rejected"),
    [TKT_CLOSE_ADMIN]     = tkt_lit("admin")
};

static const tkt_str_t  tkt_bucket_name[TKT_BUCKET_MAX] = {
    [TKT_BUCKET_SUBMITTED] = tkt_lit("submitted"),
    [TKT_BUCKET_PENDING]   = tkt_lit("pending"),
    [TKT_BUCKET_COMPLETED] = tkt_lit("completed"),
    [TKT_BUCKET_CLOSED]    = tkt_lit("closed")
};

static const tkt_str_t  tkt_profile_name[TKT_PROFILE_MAX] = {
    [TKT_PROFILE_CANONICAL] = tkt_lit("canonical"),
    [TKT_PROFILE_S000]      = tkt_lit("s000"),
    [TKT_PROFILE_S001]      = tkt_lit("s001"),
    [TKT_PROFILE_S002]      = tkt_lit("s002")
};


typedef struct {
    bool       is_route;
    tkt_str_t  doc;
} tkt_action_row_t;

static const tkt_str_t  tkt_action_name[TKT_ACTION_MAX] = {
#define X(name, verb, is_route, doc)  tkt_lit(verb),
    TKT_ACTION_TABLE(X)
#undef X
};

static const tkt_action_row_t  tkt_action_rows[TKT_ACTION_MAX] = {
#define X(name, verb, is_route, doc)  { is_route, tkt_lit(doc) },
    TKT_ACTION_TABLE(X)
#undef X
};


static const tkt_str_t  tkt_actor_name[TKT_ACTOR_COUNT] = {
#define X(name, text, doc)  tkt_lit(text),
    TKT_ACTOR_TABLE(X)
#undef X
};

static const tkt_str_t  tkt_actor_docs[TKT_ACTOR_COUNT] = {
#define X(name, text, doc)  tkt_lit(doc),
    TKT_ACTOR_TABLE(X)
#undef X
};

static const tkt_str_t  tkt_guard_name[TKT_GUARD_COUNT] = {
#define X(name, text, doc)  tkt_lit(text),
    TKT_GUARD_TABLE(X)
#undef X
};

static const tkt_str_t  tkt_guard_docs[TKT_GUARD_COUNT] = {
#define X(name, text, doc)  tkt_lit(doc),
    TKT_GUARD_TABLE(X)
#undef X
};


#define TKT_EFFECT_TABLE(X)                                                   \
    X(ASSIGN_SELF,     "assign_self",     "the caller becomes the assignee "  \
                                          "if nobody is")                     \
    X(ASSIGN_TARGET,   "assign_target",   "the named agent becomes the "      \
                                          "assignee")                         \
    X(UNASSIGN,        "unassign",        "nobody is assigned any more")      \
    X(VERIFIED,        "verified",        "`verified` is set")                \
    X(FIRST_VIEWED,    "first_viewed",    "`first_viewed_at` is set if it "   \
                                          "was not")                          \
    X(FIRST_RESPONSE,  "first_response",  "`first_response_at` is set if it " \
                                          "was not")                          \
    X(ASSESSMENT,      "assessment",      "`complexity`, `plan` and `eta` "   \
                                          "are set")                          \
    X(TIER_UP,         "tier_up",         "`tier` grows by one")              \
    X(TIER_DOWN,       "tier_down",       "`tier` falls by one")              \
    X(RESOLVED_AT,     "resolved_at",     "`resolved_at` is set")             \
    X(CONFIRMED_AT,    "confirmed_at",    "`confirmed_at` is set")            \
    X(RATING,          "rating",          "the rating and `rated_at` are "    \
                                          "stored")                           \
    X(CLOSED_AT,       "closed_at",       "`closed_at` and `close_reason` "   \
                                          "are set")                          \
    X(REOPEN,          "reopen",          "`reopen_count` grows; times and "  \
                                          "reason of the end are cleared")    \
    X(FOLLOW_UP,       "follow_up",       "`follow_up_count` grows")          \
    X(URGE,            "urge",            "`urge_count` grows")               \
    X(COMPLAINT,       "complaint",       "a complaint is opened")            \
    X(RESUME_AT,       "resume_at",       "the time to go on is noted")       \
    X(MERGED_INTO,     "merged_into",     "linked to the ticket it was "      \
                                          "merged into")                      \
    X(AUTO,            "auto",            "marked as done by a timer")        \
    X(ARCHIVED,        "archived",        "frozen for good")                  \
    X(MESSAGE,         "message",         "the text becomes a public "        \
                                          "message")                          \
    X(PRIORITY_FLOOR,  "priority_floor",  "`priority` is at least high")      \
    X(RATING_OPTIONAL, "rating_optional", "a rating is stored if scores are " \
                                          "given")                            \
    X(UNMERGE,         "unmerge",         "time, reason and target of the "   \
                                          "merge are cleared")

/* both compilers in use fold the builtin into a constant */
static const tkt_str_t  tkt_effect_name[] = {
#define X(name, text, doc)  [__builtin_ctz(TKT_FX_##name)] = tkt_lit(text),
    TKT_EFFECT_TABLE(X)
#undef X
};

static const tkt_str_t  tkt_effect_docs[] = {
#define X(name, text, doc)  [__builtin_ctz(TKT_FX_##name)] = tkt_lit(doc),
    TKT_EFFECT_TABLE(X)
#undef X
};


static const tkt_label_t  tkt_state_labels[TKT_PROFILE_MAX][TKT_STATE_MAX] = {
    [TKT_PROFILE_CANONICAL] = {
        [TKT_STATE_NEW]          = TKT_LABEL("New", "新建"),
        [TKT_STATE_OPEN]         = TKT_LABEL("Open", "待处理"),
        [TKT_STATE_IN_PROGRESS]  = TKT_LABEL("In progress", "处理中"),
        [TKT_STATE_WAITING_USER] = TKT_LABEL("Waiting for requester",
                                             "待用户回复"),
        [TKT_STATE_ON_HOLD]      = TKT_LABEL("On hold", "已挂起"),
        [TKT_STATE_FOLLOW_UP]    = TKT_LABEL("Follow-up", "追问中"),
        [TKT_STATE_RESOLVED]     = TKT_LABEL("Resolved", "已解决"),
        [TKT_STATE_CONFIRMED]    = TKT_LABEL("Confirmed", "已确认"),
        [TKT_STATE_RATED]        = TKT_LABEL("Rated", "已评价"),
        [TKT_STATE_CLOSED]       = TKT_LABEL("Closed", "已关闭")
    },
    [TKT_PROFILE_S000] = {
        [TKT_STATE_NEW]          = TKT_LABEL("Submitted", "已提交"),
        [TKT_STATE_OPEN]         = TKT_LABEL("Submitted", "已提交"),
        [TKT_STATE_IN_PROGRESS]  = TKT_LABEL("Pending", "待处理"),
        [TKT_STATE_WAITING_USER] = TKT_LABEL("Pending", "待处理"),
        [TKT_STATE_ON_HOLD]      = TKT_LABEL("Pending", "待处理"),
        [TKT_STATE_FOLLOW_UP]    = TKT_LABEL("Pending", "待处理"),
        [TKT_STATE_RESOLVED]     = TKT_LABEL("Pending", "待处理"),
        [TKT_STATE_CONFIRMED]    = TKT_LABEL("Completed", "完成"),
        [TKT_STATE_RATED]        = TKT_LABEL("Completed", "完成"),
        [TKT_STATE_CLOSED]       = TKT_LABEL("Closed", "关闭")
    },
    [TKT_PROFILE_S001] = {
        [TKT_STATE_NEW]          = TKT_LABEL("Accepted", "已受理"),
        [TKT_STATE_OPEN]         = TKT_LABEL("Accepted", "已受理"),
        [TKT_STATE_IN_PROGRESS]  = TKT_LABEL("Processing", "处理中"),
        [TKT_STATE_WAITING_USER] = TKT_LABEL("Processing", "处理中"),
        [TKT_STATE_ON_HOLD]      = TKT_LABEL("Processing", "处理中"),
        [TKT_STATE_FOLLOW_UP]    = TKT_LABEL("Processing", "处理中"),
        [TKT_STATE_RESOLVED]     = TKT_LABEL("Processed", "已处理"),
        [TKT_STATE_CONFIRMED]    = TKT_LABEL("Confirmed", "已确认"),
        [TKT_STATE_RATED]        = TKT_LABEL("Rated", "已评价"),
        [TKT_STATE_CLOSED]       = TKT_LABEL("Closed", "已关闭")
    },
    [TKT_PROFILE_S002] = {
        [TKT_STATE_NEW]          = TKT_LABEL("New", "新的信息"),
        [TKT_STATE_OPEN]         = TKT_LABEL("Open", "打开"),
        [TKT_STATE_IN_PROGRESS]  = TKT_LABEL("Open", "打开"),
        [TKT_STATE_WAITING_USER] = TKT_LABEL("Open", "打开"),
        [TKT_STATE_ON_HOLD]      = TKT_LABEL("Open", "打开"),
        [TKT_STATE_FOLLOW_UP]    = TKT_LABEL("Follow-up", "追问"),
        [TKT_STATE_RESOLVED]     = TKT_LABEL("Resolved", "解决"),
        [TKT_STATE_CONFIRMED]    = TKT_LABEL("Closed", "关闭"),
        [TKT_STATE_RATED]        = TKT_LABEL("Closed", "关闭"),
        [TKT_STATE_CLOSED]       = TKT_LABEL("Closed", "关闭")
    }
};


static const tkt_label_t  tkt_action_labels[TKT_ACTION_MAX] = {
    [TKT_ACTION_SUBMIT]       = TKT_LABEL("Submit", "提交工单"),
    [TKT_ACTION_VERIFY]       = TKT_LABEL("Verify", "核实"),
    [TKT_ACTION_REJECT]       = TKT_LABEL("Reject", "驳回"),
    [TKT_ACTION_CLAIM]        = TKT_LABEL("Claim", "领取"),
    [TKT_ACTION_ASSIGN]       = TKT_LABEL("Assign", "分配"),
    [TKT_ACTION_START]        = TKT_LABEL("Start", "开始处理"),
    [TKT_ACTION_ASSESS]       = TKT_LABEL("Assess", "评估"),
    [TKT_ACTION_TRANSFER]     = TKT_LABEL("Transfer", "转交"),
    [TKT_ACTION_ESCALATE]     = TKT_LABEL("Escalate", "升级"),
    [TKT_ACTION_DEESCALATE]   = TKT_LABEL("De-escalate", "降级"),
    [TKT_ACTION_REQUEST_INFO] = TKT_LABEL("Request information",
                                          "请求补充信息"),
    [TKT_ACTION_HOLD]         = TKT_LABEL("Put on hold", "挂起"),
    [TKT_ACTION_RESUME]       = TKT_LABEL("Resume", "恢复处理"),
    [TKT_ACTION_RESOLVE]      = TKT_LABEL("Resolve", "完结工单"),
    [TKT_ACTION_CONFIRM]      = TKT_LABEL("Confirm", "确认完成"),
    [TKT_ACTION_RATING]       = TKT_LABEL("Rate", "评价"),
    [TKT_ACTION_CLOSE]        = TKT_LABEL("Close", "关闭工单"),
    [TKT_ACTION_REOPEN]       = TKT_LABEL("Reopen", "重新开放"),
    [TKT_ACTION_URGE]         = TKT_LABEL("Urge", "催单"),
    [TKT_ACTION_COMPLAIN]     = TKT_LABEL("Complain", "投诉"),
    [TKT_ACTION_MERGE]        = TKT_LABEL("Merge", "合并"),
    [TKT_ACTION_REPLY]        = TKT_LABEL("Reply", "回复"),
    [TKT_ACTION_MESSAGE]      = TKT_LABEL("Send a message", "留言"),
    [TKT_ACTION_NOTE]         = TKT_LABEL("Add a note", "内部备注"),
    [TKT_ACTION_COURTESY]     = TKT_LABEL("Courtesy message", "礼貌留言"),
    [TKT_ACTION_EDIT]         = TKT_LABEL("Edit", "编辑"),
    [TKT_ACTION_REVEAL]       = TKT_LABEL("Reveal confidential text",
                                          "查看机密信息"),
    [TKT_ACTION_TIMEOUT]      = TKT_LABEL("Time out", "超时处理"),
    [TKT_ACTION_ARCHIVE]      = TKT_LABEL("Archive", "归档"),
    [TKT_ACTION_FORWARD]      = TKT_LABEL("Forward upwards", "上报"),
    [TKT_ACTION_SHRED]        = TKT_LABEL("Destroy confidential text",
                                          "销毁机密信息"),
    [TKT_ACTION_UNMERGE]      = TKT_LABEL("Undo the merge", "撤销合并")
};


const tkt_names_t  tkt_state_names = TKT_NAMES(tkt_state_name);
const tkt_names_t  tkt_role_names = TKT_NAMES(tkt_role_name);
const tkt_names_t  tkt_priority_names = TKT_NAMES(tkt_priority_name);
const tkt_names_t  tkt_close_names = TKT_NAMES(tkt_close_name);
const tkt_names_t  tkt_bucket_names = TKT_NAMES(tkt_bucket_name);
const tkt_names_t  tkt_profile_names = TKT_NAMES(tkt_profile_name);
const tkt_names_t  tkt_action_names = TKT_NAMES(tkt_action_name);
const tkt_names_t  tkt_actor_names = TKT_NAMES(tkt_actor_name);
const tkt_names_t  tkt_guard_names = TKT_NAMES(tkt_guard_name);
const tkt_names_t  tkt_effect_names = TKT_NAMES(tkt_effect_name);


static tkt_str_t
tkt_label_text(const tkt_label_t *label, tkt_lang_t lang)
{
    return label->text[(unsigned) lang < TKT_LANG_MAX ? lang : TKT_LANG_EN];
}


tkt_str_t
tkt_workflow_label(tkt_profile_t profile, tkt_state_t state, tkt_lang_t lang)
{
    if ((unsigned) profile >= TKT_PROFILE_MAX
        || (unsigned) state >= TKT_STATE_MAX)
    {
        return tkt_str("");
    }

    return tkt_label_text(&tkt_state_labels[profile][state], lang);
}


tkt_str_t
tkt_action_label(tkt_action_t action, tkt_lang_t lang)
{
    if ((unsigned) action >= TKT_ACTION_MAX) {
        return tkt_str("");
    }

    return tkt_label_text(&tkt_action_labels[action], lang);
}


bool
tkt_action_is_route(tkt_action_t action)
{
    return (unsigned) action < TKT_ACTION_MAX
           && tkt_action_rows[action].is_route;
}


tkt_str_t
tkt_action_doc(tkt_action_t action)
{
    if ((unsigned) action >= TKT_ACTION_MAX) {
        return tkt_str("");
    }

    return tkt_action_rows[action].doc;
}


tkt_str_t
tkt_actor_doc(size_t bit)
{
    return bit < tkt_array_len(tkt_actor_docs) ? tkt_actor_docs[bit]
                                               : tkt_str("");
}


tkt_str_t
tkt_guard_doc(size_t bit)
{
    return bit < tkt_array_len(tkt_guard_docs) ? tkt_guard_docs[bit]
                                               : tkt_str("");
}


tkt_str_t
tkt_effect_doc(size_t bit)
{
    return bit < tkt_array_len(tkt_effect_docs) ? tkt_effect_docs[bit]
                                                : tkt_str("");
}
