/*
 * GET /v1/types/{id}/form: the body of POST /v1/tickets for a type, as JSON
 * Schema 2020-12, for the caller and in his language.  The rows that decode a
 * submission write it; type, feature and custom are those of the type.
 */

#include "app/call/tkt_ops.h"
#include "app/form/tkt_form_fields.h"
#include "app/resource/tkt_config.h"
#include "app/resource/tkt_resource.h"
#include "app/ticket/tkt_contact.h"


typedef struct {
    tkt_call_t         *call;
    tkt_out_t          *out;
    tkt_ticket_type_t   type;
    bool                staff;
} tkt_form_out_t;


static const struct {
    const char  *name;
    tkt_need_t   need;
} tkt_form_needed[] = {
    { "account", TKT_NEED_ACCOUNT },
    { "contact", TKT_NEED_CONTACT },
    { "error_message", TKT_NEED_ERROR_MESSAGE },
    { "wanted_by", TKT_NEED_WANTED_BY },
    { "frequency", TKT_NEED_FREQUENCY },
    { "attachments", TKT_NEED_ATTACHMENTS },
    { "feature", TKT_NEED_FEATURE },
};


/* Whether the caller may send a row. */
static bool
tkt_form_takes(const tkt_form_out_t *x, const tkt_field_t *f)
{
    return (f->in & TKT_USE_CREATE)
           && (f->writers == 0
               || (f->writers & tkt_bit(x->call->actor->role)));
}


static bool
tkt_form_needs_row(const tkt_form_out_t *x, const tkt_field_t *f)
{
    size_t  i;

    for (i = 0; i < tkt_array_len(tkt_form_needed); i++) {
        if (strcmp(f->name, tkt_form_needed[i].name) == 0) {
            return (x->type.needs & tkt_bit(tkt_form_needed[i].need)) != 0;
        }
    }

    return false;
}


/* Names of the active features, in their order. */
static void
tkt_form_features(tkt_form_out_t *x, bool needed)
{
    bool            none = needed;
    tkt_out_t      *o = x->out;
    tkt_key_t       prefix;
    tkt_scan_t      scan;
    tkt_call_t     *c = x->call;
    tkt_feature_t   feature;

    tkt_out_raw(o, needed ? tkt_str("{\"type\":\"string\",\"oneOf\":[")
                          : tkt_str("{\"oneOf\":[{\"type\":\"null\"}"));

    tkt_key_config_kind(&prefix, c->actor->tenant, TKT_CONFIG_FEATURE);
    tkt_key_u64(&prefix, x->type.head.id);
    tkt_scan_open(&scan, c->txn, TKT_DB_CONFIG, &prefix, NULL, false);

    while (tkt_scan_next(&scan)) {

        if (!tkt_record_unpack(&tkt_feature_schema, scan.value, &feature)) {
            tkt_txn_fail(c->txn, TKT_INTERNAL);
            break;
        }

        if (feature.head.active) {
            none = false;
            tkt_out_comma(o);
            tkt_out_lit(o, "{\"const\":");
            tkt_out_string(o, feature.head.name);
            tkt_out_name(o, "title");
            tkt_out_string(o, tkt_config_title(&feature.head, c->lang));
            tkt_out_lit(o, "}");
        }
    }

    tkt_scan_close(&scan);

    /* nothing can be sent; a list of alternatives must not be empty, though */

    if (none) {
        tkt_out_lit(o, "false");
    }

    tkt_out_lit(o, "]}");
}


/* An address or a number is wanted: in the words of the contact's own rows. */
static void
tkt_form_contact(tkt_form_out_t *x, const tkt_field_t *f)
{
    tkt_field_t  row = *f;

    row.required = TKT_USE_CREATE;
    tkt_out_lit(x->out, "{\"allOf\":[");
    tkt_out_schema_row(x->out, &row, TKT_USE_CREATE);
    tkt_out_lit(x->out, "],\"anyOf\":[{\"required\":[\"email\"],"
                "\"properties\":{\"email\":{\"type\":\"string\"}}},"
                "{\"required\":[\"phone\"],\"properties\":{\"phone\":"
                "{\"type\":\"string\"}}}]}");
}


