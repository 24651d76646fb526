/*
 * Frames and rows.  A refused value is read to its end without looking at
 * it, so that the next member's faults are found too.
 */

#include "base/tkt_limits.h"
#include "codec/tkt_json_reader.h"


static inline tkt_frame_t *
tkt_reader_top(tkt_reader_t *r)
{
    return &r->frames[r->depth - 1];
}


static bool
tkt_reader_stop(tkt_reader_t *r, const char *reason)
{
    r->stop = reason;

    return false;
}


static tkt_frame_t *
tkt_reader_push(tkt_reader_t *r, tkt_in_t in)
{
    tkt_frame_t  *frame;

    frame = &r->frames[r->depth++];

    frame->in = in;
    frame->count = 0;
    frame->row = NULL;
    frame->name.data = NULL;
    frame->name.len = 0;

    return frame;
}


/* Counts an item if the value now coming is one. */
static bool
tkt_reader_count(tkt_reader_t *r, tkt_frame_t *frame)
{
    if (tkt_frame_is_map(frame)) {
        return true;
    }

    return ++frame->count <= TKT_JSON_ITEMS_MAX
           || tkt_reader_stop(r, "this array has more than 1000 items");
}


bool
tkt_reader_scalar(tkt_reader_t *r, tkt_json_kind_t kind, tkt_str_t text)
{
    tkt_frame_t  *frame;

    if (r->depth == 0) {
        return tkt_reader_stop(r, "the text must be one object");
    }

    frame = tkt_reader_top(r);

    if (!tkt_reader_count(r, frame)) {
        return false;
    }

    switch (frame->in) {

    case TKT_IN_OBJECT:
        return tkt_reader_member(r, kind, text);

    case TKT_IN_SET:
    case TKT_IN_TAGS:
        tkt_reader_item(r, kind == TKT_JSON_STRING ? &text : NULL);
        return !r->arena->failed;

    case TKT_IN_KEPT_MAP:
    case TKT_IN_KEPT_LIST:
        return tkt_reader_kept_scalar(r, kind, text);

    default:
        return true;
    }
}


/* name may hold a NUL, so the end of z is looked for on the way. */
static inline bool
tkt_reader_name_is(const char *z, tkt_str_t name)
{
    size_t  i;

    for (i = 0; i < name.len; i++) {
        if (z[i] == '\0' || (uint8_t) z[i] != name.data[i]) {
            return false;
        }
    }

    return z[i] == '\0';
}


/* Sets the frame's row, or reports why there is none. */
static void
tkt_reader_find(tkt_reader_t *r, tkt_frame_t *frame, tkt_str_t name)
{
    size_t              i, number;
    const tkt_field_t  *f;

    number = frame->base;
    f = frame->schema->fields;

    for (i = 0; i < frame->schema->count; i++, f++) {
        if (tkt_reader_name_is(f->name, name)) {
            break;
        }

        number += (f->type == TKT_T_OBJECT) ? tkt_field_span(f) : 1;
    }

    frame->row = NULL;

    if (i == frame->schema->count || (f->in & r->use) == 0) {
        frame->name = name;
        tkt_reader_fault(r, NULL, "unknown", i == frame->schema->count
                         ? "There is no member of this name."
                         : "This member cannot be set here.");
        return;
    }

    if (tkt_present_has(&r->seen, number)) {
        tkt_reader_fault(r, f->name, "duplicate",
                         "This member is given twice.");
        return;
    }

    tkt_present_set(&r->seen, number);
    frame->row = f;
    frame->number = number;
}


bool
tkt_reader_name(tkt_reader_t *r, tkt_str_t name)
{
    tkt_frame_t  *frame;

    frame = tkt_reader_top(r);

    if (++frame->count > TKT_JSON_MEMBERS_MAX) {
        return tkt_reader_stop(r, "this object has more than 256 members");
    }

    if (frame->in == TKT_IN_OBJECT) {
        tkt_reader_find(r, frame, name);

    } else if (frame->in == TKT_IN_KEPT_MAP) {
        return tkt_reader_kept_name(r, frame, name);
    }

    return !r->arena->failed;
}


static void
tkt_reader_open_object(tkt_reader_t *r, const tkt_schema_t *s, size_t base)
{
    tkt_frame_t  *frame;

    frame = tkt_reader_push(r, TKT_IN_OBJECT);
    frame->schema = s;
    frame->base = base;
}


