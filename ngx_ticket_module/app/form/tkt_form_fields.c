/*
 * The records of a form's fields; see the header.
 */

#include <stdio.h>

#include "app/form/tkt_form_int.h"
#include "app/resource/tkt_config.h"
#include "app/rows/tkt_items.h"


/* Room that is made first: most forms are not longer. */
#define TKT_FORM_FIELDS_FEW  8


/* ---- loading ---- */

static bool
tkt_form_before(const tkt_config_t *a, const tkt_config_t *b)
{
    return a->position < b->position
           || (a->position == b->position && a->id < b->id);
}


/* Puts it where it belongs among those before it. */
static void
tkt_form_fields_add(tkt_form_fields_t *fields, const tkt_form_field_t *f)
{
    size_t  i;

    for (i = fields->count++; i > 0; i--) {
        if (tkt_form_before(&fields->list[i - 1].head, &f->head)) {
            break;
        }

        fields->list[i] = fields->list[i - 1];
    }

    fields->list[i] = *f;
}


/* Room for one more; *room is for how many there is some. */
static bool
tkt_form_fields_grow(tkt_call_t *c, tkt_form_fields_t *fields, size_t *room)
{
    tkt_form_field_t  *list;

    if (fields->count < *room) {
        return true;
    }

    *room = (*room == 0) ? TKT_FORM_FIELDS_FEW : 2 * *room;
    list = tkt_arena_alloc(c->arena, *room * sizeof(tkt_form_field_t));

    if (list == NULL) {
        tkt_txn_fail(c->txn, TKT_BUSY);
        return false;
    }

    if (fields->count > 0) {
        memcpy(list, fields->list, fields->count * sizeof(tkt_form_field_t));
    }

    fields->list = list;

    return true;
}


bool
tkt_form_fields_load(tkt_call_t *c, uint64_t type, tkt_form_fields_t *fields)
{
    bool              good;
    size_t            room = 0;
    tkt_key_t         prefix;
    tkt_scan_t        scan;
    tkt_str_t         value;
    tkt_form_field_t  field;

    good = true;
    fields->count = 0;
    fields->list = NULL;

    tkt_key_config_kind(&prefix, c->actor->tenant, TKT_CONFIG_FORM_FIELD);
    tkt_key_u64(&prefix, type);
    tkt_scan_open(&scan, c->txn, TKT_DB_CONFIG, &prefix, NULL, false);

    while (good && fields->count < TKT_FORM_FIELDS_MAX
           && tkt_scan_next(&scan))
    {
        value = tkt_txn_is_write(c->txn) ? tkt_arena_copy(c->arena, scan.value)
                                         : scan.value;
        good = tkt_record_unpack(&tkt_form_field_schema, value, &field);

        if (!good) {
            tkt_txn_fail(c->txn, TKT_INTERNAL);

        } else if (field.head.active) {
            good = tkt_form_fields_grow(c, fields, &room);

            if (good) {
                tkt_form_fields_add(fields, &field);
            }
        }
    }

    tkt_scan_close(&scan);

    return good;
}


/* ---- a field's own record ---- */

/* One of the two; kept: what stands in the field, 0 for none. */
static bool
tkt_form_field_bound(tkt_call_t *c, const tkt_form_row_t *row,
    const char *pointer, uint64_t kept, int64_t least)
{
    int64_t  bound;

    if (kept == 0) {
        return true;
    }

    bound = tkt_int_value(kept, 0);

    if (row->most == 0) {
        tkt_call_invalid(c, pointer, "choice",
                         "fields of this kind have no bounds");
        return false;
    }

    if (bound > row->most) {
        tkt_call_invalid(c, pointer, "too-large",
                         "this is more than fields of this kind take");
        return false;
    }

    if (row->counts && bound < least) {
        tkt_call_invalid(c, pointer, "too-small",
                         "this is a length or a number of items");
        return false;
    }

    return true;
}


static bool
tkt_form_field_bounds(tkt_call_t *c, const tkt_form_field_t *f)
{
    const tkt_form_row_t  *row = tkt_form_row(f->kind);

    if (!tkt_form_field_bound(c, row, "/min", f->min, 0)
        || !tkt_form_field_bound(c, row, "/max", f->max, 1))
    {
        return false;
    }

    if (f->min != 0 && f->max != 0
        && tkt_int_value(f->min, 0) > tkt_int_value(f->max, 0))
    {
        tkt_call_invalid(c, "/min", "too-large", "this is more than max");
        return false;
    }

    if (row->counts && row->choices
        && tkt_int_value(f->min, 0) > (int64_t) tkt_items_count(f->choices))
    {
        tkt_call_invalid(c, "/min", "too-large",
                         "this is more than there are choices");
        return false;
    }

    return true;
}


static bool
tkt_form_field_currencies(tkt_call_t *c, const tkt_form_field_t *f)
{
    char             pointer[40];
    size_t           i;
    tkt_str_t        name, value;
    tkt_json_walk_t  w;

    if (f->currencies.len > 0 && f->kind != TKT_FORM_MONEY) {
        tkt_call_invalid(c, "/currencies", "choice",
                         "only fields of kind money have currencies");
        return false;
    }

    if (!tkt_json_walk_open(&w, f->currencies)) {
        return true;
    }

    for (i = 0; tkt_json_walk_next(&w, &name, &value); i++) {
        if (!tkt_form_is_currency(value)) {
            (void) snprintf(pointer, sizeof(pointer), "/currencies/%zu", i);
            tkt_call_invalid(c, pointer, "format",
                             "three capital letters (ISO 4217)");
            return false;
        }
    }

    return true;
}


bool
tkt_form_field_check(tkt_call_t *c, const void *before, void *after)
{
    const tkt_form_field_t  *f = after;

    if (tkt_form_row(f->kind)->choices != (f->choices.len > 0)) {
        tkt_call_invalid(c, "/choices", f->choices.len > 0 ? "choice"
                                                           : "required",
                         "what can be chosen, for kind choice and "
                         "multi_choice");
        return false;
    }

    if (f->choices_zh.len > 0
        && tkt_items_count(f->choices_zh) != tkt_items_count(f->choices))
    {
        tkt_call_invalid(c, "/choices_zh", "range",
                         "one for each of choices, in the same order");
        return false;
    }

    return tkt_form_field_bounds(c, f) && tkt_form_field_currencies(c, f);
}
