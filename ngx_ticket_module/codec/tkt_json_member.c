/*
 * What a value does to its row: stored, refused with a pointer, or added to
 * the text of the free value that is open.
 */

#include "base/tkt_limits.h"
#include "base/tkt_text.h"
#include "codec/tkt_json_reader.h"


#define TKT_POINTER_NAME_MAX_BYTES  64
#define TKT_POINTER_MAX_BYTES                                                 \
    ((TKT_JSON_DEPTH_MAX_LEVELS + 1) * (2 * TKT_POINTER_NAME_MAX_BYTES + 1))


/*
 * Appends "/name" to a pointer (RFC 6901, section 3), cutting long names
 * between characters.
 */
static uint8_t *
tkt_pointer_add(uint8_t *p, tkt_str_t name)
{
    size_t  i, len;

    len = name.len;

    if (len > TKT_POINTER_NAME_MAX_BYTES) {
        len = TKT_POINTER_NAME_MAX_BYTES;

        while (len > 0 && (name.data[len] & 0xc0) == 0x80) {
            len--;
        }
    }

    *p++ = '/';

    for (i = 0; i < len; i++) {
        if (name.data[i] == '~' || name.data[i] == '/') {
            *p++ = '~';
            *p++ = (name.data[i] == '~') ? '0' : '1';

        } else {
            *p++ = name.data[i];
        }
    }

    return p;
}


/* Reports a fault of the value now read, or of the member `last` in it. */
void
tkt_reader_fault(tkt_reader_t *r, const char *last, const char *code,
    const char *detail)
{
    size_t              i;
    uint8_t             text[TKT_POINTER_MAX_BYTES], digits[TKT_U64_MAX_CHARS];
    uint8_t            *p;
    tkt_str_t           s;
    const tkt_frame_t  *frame;

    p = text;

    for (i = 0; i < r->depth; i++) {
        frame = &r->frames[i];

        if (last != NULL && i == r->depth - 1) {
            s = tkt_str_z(last);

        } else if (!tkt_frame_is_map(frame)) {
            s.data = digits;
            s.len = tkt_u64_format(digits, frame->count - 1);

        } else {
            s = (frame->row != NULL) ? tkt_str_z(frame->row->name)
                                     : frame->name;
        }

        p = tkt_pointer_add(p, s);
    }

    s.data = text;
    s.len = (size_t) (p - text);

    if (r->prefix.len != 0) {
        s = tkt_arena_printf(r->arena, "%.*s%.*s", (int) r->prefix.len,
                             (const char *) r->prefix.data, (int) s.len,
                             (const char *) s.data);
    }

    tkt_errors_add(r->errors, s, code, "%s", detail);
    r->faulty = true;
}


void
tkt_reader_refused(tkt_reader_t *r, const tkt_refusal_t *refusal)
{
    tkt_reader_fault(r, NULL, refusal->code, refusal->detail);
}


/* Text that lasts: a slice of the body, else a copy. */
static tkt_str_t
tkt_reader_own(tkt_reader_t *r, tkt_str_t s)
{
    uintptr_t  at;

    at = (uintptr_t) s.data - (uintptr_t) r->body.data;

    return (at < r->body.len) ? s : tkt_arena_copy(r->arena, s);
}


/* ---- values kept as JSON ---- */

void
tkt_reader_too_long(tkt_reader_t *r)
{
    size_t         depth;
    tkt_refusal_t  refusal;

    if (r->refused) {
        return;
    }

    r->refused = true;
    (void) tkt_reject(&refusal, "too-long", "At most %zu bytes of compact "
                      "JSON are allowed.", r->keep.max_bytes);

    /* the fault is the whole value's */

    depth = r->depth;
    r->depth = r->level;
    tkt_reader_refused(r, &refusal);
    r->depth = depth;
}


/* False if text may not be kept; the fault is then reported. */
static bool
tkt_reader_may_keep(tkt_reader_t *r, tkt_str_t text)
{
    if (tkt_text_check(text, NULL) == TKT_TEXT_OK) {
        return true;
    }

    r->refused = true;
    tkt_reader_fault(r, NULL, "control",
                     "Control characters are not allowed here.");
    return false;
}


bool
tkt_reader_kept_scalar(tkt_reader_t *r, tkt_json_kind_t kind, tkt_str_t text)
{
    static const tkt_str_t  words[] = {
        tkt_lit("null"), tkt_lit("false"), tkt_lit("true")
    };

    if (!tkt_keep_fits(&r->keep)) {
        tkt_reader_too_long(r);
        return true;
    }

    if (kind == TKT_JSON_STRING) {
        if (tkt_reader_may_keep(r, text)) {
            tkt_keep_string(&r->keep, text);
        }

    } else {
        tkt_keep_raw(&r->keep, kind == TKT_JSON_NUMBER ? text : words[kind]);
    }

    return !r->keep.out.failed;
}


