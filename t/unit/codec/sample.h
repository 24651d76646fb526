/*
 * A resource with a row of every type, and a decoder of literals over it.
 */

#ifndef SAMPLE_H
#define SAMPLE_H


#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#include <cmocka.h>

#include "base/tkt_limits.h"
#include "codec/tkt_json_in.h"
#include "codec/tkt_json_out.h"


#define USE_CREATE   0x1
#define USE_PATCH    0x2
#define USE_ACT      0x4      /* nothing is required here */
#define ALL_USES     (USE_CREATE | USE_PATCH | USE_ACT)

#define ROLE_USER    0x2
#define ROLE_AGENT   0x4


typedef struct {
    uint64_t   id;
    uint64_t   count;
    uint64_t   big;
    uint64_t   score;
    uint64_t   level;
    uint64_t   other;
    uint64_t   flag;
    uint64_t   color;
    uint64_t   rights;
    uint64_t   at;
    uint64_t   owner;
    uint64_t   hidden;
    uint64_t   note_id;
    uint64_t   weight;
    tkt_str_t  line;
    tkt_str_t  text;
    tkt_str_t  slug;
    tkt_str_t  email;
    tkt_str_t  phone;
    tkt_str_t  url;
    tkt_str_t  tags;
    tkt_str_t  custom;
    tkt_str_t  secret;
    tkt_str_t  staff;
    tkt_str_t  owner_name;
    tkt_str_t  inner;
    tkt_str_t  later;
} sample_t;


static const tkt_str_t  color_list[] = {
    tkt_lit(""), tkt_lit("red"), tkt_lit("green"), tkt_lit("blue")
};

static const tkt_str_t  right_list[] = {
    tkt_lit(""), tkt_lit("read"), tkt_lit("write"), tkt_lit("admin")
};

static const tkt_names_t  color_names = { color_list, 4 };
static const tkt_names_t  right_names = { right_list, 4 };


static const tkt_field_t  inner_fields[] = {
    { TKT_NAME("text"), .type = TKT_T_LINE, .in = ALL_USES,
      .offset = offsetof(sample_t, inner), .max = 10 },
    { TKT_NAME("weight"), .type = TKT_T_UINT, .in = ALL_USES,
      .offset = offsetof(sample_t, weight), .max = 100 },
};

static const tkt_schema_t  inner_schema = {
    "Inner", inner_fields, tkt_array_len(inner_fields), sizeof(sample_t), 1
};

static const tkt_field_t  owner_fields[] = {
    { TKT_NAME("id"), .type = TKT_T_ID, .in = ALL_USES,
      .required = USE_CREATE, .offset = offsetof(sample_t, owner) },
    { TKT_NAME("name"), .type = TKT_T_LINE, .in = ALL_USES,
      .offset = offsetof(sample_t, owner_name), .max = 20 },
    { TKT_NAME("inner"), .type = TKT_T_OBJECT, .in = ALL_USES,
      .sub = &inner_schema },
    { TKT_NAME("fixed"), .type = TKT_T_ID,
      .offset = offsetof(sample_t, owner) },
};

static const tkt_schema_t  owner_schema = {
    "Owner", owner_fields, tkt_array_len(owner_fields), sizeof(sample_t), 1
};