static void
tkt_reader_open_kept(tkt_reader_t *r, bool map)
{
    size_t  first;

    if (!tkt_keep_fits(&r->keep)) {
        tkt_reader_too_long(r);
    }

    first = tkt_keep_open(&r->keep, map ? '{' : '[');

    tkt_reader_push(r, map ? TKT_IN_KEPT_MAP : TKT_IN_KEPT_LIST)->first =
        first;
}


static void
tkt_reader_open_member(tkt_reader_t *r, const tkt_field_t *f, size_t number,
    bool map)
{
    tkt_refusal_t  refusal;

    if (f != NULL && f->type == TKT_T_OBJECT && map) {
        tkt_present_set(r->present, number);
        tkt_reader_open_object(r, f->sub, number + 1);
        return;
    }

    if (f != NULL && f->type == TKT_T_JSON && map) {
        tkt_reader_value_begin(r, f, number);
        tkt_reader_open_kept(r, true);
        return;
    }

    if (f != NULL && !map && (f->type == TKT_T_SET || f->type == TKT_T_TAGS)) {
        tkt_reader_value_begin(r, f, number);

        if (f->type == TKT_T_TAGS) {
            (void) tkt_keep_open(&r->keep, '[');
        }

        (void) tkt_reader_push(r, f->type == TKT_T_SET ? TKT_IN_SET
                                                       : TKT_IN_TAGS);
        return;
    }

    if (f != NULL) {
        (void) tkt_reject_type(&refusal, f);
        tkt_reader_refused(r, &refusal);
    }

    (void) tkt_reader_push(r, map ? TKT_IN_SKIPPED_MAP : TKT_IN_SKIPPED_LIST);
}


bool
tkt_reader_open(tkt_reader_t *r, bool map)
{
    tkt_frame_t  *frame;

    if (r->depth == TKT_JSON_DEPTH_MAX_LEVELS) {
        return tkt_reader_stop(r, "the nesting is deeper than 16 levels");
    }

    if (r->depth == 0) {
        if (r->kept != NULL) {
            tkt_reader_open_member(r, r->kept, 0, map);

        } else {
            tkt_reader_open_object(r, r->schema, 0);
        }

        return !r->arena->failed;
    }

    frame = tkt_reader_top(r);

    if (!tkt_reader_count(r, frame)) {
        return false;
    }

    switch (frame->in) {

    case TKT_IN_OBJECT:
        tkt_reader_open_member(r, frame->row, frame->number, map);
        break;

    case TKT_IN_KEPT_MAP:
    case TKT_IN_KEPT_LIST:
        tkt_reader_open_kept(r, map);
        break;

    case TKT_IN_SET:
    case TKT_IN_TAGS:
        tkt_reader_item(r, NULL);
        /* fall through */

    default:
        (void) tkt_reader_push(r, map ? TKT_IN_SKIPPED_MAP
                                      : TKT_IN_SKIPPED_LIST);
    }

    return !r->arena->failed;
}


/* Reports the rows of the object now ending that had to be there. */
static void
tkt_reader_require(tkt_reader_t *r, const tkt_frame_t *frame)
{
    size_t              i, number;
    const tkt_field_t  *f;

    number = frame->base;
    f = frame->schema->fields;

    for (i = 0; i < frame->schema->count; i++, f++) {
        if ((f->required & r->use) != 0 && !tkt_present_has(&r->seen, number))
        {
            tkt_reader_fault(r, f->name, "required",
                             "This member is required.");
        }

        number += (f->type == TKT_T_OBJECT) ? tkt_field_span(f) : 1;
    }
}


bool
tkt_reader_close(tkt_reader_t *r)
{
    tkt_frame_t  *frame;

    frame = tkt_reader_top(r);

    switch (frame->in) {

    case TKT_IN_OBJECT:
        if (!r->merge) {
            tkt_reader_require(r, frame);
        }
        break;

    case TKT_IN_KEPT_MAP:
        tkt_keep_close(&r->keep, '}', frame->first);
        break;

    case TKT_IN_KEPT_LIST:
        tkt_keep_close(&r->keep, ']', frame->first);
        break;

    case TKT_IN_TAGS:
        tkt_keep_close(&r->keep, ']', 0);
        break;

    default:
        break;
    }

    r->depth--;

    if (r->row != NULL && r->depth == r->level) {
        tkt_reader_value_end(r);
        r->row = NULL;
    }

    return !r->arena->failed;
}
