/*
 * A walk over both texts finds the members of two objects, and whatever the
 * patch does not touch is copied as it stands.  The text may come from a
 * damaged store: the walk stays inside it.
 */

#include "codec/tkt_json_merge.h"
#include "codec/tkt_json_out.h"
#include "codec/tkt_json_walk.h"


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


/* Lists the members of an object; false, and noted, if it is none. */
static bool
tkt_patch_list(tkt_patching_t *m, tkt_str_t text,
    tkt_patch_members_t *members)
{
    size_t               room;
    tkt_str_t            name, value;
    tkt_json_walk_t      walk;
    tkt_patch_member_t  *list;

    members->list = NULL;
    members->count = 0;

    if (text.len == 0) {
        return true;
    }

    m->status = TKT_INTERNAL;

    if (!tkt_json_walk_open(&walk, text) || !walk.object) {
        return false;
    }

    for (room = 0; tkt_json_walk_next(&walk, &name, &value); room++) {
        /* void */
    }

    list = walk.bad ? NULL
                    : tkt_arena_alloc(m->arena,
                                      room * sizeof(tkt_patch_member_t));
    if (list == NULL) {
        return false;
    }

    (void) tkt_json_walk_open(&walk, text);

    while (tkt_json_walk_next(&walk, &name, &value)) {
        list[members->count++] = (tkt_patch_member_t) { name, value, false };
    }

    members->list = list;
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