#define ROW(member, kind)                                                     \
    TKT_NAME(#member), .type = kind, .in = ALL_USES,                          \
    .offset = offsetof(sample_t, member)

static const tkt_field_t  sample_fields[] = {
    { TKT_NAME("id"), .type = TKT_T_ID, .offset = offsetof(sample_t, id) },
    { ROW(line, TKT_T_LINE), .required = USE_CREATE, .min = 2, .max = 10,
      .flags = TKT_F_NOT_EMPTY, .doc = "one \"line\"" },
    { ROW(text, TKT_T_TEXT), .max = 20000, .flags = TKT_F_BIG },
    { ROW(count, TKT_T_UINT), .min = 3, .max = 100 },
    { ROW(big, TKT_T_UINT), .max = UINT32_MAX },
    { ROW(score, TKT_T_UINT), .max = 5, .flags = TKT_F_NULL_IF_ZERO },
    { ROW(level, TKT_T_INT), .max = 50 },
    { ROW(other, TKT_T_ID) },
    { ROW(flag, TKT_T_BOOL) },
    { ROW(color, TKT_T_ENUM), .names = &color_names },
    { ROW(rights, TKT_T_SET), .names = &right_names },
    { ROW(at, TKT_T_TIME) },
    { ROW(slug, TKT_T_SLUG), .max = 12 },
    { ROW(email, TKT_T_EMAIL), .max = 254 },
    { ROW(phone, TKT_T_PHONE), .max = 32 },
    { ROW(url, TKT_T_URL), .max = 100 },
    { ROW(tags, TKT_T_TAGS) },
    { ROW(custom, TKT_T_JSON), .max = 64 },
    { ROW(secret, TKT_T_LINE), .max = 8, .flags = TKT_F_SECRET },
    { TKT_NAME("owner"), .type = TKT_T_OBJECT, .in = ALL_USES,
      .offset = offsetof(sample_t, owner), .flags = TKT_F_NULL_IF_ZERO,
      .sub = &owner_schema, .doc = "whose it is" },
    { TKT_NAME("later"), .type = TKT_T_LIST,
      .offset = offsetof(sample_t, later) },
    { ROW(staff, TKT_T_TEXT), .readers = ROLE_AGENT, .max = 50 },
    { TKT_NAME("hidden"), .type = TKT_T_UINT, .flags = TKT_F_INTERNAL,
      .offset = offsetof(sample_t, hidden) },
};

static const tkt_schema_t  sample_schema = {
    "Sample", sample_fields, tkt_array_len(sample_fields), sizeof(sample_t), 1
};


/* Numbers of rows, depth first. */
enum {
    N_ID, N_LINE, N_TEXT, N_COUNT, N_BIG, N_SCORE, N_LEVEL, N_OTHER, N_FLAG,
    N_COLOR, N_RIGHTS, N_AT, N_SLUG, N_EMAIL, N_PHONE, N_URL, N_TAGS, N_CUSTOM,
    N_SECRET, N_OWNER, N_OWNER_ID, N_OWNER_NAME, N_OWNER_INNER, N_INNER_TEXT,
    N_INNER_WEIGHT, N_OWNER_FIXED, N_LATER, N_STAFF, N_HIDDEN, N_ROWS
};


typedef struct {
    tkt_arena_t    arena;
    tkt_errors_t   errors;
    sample_t       obj;
    tkt_present_t  present;
    tkt_status_t   status;
    uint8_t       *body;        /* an exact copy, so that ASan sees overruns */
} decoded_t;


static inline void
decode(decoded_t *d, tkt_str_t body, uint32_t use, bool merge)
{
    tkt_str_t  exact;

    tkt_arena_init(&d->arena, 2048);
    tkt_errors_init(&d->errors, &d->arena);
    memset(&d->obj, 0, sizeof(d->obj));

    d->body = malloc(body.len + 1);
    assert_non_null(d->body);

    exact.data = d->body + 1;
    exact.len = body.len;

    if (body.len != 0) {
        memcpy(d->body + 1, body.data, body.len);
    }

    d->status = tkt_json_decode(&sample_schema, use, merge, exact, &d->obj,
                                &d->present, &d->arena, &d->errors);
}


static inline void
decoded_done(decoded_t *d)
{
    tkt_arena_done(&d->arena);
    free(d->body);
}


static inline void
assert_text(tkt_str_t s, const char *text)
{
    if (!tkt_str_eq(s, tkt_str_z(text))) {
        fail_msg("\"%.*s\" is not \"%s\"", (int) s.len,
                 (const char *) s.data, text);
    }
}


/* Status of a text, and its detail when it is refused. */
static inline tkt_status_t
read_bytes(const char *text, size_t len, char *detail, size_t bytes)
{
    decoded_t     d;
    tkt_str_t     s = { (const uint8_t *) text, len };
    tkt_status_t  status;

    decode(&d, s, USE_ACT, false);
    status = d.status;

    assert_true((status == TKT_INVALID_REQUEST) == (d.errors.count != 0));
    assert_true((status == TKT_INVALID_JSON) == (d.errors.detail.len != 0));

    if (detail != NULL) {
        snprintf(detail, bytes, "%.*s", (int) d.errors.detail.len,
                 d.errors.detail.len ? (const char *) d.errors.detail.data
                                     : "");
    }

    decoded_done(&d);

    return status;
}


static inline tkt_status_t
read_text(const char *text)
{
    return read_bytes(text, strlen(text), NULL, 0);
}


/* The faults as "pointer code\n" lines. */
static inline void
faults_text(const tkt_errors_t *e, char *out, size_t bytes)
{
    size_t  i, used;

    out[0] = '\0';

    for (used = 0, i = 0; i < e->count; i++) {
        used += (size_t) snprintf(out + used, bytes - used, "%s%.*s %.*s",
                                  i == 0 ? "" : "\n",
                                  (int) e->list[i].pointer.len,
                                  (const char *) e->list[i].pointer.data,
                                  (int) e->list[i].code.len,
                                  (const char *) e->list[i].code.data);
        assert_true(used < bytes);
        assert_true(e->list[i].detail.len > 0);
    }
}


#endif /* SAMPLE_H */