static void
tkt_form_row_out(tkt_form_out_t *x, const tkt_field_t *f)
{
    bool               needed = tkt_form_needs_row(x, f);
    tkt_out_t         *o = x->out;
    tkt_field_t        row = *f;
    tkt_form_fields_t  fields;

    tkt_out_name(o, f->name);

    if (strcmp(f->name, "type") == 0) {
        tkt_out_lit(o, "{\"const\":");
        tkt_out_string(o, x->type.head.name);
        tkt_out_lit(o, "}");

    } else if (strcmp(f->name, "feature") == 0) {
        tkt_form_features(x, needed);

    } else if (strcmp(f->name, "custom") == 0) {
        if (tkt_form_fields_load(x->call, x->type.head.id, &fields)) {
            tkt_form_fields_schema(x->call, o, &fields, x->staff);
        }

    } else if (strcmp(f->name, "contact") == 0 && needed) {
        tkt_form_contact(x, f);

    } else if (f->type == TKT_T_TAGS && needed) {
        row.required = TKT_USE_CREATE;
        tkt_out_lit(o, "{\"minItems\":1,");
        tkt_out_schema_words(o, &row, TKT_USE_CREATE);
        tkt_out_lit(o, "}");

    } else {
        if (needed) {
            row.required = TKT_USE_CREATE;
            row.min = (row.min != 0) ? row.min : 1;
        }

        tkt_out_schema_row(o, &row, TKT_USE_CREATE);
    }
}


/* Whether the form's own fields want something at once. */
static bool
tkt_form_custom_required(tkt_form_out_t *x)
{
    size_t             i;
    tkt_form_fields_t  fields;

    if (!tkt_form_fields_load(x->call, x->type.head.id, &fields)) {
        return false;
    }

    for (i = 0; i < fields.count; i++) {
        if (fields.list[i].required
            && (x->staff || !fields.list[i].staff_only))
        {
            return true;
        }
    }

    return false;
}


static void
tkt_form_required(tkt_form_out_t *x)
{
    size_t              i;
    tkt_out_t          *o = x->out;
    const tkt_field_t  *f;

    tkt_out_name(o, "required");
    tkt_out_lit(o, "[\"type\"");

    if (tkt_form_custom_required(x)) {
        tkt_out_lit(o, ",\"custom\"");
    }

    for (i = 0; i < tkt_ticket_schema.count; i++) {
        f = &tkt_ticket_schema.fields[i];

        if (tkt_form_takes(x, f) && ((f->required & TKT_USE_CREATE)
                                     || tkt_form_needs_row(x, f)))
        {
            tkt_out_comma(o);
            tkt_out_string_z(o, f->name);
        }
    }

    tkt_out_lit(o, "]");
}


static void
tkt_form_title(tkt_form_out_t *x)
{
    bool        zh = (x->call->lang == TKT_LANG_ZH);
    tkt_out_t  *o = x->out;
    tkt_str_t   prompt;

    prompt = zh ? x->type.prompt_zh : x->type.prompt_en;

    if (prompt.len == 0) {
        prompt = zh ? x->type.prompt_en : x->type.prompt_zh;
    }

    tkt_out_name(o, "title");
    tkt_out_string(o, tkt_config_title(&x->type.head, x->call->lang));

    if (prompt.len > 0) {
        tkt_out_name(o, "description");
        tkt_out_string(o, prompt);
    }
}


void
tkt_op_type_form(tkt_call_t *c)
{
    size_t              i;
    tkt_out_t           o;
    tkt_form_out_t      x = { .call = c, .out = &o };
    const tkt_field_t  *f;

    if (!tkt_resource_find(c, &tkt_resource_type, &x.type)) {
        return;
    }

    x.staff = (TKT_ROLES_STAFF & tkt_bit(c->actor->role)) != 0;

    tkt_out_init(&o, c->arena, 16384);
    tkt_out_lit(&o, "{\"$schema\":"
                "\"https://json-schema.org/draft/2020-12/schema\"");
    tkt_form_title(&x);
    tkt_out_lit(&o, ",\"type\":\"object\",\"properties\":{");

    for (i = 0; i < tkt_ticket_schema.count; i++) {
        f = &tkt_ticket_schema.fields[i];

        if (tkt_form_takes(&x, f)) {
            tkt_form_row_out(&x, f);
        }
    }

    tkt_out_lit(&o, "}");
    tkt_form_required(&x);
    tkt_contact_schema(&o);
    tkt_out_name(&o, "additionalProperties");
    tkt_out_lit(&o, "false}");

    tkt_call_answer(c, &o);
}
