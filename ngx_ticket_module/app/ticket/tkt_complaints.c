/*
 * Complaints; see the header.
 */

#include "app/notice/tkt_notices.h"
#include "app/resource/tkt_config.h"
#include "app/ticket/tkt_complaints.h"
#include "app/ticket/tkt_parts.h"
#include "app/ticket/tkt_ticket.h"


#define TKT_STATES_ENDED                                                      \
    (tkt_bit(TKT_STATE_CONFIRMED) | tkt_bit(TKT_STATE_RATED)                  \
     | tkt_bit(TKT_STATE_CLOSED))

#define tkt_has_ended(t)  ((TKT_STATES_ENDED & tkt_bit((t)->state)) != 0)


uint64_t
tkt_complaints_team(tkt_txn_t *txn, uint32_t tenant)
{
    uint64_t    id;
    tkt_key_t   prefix;
    tkt_scan_t  scan;
    tkt_team_t  team;

    /* bounded: TKT_TEAMS_MAX */

    tkt_key_config_kind(&prefix, tenant, TKT_CONFIG_TEAM);
    tkt_scan_open(&scan, txn, TKT_DB_CONFIG, &prefix, NULL, false);

    for (id = 0; id == 0 && tkt_scan_next(&scan); /* void */) {
        if (tkt_record_unpack_integers(&tkt_team_schema, scan.value, &team)
            && team.head.active && team.complaints)
        {
            id = team.head.id;
        }
    }

    tkt_scan_close(&scan);

    return id;
}


/* The active type for complaints, the first by id; false if there is none. */
static bool
tkt_complaint_type(tkt_call_t *c, tkt_ticket_type_t *type)
{
    bool        found;
    tkt_key_t   prefix;
    tkt_scan_t  scan;

    /* bounded: TKT_CONFIG_PER_KIND_MAX */

    tkt_key_config_kind(&prefix, c->actor->tenant, TKT_CONFIG_TYPE);
    tkt_scan_open(&scan, c->txn, TKT_DB_CONFIG, &prefix, NULL, false);

    for (found = false; !found && tkt_scan_next(&scan); /* void */) {
        found = tkt_record_unpack_integers(&tkt_type_schema, scan.value, type)
                && type->head.active
                && type->category == TKT_CATEGORY_COMPLAINT
                && tkt_record_unpack(&tkt_type_schema,
                                     tkt_arena_copy(c->arena, scan.value),
                                     type);
    }

    tkt_scan_close(&scan);

    return found;
}


/* What it is about decides who gets it; a team for complaints before all. */
static void
tkt_complaint_class(tkt_call_t *c, tkt_ticket_t *t)
{
    tkt_ticket_type_t  type = { .team = 0 };

    if (tkt_complaint_type(c, &type)) {
        t->type = type.head.name;
        t->type_id = type.head.id;
    }

    t->team = tkt_complaints_team(c->txn, c->actor->tenant);

    if (t->team == 0 && t->type_id != 0) {
        t->team = type.team;
    }
}


/* The first `max` characters of a text. */
static tkt_str_t
tkt_complaint_cut(tkt_str_t text, size_t max)
{
    size_t  i, chars;

    for (i = 0, chars = 0; i < text.len; i++) {

        if ((text.data[i] & 0xc0) == 0x80) {
            continue;
        }

        if (chars++ == max) {
            break;
        }
    }

    return (tkt_str_t) { text.data, i };
}


/* In the language of who complains. */
static tkt_str_t
tkt_complaint_subject(tkt_call_t *c, const tkt_ticket_t *t)
{
    tkt_str_t  number, subject;

    number = tkt_ticket_number(c->actor->prefix, t->id, c->arena);

    subject = tkt_arena_printf(c->arena,
                  c->lang == TKT_LANG_ZH ? "对工单 %.*s 的投诉：%.*s"
                                         : "Complaint about %.*s: %.*s",
                  (int) number.len, (const char *) number.data,
                  (int) t->subject.len, (const char *) t->subject.data);

    return tkt_complaint_cut(subject, TKT_SUBJECT_MAX_CHARS);
}


void
tkt_complaint_open(tkt_call_t *c, tkt_ticket_t *t, tkt_str_t reason)
{
    tkt_event_t   event = { .action = TKT_ACTION_SUBMIT + 1 };
    tkt_ticket_t  complaint = {
        .tenant = t->tenant, .state = TKT_STATE_NEW,
        .priority = TKT_PRIORITY_HIGH, .channel = t->channel,
        .requester = t->requester, .created_at = (uint64_t) c->now_ms,
        .drill = t->drill, .complaint_of = t->id, .description = reason,
        .account = t->account, .contact_name = t->contact_name,
        .contact_email = t->contact_email,
        .contact_phone = t->contact_phone, .phone_kind = t->phone_kind,
    };

    complaint.id = tkt_txn_next(c->txn, TKT_SEQ_TICKET);
    complaint.subject = tkt_complaint_subject(c, t);
    tkt_complaint_class(c, &complaint);

    tkt_ticket_commit(c, NULL, &complaint, &event);

    t->complaint = complaint.id;

    /* a ticket with as many links as it may have has these two members yet */

    (void) tkt_parts_link(c, t, complaint.id, TKT_LINK_COMPLAINT);
    tkt_notify_supervisors(c, TKT_NOTICE_COMPLAINT, &complaint);
}


void
tkt_complaint_follow(tkt_call_t *c, const tkt_ticket_t *before,
    const tkt_ticket_t *t)
{
    bool          open;
    tkt_event_t   event = {
        .action = TKT_ACTION_EDIT + 1, .automatic = 1, .internal = 1,
        .actor_role = TKT_ROLE_SYSTEM, .at = (uint64_t) c->now_ms,
    };
    tkt_ticket_t  was, about;

    if (before == NULL || t->complaint_of == 0
        || tkt_has_ended(before) == tkt_has_ended(t))
    {
        return;
    }

    open = !tkt_has_ended(t);

    if (!tkt_ticket_load(c->txn, (uint32_t) t->tenant, t->complaint_of, &was,
                         true, c->arena)
        || was.complaint != t->id || (was.complaint_open != 0) == open
        || was.archived)
    {
        return;
    }

    about = was;
    about.complaint_open = open;
    about.version++;
    about.updated_at = event.at;
    tkt_event_append(c->txn, &was, &about, &event, c->arena);
    tkt_ticket_save(c->txn, &was, &about, c->arena);
}
