/*
 * The texts were validated and written by this program, so nothing is parsed
 * again: a walk over brackets and quotes finds the members of two objects,
 * and whatever the patch does not touch is copied as it stands.  Equal names
 * have equal bytes, because canonical text spells each in one way.
 *
 * The text may come from a damaged store, so every step stays inside it.
 */

#include "codec/tkt_json_merge.h"
#include "codec/tkt_json_out.h"


typedef struct {
    tkt_str_t  name;         /* with its quotes                              */
    tkt_str_t  value;
    bool       merged;       /* of the patch: the target had it too          */
} tkt_patch_member_t;

typedef struct {
    tkt_patch_member_t  *list;
    size_t               count;
} tkt_patch_members_t;

typedef struct {
    tkt_out_t     out;
    tkt_arena_t  *arena;
    tkt_status_t  status;    /* the first trouble, which stays               */
} tkt_patching_t;


static void tkt_patch_objects(tkt_patching_t *m, tkt_str_t target,
    tkt_str_t patch, unsigned level);


/* The byte after the string that begins at p, or NULL if it does not end. */
static const uint8_t *
tkt_patch_skip_string(const uint8_t *p, const uint8_t *end)
{
    for (p++; p < end; p++) {

        if (*p == '"') {
            return p + 1;
        }

        if (*p == '\\' && ++p == end) {
            break;
        }
    }

    return NULL;
}


/*
 * The byte after the value that begins at p: a comma or bracket of the object
 * around it.  NULL if there is none.
 */
static const uint8_t *
tkt_patch_skip_value(const uint8_t *p, const uint8_t *end)
{
    unsigned  depth;

    for (depth = 0; p != NULL && p < end; /* void */) {

        switch (*p) {

        case '"':
            p = tkt_patch_skip_string(p, end);
            continue;

        case '{':
        case '[':
            depth++;
            break;

        case '}':
        case ']':
            if (depth == 0) {
                return p;
            }

            depth--;
            break;

        case ',':
            if (depth == 0) {
                return p;
            }

            break;

        default:
            break;
        }

        p++;
    }

    return NULL;
}


/*
 * The member at *pos, which is then behind it and its comma, or at `end`.
 * False if there is none: the text is no object.
 */
static bool
tkt_patch_member(const uint8_t **pos, const uint8_t *end,
    tkt_patch_member_t *member)
{
    const uint8_t  *p, *start;

    start = *pos;

    if (*start != '"') {
        return false;
    }

    p = tkt_patch_skip_string(start, end);

    if (p == NULL || p == end || *p != ':') {
        return false;
    }

    member->name = (tkt_str_t) { start, (size_t) (p - start) };
    member->merged = false;

    start = ++p;
    p = tkt_patch_skip_value(start, end + 1);

    if (p == NULL || p == start || (p < end && *p != ',')) {
        return false;
    }

    member->value = (tkt_str_t) { start, (size_t) (p - start) };

    if (p < end && ++p == end) {
        return false;
    }

    *pos = p;

    return true;
}


/* Lists the members of an object; false, and noted, if it is none. */
static bool
tkt_patch_list(tkt_patching_t *m, tkt_str_t text,
    tkt_patch_members_t *members)
{
    const uint8_t       *p, *end;
    tkt_patch_member_t   member;

    members->list = NULL;
    members->count = 0;

    if (text.len == 0) {
        return true;
    }

    m->status = TKT_INTERNAL;

    if (text.len < 2 || text.data[0] != '{'
        || text.data[text.len - 1] != '}')
    {
        return false;
    }

    end = text.data + text.len - 1;

    for (p = text.data + 1; p < end; members->count++) {
        if (!tkt_patch_member(&p, end, &member)) {
            return false;
        }
    }

    members->list = tkt_arena_alloc(m->arena, members->count
                                              * sizeof(tkt_patch_member_t));
    if (members->list == NULL) {
        return false;
    }

    members->count = 0;

    for (p = text.data + 1; p < end; /* void */) {
        (void) tkt_patch_member(&p, end, &members->list[members->count++]);
    }

    m->status = TKT_OK;

    return true;
}


