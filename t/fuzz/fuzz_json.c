/*
 * Fuzz target: a body into the struct of every schema of the model, in every
 * way of use.
 *
 * The first byte chooses schema and merge, the second the use; the rest is
 * the body.  What is accepted is encoded again, must be taken by a strict
 * reader that shares nothing with the codec, and must decode to the same
 * values.  What is refused as JSON must be refused for a reason: a place and
 * no members.
 */

#include "codec/tkt_json_in.h"
#include "codec/tkt_json_out.h"
#include "codec/tkt_problem.h"
#include "domain/tkt_model.h"
#include "../unit/codec/strict_json.h"
#include "must.h"


#define FUZZ_STRUCT_MAX_BYTES  4096


typedef union {
    uint8_t        bytes[FUZZ_STRUCT_MAX_BYTES];
    uint64_t       align;
} fuzz_struct_t;


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


/* The problem that an answer would carry is itself valid JSON. */
static void
check_problem(tkt_status_t status, const tkt_errors_t *errors,
    tkt_arena_t *arena)
{
    tkt_out_t      o;
    tkt_problem_t  p;

    memset(&p, 0, sizeof(p));
    p.status = status;
    p.errors = errors;

    tkt_out_init(&o, arena, 64);
    tkt_problem_encode(&o, &p);
    must(strict_json(o.start, tkt_out_text(&o).len));
}


static void
check_again(const tkt_schema_t *schema, uint32_t use, bool merge,
    const fuzz_struct_t *first, const tkt_present_t *present,
    tkt_arena_t *arena)
{
    size_t               i, number;
    tkt_out_t            o;
    tkt_errors_t         errors;
    tkt_present_t        again;
    fuzz_struct_t        second;
    const tkt_field_t   *f;

    tkt_out_init(&o, arena, 64);
    tkt_out_object(&o, schema, first, UINT32_MAX, present, false);
    must(strict_json(o.start, tkt_out_text(&o).len));

    memset(&second, 0, sizeof(second));
    tkt_errors_init(&errors, arena);

    /* a cleared member comes out as null, [] or false, which may be refused */

    if (tkt_json_decode(schema, use, merge, tkt_out_text(&o), &second, &again,
                        arena, &errors)
        != TKT_OK)
    {
        must(errors.count != 0);
        return;
    }

    for (number = 0, i = 0; i < schema->count; i++) {
        f = &schema->fields[i];

        if (tkt_present_has(present, number) && f->type != TKT_T_OBJECT
            && (f->flags & TKT_F_INTERNAL) == 0)
        {
            must(tkt_field_same(f, first, &second));
        }

        number += tkt_field_span(f);
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool                        merge;
    size_t                      count;
    uint32_t                    use;
    tkt_str_t                   body;
    tkt_arena_t                 arena;
    tkt_errors_t                errors;
    tkt_status_t                status;
    tkt_present_t               present;
    fuzz_struct_t               obj;
    const tkt_schema_t         *schema;
    const tkt_schema_t *const  *schemas;

    if (size < 2) {
        return 0;
    }

    schemas = tkt_model_schemas(&count);
    schema = schemas[(data[0] & 15) % count];
    use = UINT32_C(1) << (data[1] & 31);
    merge = (data[0] & 0x80) != 0;

    must(schema->size <= sizeof(obj));

    body.data = data + 2;
    body.len = size - 2;

    memset(&obj, 0, sizeof(obj));
    tkt_arena_init(&arena, 4096);
    tkt_errors_init(&errors, &arena);

    status = tkt_json_decode(schema, use, merge, body, &obj, &present, &arena,
                             &errors);

    switch (status) {

    case TKT_OK:
        must(errors.count == 0);
        must(body.len == 0 || strict_json(body.data, body.len));
        check_again(schema, use, merge, &obj, &present, &arena);
        break;

    case TKT_INVALID_REQUEST:
        must(errors.count != 0);
        must(strict_json(body.data, body.len));
        check_problem(status, &errors, &arena);
        break;

    default:
        must(status == TKT_INVALID_JSON);
        must(errors.count == 0 && errors.detail.len != 0);
        check_problem(status, &errors, &arena);
    }

    tkt_arena_done(&arena);

    return 0;
}