bool
tkt_reader_kept_name(tkt_reader_t *r, tkt_frame_t *frame, tkt_str_t name)
{
    frame->name = tkt_reader_own(r, name);

    if (!tkt_keep_fits(&r->keep)) {
        tkt_reader_too_long(r);
        return !r->arena->failed;
    }

    (void) tkt_reader_may_keep(r, name);

    if (!tkt_keep_name(&r->keep, frame->first, name)) {
        r->refused = true;
        tkt_reader_fault(r, NULL, "duplicate", "This member is given twice.");
    }

    return !r->arena->failed;
}


/* ---- a value that has a row ---- */

void
tkt_reader_value_begin(tkt_reader_t *r, const tkt_field_t *f, size_t number)
{
    size_t  max;

    r->row = f;
    r->number = number;
    r->level = r->depth;
    r->refused = false;
    r->bits = 0;

    if (f->type != TKT_T_SET) {
        max = (f->type == TKT_T_JSON && f->max != 0) ? f->max
                                                     : TKT_BODY_MAX_BYTES;
        tkt_keep_init(&r->keep, r->arena, max);
    }
}


void
tkt_reader_value_end(tkt_reader_t *r)
{
    tkt_str_t  text;

    if (r->row->type == TKT_T_JSON && !tkt_keep_fits(&r->keep)) {
        tkt_reader_too_long(r);
    }

    if (r->refused) {
        return;
    }

    if (r->row->type == TKT_T_SET) {
        *tkt_field_u64(r->row, r->obj) = r->bits;

    } else {
        text = tkt_keep_text(&r->keep);
        *tkt_field_str(r->row, r->obj) = text;

        /* as a patch {} changes nothing, and must not look like null */

        if (r->merge && r->row->type == TKT_T_JSON && text.len == 0) {
            return;
        }
    }

    if (r->kept == NULL) {
        tkt_present_set(r->present, r->number);
    }
}


/* An item of a SET or TAGS that is a string, or is not. */
void
tkt_reader_item(tkt_reader_t *r, const tkt_str_t *text)
{
    bool           taken;
    tkt_refusal_t  refusal;

    if (text == NULL) {
        taken = tkt_reject(&refusal, "type", "This must be a string.");

    } else if (r->row->type == TKT_T_SET) {
        taken = tkt_field_set_add(r->row, *text, &r->bits, &refusal);

    } else {
        taken = tkt_keep_tag(&r->keep, *text, &refusal);
    }

    if (!taken) {
        r->refused = true;
        tkt_reader_refused(r, &refusal);
    }
}


/* Marks the rows inside an OBJECT that null clears. */
static void
tkt_reader_clear_inside(tkt_reader_t *r, const tkt_schema_t *s, size_t number)
{
    size_t              i;
    const tkt_field_t  *f;

    for (i = 0; i < s->count; i++) {
        f = &s->fields[i];

        if ((f->in & r->use) != 0) {
            tkt_present_set(r->present, number);

            if (f->type == TKT_T_OBJECT) {
                tkt_reader_clear_inside(r, f->sub, number + 1);
            }
        }

        number += tkt_field_span(f);
    }
}


static void
tkt_reader_null(tkt_reader_t *r, const tkt_field_t *f, size_t number)
{
    if ((r->merge ? f->required : f->required & r->use) != 0) {
        tkt_reader_fault(r, NULL, "null", r->merge
                         ? "This member cannot be removed."
                         : "This member is required and must not be null.");
        return;
    }

    if (r->merge) {
        tkt_present_set(r->present, number);

        if (f->type == TKT_T_OBJECT) {
            tkt_reader_clear_inside(r, f->sub, number + 1);
        }
    }
}


bool
tkt_reader_member(tkt_reader_t *r, tkt_json_kind_t kind, tkt_str_t text)
{
    bool                taken;
    tkt_frame_t        *frame;
    tkt_refusal_t       refusal;
    const tkt_field_t  *f;

    frame = &r->frames[r->depth - 1];
    f = frame->row;

    if (f == NULL) {
        return true;
    }

    switch (kind) {

    case TKT_JSON_NULL:
        tkt_reader_null(r, f, frame->number);
        return true;

    case TKT_JSON_NUMBER:
        taken = tkt_field_number(f, text, r->obj, &refusal);
        break;

    case TKT_JSON_STRING:
        if (tkt_field_is_str(f)) {
            text = tkt_reader_own(r, text);
        }

        taken = tkt_field_string(f, text, r->obj, &refusal);
        break;

    default:
        taken = (f->type == TKT_T_BOOL);

        if (!taken) {
            (void) tkt_reject_type(&refusal, f);
            break;
        }

        *tkt_field_u64(f, r->obj) = (kind == TKT_JSON_TRUE);
    }

    if (taken) {
        tkt_present_set(r->present, frame->number);

    } else {
        tkt_reader_refused(r, &refusal);
    }

    return !r->arena->failed;
}
