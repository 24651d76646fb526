/*
 * yajl: its memory, its events, its faults.
 *
 * Memory.  yajl does not look at what its allocator returns, so the one it
 * gets here never returns NULL: it takes from a region on the stack that
 * holds all of an ordinary parse, then from the request's arena, and when
 * that has nothing more it leaves yajl by longjmp.  That is safe because
 * yajl keeps nothing outside these allocations.  They stay small: the raw
 * scan before has bounded strings, numbers and depth, and yajl never holds
 * more than one token and one state a level.  Nothing is freed singly.
 *
 * yajl's own UTF-8 check is off because the raw scan has made a stricter
 * one; every yajl_allow_* option is off too.
 */

#include <setjmp.h>
#include <yajl/yajl_parse.h>

#include "codec/tkt_json_check.h"
#include "codec/tkt_json_reader.h"


#define TKT_YAJL_STACK_BYTES  3072
#define TKT_YAJL_ALIGN_BYTES  16


/* In front of every allocation, so that realloc knows what to copy. */
typedef union {
    size_t   bytes;
    uint8_t  align[TKT_YAJL_ALIGN_BYTES];
} tkt_yajl_head_t;


typedef struct {
    tkt_reader_t   *reader;
    yajl_handle     yajl;
    yajl_status     status;
    bool            complete;      /* the text was read to its end           */
    jmp_buf         no_memory;
    size_t          used;
    uint8_t         stack[TKT_YAJL_STACK_BYTES]
                        __attribute__((aligned(TKT_YAJL_ALIGN_BYTES)));
} tkt_yajl_t;


static void *
tkt_yajl_alloc(void *ctx, size_t bytes)
{
    size_t            need;
    tkt_yajl_t       *y = ctx;
    tkt_yajl_head_t  *head;

    need = (bytes + sizeof(tkt_yajl_head_t) + TKT_YAJL_ALIGN_BYTES - 1)
           & ~(size_t) (TKT_YAJL_ALIGN_BYTES - 1);

    if (bytes > TKT_BODY_MAX_BYTES * 8) {
        longjmp(y->no_memory, 1);
    }

    if (need <= sizeof(y->stack) - y->used) {
        head = (tkt_yajl_head_t *) (void *) (y->stack + y->used);
        y->used += need;

    } else {
        head = tkt_arena_alloc(y->reader->arena, need);

        if (head == NULL) {
            longjmp(y->no_memory, 1);
        }
    }

    head->bytes = bytes;

    return head + 1;
}


static void
tkt_yajl_free(void *ctx, void *p)
{
}


static void *
tkt_yajl_realloc(void *ctx, void *p, size_t bytes)
{
    void    *fresh;
    size_t   old;

    if (p == NULL) {
        return tkt_yajl_alloc(ctx, bytes);
    }

    old = ((tkt_yajl_head_t *) p - 1)->bytes;

    if (bytes <= old) {
        return p;
    }

    fresh = tkt_yajl_alloc(ctx, bytes);
    memcpy(fresh, p, old);

    return fresh;
}


/* ---- events ---- */

static int
tkt_on_null(void *ctx)
{
    return tkt_reader_scalar(ctx, TKT_JSON_NULL, tkt_str(""));
}


static int
tkt_on_boolean(void *ctx, int value)
{
    return tkt_reader_scalar(ctx, value ? TKT_JSON_TRUE : TKT_JSON_FALSE,
                             tkt_str(""));
}


static int
tkt_on_number(void *ctx, const char *text, size_t len)
{
    tkt_str_t  s = { (const uint8_t *) text, len };

    return tkt_reader_scalar(ctx, TKT_JSON_NUMBER, s);
}


static int
tkt_on_string(void *ctx, const unsigned char *text, size_t len)
{
    tkt_str_t  s = { text, len };

    return tkt_reader_scalar(ctx, TKT_JSON_STRING, s);
}


static int
tkt_on_map_key(void *ctx, const unsigned char *text, size_t len)
{
    tkt_str_t  s = { text, len };

    return tkt_reader_name(ctx, s);
}


static int
tkt_on_start_map(void *ctx)
{
    return tkt_reader_open(ctx, true);
}


static int
tkt_on_start_array(void *ctx)
{
    return tkt_reader_open(ctx, false);
}


static int
tkt_on_end(void *ctx)
{
    return tkt_reader_close(ctx);
}


static const yajl_callbacks  tkt_yajl_callbacks = {
    .yajl_null = tkt_on_null,
    .yajl_boolean = tkt_on_boolean,
    .yajl_number = tkt_on_number,
    .yajl_string = tkt_on_string,
    .yajl_start_map = tkt_on_start_map,
    .yajl_map_key = tkt_on_map_key,
    .yajl_end_map = tkt_on_end,
    .yajl_start_array = tkt_on_start_array,
    .yajl_end_array = tkt_on_end
};