static tkt_patch_member_t *
tkt_patch_find(const tkt_patch_members_t *members, tkt_str_t name)
{
    size_t  i;

    for (i = 0; i < members->count; i++) {
        if (tkt_str_eq(members->list[i].name, name)) {
            return &members->list[i];
        }
    }

    return NULL;
}


static bool
tkt_patch_is_object(tkt_str_t value)
{
    return value.data[0] == '{';
}


/* Writes a member that the patch sets, over `old` (empty: there was none). */
static void
tkt_patch_set(tkt_patching_t *m, const tkt_patch_member_t *set, tkt_str_t old,
    unsigned level)
{
    tkt_out_comma(&m->out);
    tkt_out_raw(&m->out, set->name);
    tkt_out_char(&m->out, ':');

    if (!tkt_patch_is_object(set->value)) {
        tkt_out_raw(&m->out, set->value);
        return;
    }

    if (old.len == 0 || !tkt_patch_is_object(old)) {
        old = tkt_str("");
    }

    tkt_patch_objects(m, old, set->value, level + 1);
}


static void
tkt_patch_keep(tkt_patching_t *m, const tkt_patch_member_t *member)
{
    tkt_out_comma(&m->out);
    tkt_out_raw(&m->out, member->name);
    tkt_out_char(&m->out, ':');
    tkt_out_raw(&m->out, member->value);
}


static void
tkt_patch_objects(tkt_patching_t *m, tkt_str_t target, tkt_str_t patch,
    unsigned level)
{
    size_t               i, count;
    tkt_patch_member_t  *set;
    tkt_patch_members_t  old, add;

    if (level > TKT_JSON_DEPTH_MAX_LEVELS) {
        m->status = TKT_INTERNAL;
        return;
    }

    if (!tkt_patch_list(m, target, &old) || !tkt_patch_list(m, patch, &add)) {
        return;
    }

    tkt_out_char(&m->out, '{');
    count = 0;

    for (i = 0; i < old.count && m->status == TKT_OK; i++) {

        set = tkt_patch_find(&add, old.list[i].name);

        if (set == NULL) {
            tkt_patch_keep(m, &old.list[i]);
            count++;
            continue;
        }

        set->merged = true;

        if (!tkt_str_eq(set->value, tkt_str("null"))) {
            tkt_patch_set(m, set, old.list[i].value, level);
            count++;
        }
    }

    for (i = 0; i < add.count && m->status == TKT_OK; i++) {

        set = &add.list[i];

        if (!set->merged && !tkt_str_eq(set->value, tkt_str("null"))) {
            tkt_patch_set(m, set, tkt_str(""), level);
            count++;
        }
    }

    tkt_out_char(&m->out, '}');

    if (m->status == TKT_OK && count > TKT_JSON_MEMBERS_MAX) {
        m->status = TKT_INVALID_REQUEST;
    }
}


tkt_status_t
tkt_json_merge_patch(tkt_str_t target, tkt_str_t patch, size_t max_bytes,
    tkt_arena_t *arena, tkt_str_t *merged)
{
    tkt_str_t      text;
    tkt_patching_t  m = { .arena = arena, .status = TKT_OK };

    if (patch.len == 0) {
        *merged = target;
        return TKT_OK;
    }

    tkt_out_init(&m.out, arena, target.len + patch.len + 2);
    tkt_patch_objects(&m, target, patch, 1);

    if (m.status != TKT_OK) {
        return m.status;
    }

    text = tkt_out_text(&m.out);

    if (text.data == NULL) {
        return TKT_INTERNAL;
    }

    if (text.len > max_bytes) {
        return TKT_INVALID_REQUEST;
    }

    *merged = (text.len == 2) ? tkt_str("") : text;

    return TKT_OK;
}
