/*
 * Whom to ask about a ticket; see the header.
 */

#include "app/ticket/tkt_contact.h"
#include "domain/tkt_phones.h"


/* Whether the patch says what kind of number it is. */
static bool
tkt_contact_says_kind(const tkt_call_t *c)
{
    size_t              i, number;
    const tkt_field_t  *f;

    for (i = 0, number = 0; i < tkt_ticket_schema.count; i++) {
        f = &tkt_ticket_schema.fields[i];

        if (f->offset == offsetof(tkt_ticket_t, phone_kind)
            && f->sub == NULL)
        {
            return tkt_present_has(c->present, number);
        }

        number += tkt_field_span(f);
    }

    return false;
}


bool
tkt_contact_settle(tkt_call_t *c, const tkt_ticket_t *before, tkt_ticket_t *t)
{
    if (t->phone_kind == TKT_PHONE_NONE) {
        return true;
    }

    if (before != NULL && !tkt_str_eq(before->contact_phone, t->contact_phone)
        && !tkt_contact_says_kind(c))
    {
        t->phone_kind = TKT_PHONE_NONE;
        return true;
    }

    if (t->contact_phone.len == 0) {
        tkt_call_invalid(c, "/contact/phone", "required",
                         "phone_kind is the kind of this number");
        return false;
    }

    if (!tkt_phone_suits((tkt_phone_t) t->phone_kind, t->contact_phone)) {
        tkt_call_invalid(c, "/contact/phone", "format",
                         tkt_phone_fault((tkt_phone_t) t->phone_kind));
        return false;
    }

    return true;
}


void
tkt_contact_schema(tkt_out_t *o)
{
    unsigned  kind;

    tkt_out_name(o, "allOf");
    tkt_out_lit(o, "[");

    for (kind = TKT_PHONE_NONE + 1; kind < TKT_PHONE_MAX; kind++) {
        tkt_out_comma(o);
        tkt_out_lit(o, "{\"if\":{\"required\":[\"phone_kind\"],"
                    "\"properties\":{\"phone_kind\":{\"const\":");
        tkt_out_string(o, tkt_phone_names.names[kind]);
        tkt_out_lit(o, "}}},\"then\":{\"required\":[\"contact\"],"
                    "\"properties\":{\"contact\":{\"type\":\"object\","
                    "\"required\":[\"phone\"],\"properties\":{\"phone\":"
                    "{\"type\":\"string\",\"pattern\":\"");
        tkt_out_raw(o, tkt_str_z(tkt_phone_pattern((tkt_phone_t) kind)));
        tkt_out_lit(o, "\"}}}}}}");
    }

    tkt_out_lit(o, "]");
}