/* ---- reading ---- */

static tkt_status_t
tkt_json_fault(tkt_reader_t *r, size_t offset, const char *reason, size_t len)
{
    size_t  line, column;

    tkt_json_place(r->body, offset, &line, &column);

    r->errors->count = 0;
    r->errors->detail = tkt_arena_printf(r->arena, "Line %zu, column %zu: "
                                         "%.*s.", line, column, (int) len,
                                         reason);

    return r->arena->failed ? TKT_INTERNAL : TKT_INVALID_JSON;
}


/*
 * yajl's own words are "kind error: reason\n", with or without a full stop.
 * It stands in or behind the token that it did not take; only when a member
 * is not followed by a comma or brace it has gone back before that token.
 */
static tkt_status_t
tkt_yajl_fault(tkt_yajl_t *y)
{
    size_t          len, offset;
    const char     *text, *reason;
    tkt_reader_t   *r = y->reader;

    static const char  went_back[] = "after key and value";

    if (y->complete) {
        return tkt_json_fault(r, r->body.len, "the text ends too early", 23);
    }

    text = (const char *) yajl_get_error(y->yajl, 0, NULL, 0);
    offset = yajl_get_bytes_consumed(y->yajl);

    reason = strstr(text, ": ");
    reason = (reason == NULL) ? text : reason + 2;

    if (strncmp(reason, went_back, sizeof(went_back) - 1) == 0) {
        offset++;
    }

    len = strlen(reason);

    while (len > 0 && (reason[len - 1] == '\n' || reason[len - 1] == '.')) {
        len--;
    }

    return tkt_json_fault(r, tkt_json_token_start(r->body, offset), reason,
                          len);
}


/* Runs yajl; false if it was left for want of memory. */
static bool
tkt_yajl_run(tkt_yajl_t *y)
{
    tkt_str_t         body;
    yajl_alloc_funcs  funcs;

    funcs.malloc = tkt_yajl_alloc;
    funcs.realloc = tkt_yajl_realloc;
    funcs.free = tkt_yajl_free;
    funcs.ctx = y;

    if (setjmp(y->no_memory) != 0) {
        return false;
    }

    body = y->reader->body;
    y->yajl = yajl_alloc(&tkt_yajl_callbacks, &funcs, y->reader);

    (void) yajl_config(y->yajl, yajl_dont_validate_strings, 1);

    y->status = yajl_parse(y->yajl, body.data, body.len);

    if (y->status == yajl_status_ok) {
        y->complete = true;
        y->status = yajl_complete_parse(y->yajl);
    }

    return true;
}


/* What came of it, in words. */
static tkt_status_t
tkt_yajl_outcome(tkt_yajl_t *y)
{
    tkt_reader_t  *r = y->reader;

    if (r->stop != NULL) {
        return tkt_json_fault(r, tkt_json_token_start(r->body,
                                        yajl_get_bytes_consumed(y->yajl)),
                              r->stop, strlen(r->stop));
    }

    if (y->status != yajl_status_ok) {
        return tkt_yajl_fault(y);
    }

    return r->faulty ? TKT_INVALID_REQUEST : TKT_OK;
}


tkt_status_t
tkt_json_read(tkt_reader_t *r)
{
    tkt_yajl_t        y;
    tkt_status_t      status;
    tkt_json_fault_t  fault;

    if (!tkt_json_check(r->body, &fault)) {
        return tkt_json_fault(r, fault.offset, fault.reason,
                              strlen(fault.reason));
    }

    y.reader = r;
    y.used = 0;
    y.complete = false;

    status = (!tkt_yajl_run(&y) || r->arena->failed) ? TKT_INTERNAL
                                                     : tkt_yajl_outcome(&y);

    /* strings with escapes were put together here */

    if (r->arena->wipe) {
        tkt_arena_overwrite(y.stack, y.used);
    }

    return status;
}


static bool
tkt_json_requires(const tkt_schema_t *schema, uint32_t use)
{
    size_t  i;

    for (i = 0; i < schema->count; i++) {
        if ((schema->fields[i].required & use) != 0) {
            return true;
        }
    }

    return false;
}


tkt_status_t
tkt_json_decode(const tkt_schema_t *schema, uint32_t use, bool merge,
    tkt_str_t body, void *obj, tkt_present_t *present, tkt_arena_t *arena,
    tkt_errors_t *errors)
{
    tkt_reader_t  r;

    memset(present, 0, sizeof(*present));

    if (body.len == 0 && (merge || !tkt_json_requires(schema, use))) {
        return TKT_OK;
    }

    tkt_reader_clear(&r);

    r.use = use;
    r.merge = merge;
    r.obj = obj;
    r.present = present;
    r.body = body;
    r.arena = arena;
    r.errors = errors;
    r.schema = schema;

    return tkt_json_read(&r);
}
