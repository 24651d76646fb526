/*
 * Fuzz target: a query string, its pieces, a path segment, a cursor, and a
 * text for each type of row.
 *
 * The first byte is the length of the filter that a cursor is read with.
 * Whatever comes out is valid UTF-8; a cursor that is taken is the only one
 * for its filter and position.
 */

#include "base/tkt_text.h"
#include "codec/tkt_problem.h"
#include "codec/tkt_query.h"
#include "domain/tkt_model.h"
#include "../unit/codec/strict_json.h"
#include "must.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
check_query(tkt_str_t query, tkt_arena_t *arena)
{
    size_t         i, pieces;
    tkt_out_t      o;
    tkt_str_t      rest, piece, value;
    tkt_errors_t   errors;
    tkt_params_t   params;
    tkt_status_t   status;
    tkt_problem_t  problem;

    tkt_errors_init(&errors, arena);
    status = tkt_query_parse(query, &params, arena, &errors);

    must(status == TKT_OK || status == TKT_UNKNOWN_PARAMETER);
    must((status == TKT_OK) == (errors.count == 0));
    must(params.count <= TKT_QUERY_PARAMS_MAX);

    for (i = 0; i < params.count; i++) {
        must(params.list[i].name.len != 0);
        must(tkt_text_check(params.list[i].name, NULL) == TKT_TEXT_OK);
        must(tkt_text_check(params.list[i].value, NULL) == TKT_TEXT_OK);

        rest = params.list[i].value;

        for (pieces = 0; tkt_query_piece(&rest, &piece); pieces++) {
            must(piece.len == 0 || memchr(piece.data, ',', piece.len) == NULL);
        }

        must(pieces <= params.list[i].value.len);
    }

    must(!tkt_params_get(&params, "", &value));

    memset(&problem, 0, sizeof(problem));
    problem.status = TKT_UNKNOWN_PARAMETER;
    problem.errors = &errors;

    tkt_out_init(&o, arena, 64);
    tkt_problem_encode(&o, &problem);
    must(strict_json(o.start, tkt_out_text(&o).len));
}


static void
check_cursor(tkt_str_t cursor, tkt_str_t filter, tkt_arena_t *arena)
{
    tkt_str_t  position, again;

    if (tkt_cursor_read(cursor, filter, arena, &position)) {
        must(tkt_str_eq(tkt_cursor_make(filter, position, arena), cursor));
    }

    again = tkt_cursor_make(filter, cursor, arena);

    if (again.len != 0) {
        must(tkt_cursor_read(again, filter, arena, &position));
        must(tkt_str_eq(position, cursor));
    }
}


static void
check_fields(tkt_str_t text, tkt_arena_t *arena)
{
    size_t        i;
    tkt_ticket_t  ticket;
    tkt_errors_t  errors;
    tkt_status_t  status;

    for (i = 0; i < tkt_ticket_schema.count; i++) {
        tkt_errors_init(&errors, arena);

        status = tkt_field_parse(&tkt_ticket_schema.fields[i], text, &ticket,
                                 tkt_str("x"), &errors);
        must((status == TKT_OK) == (errors.count == 0));
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tkt_str_t    all, filter, rest, decoded;
    tkt_arena_t  arena;

    if (size == 0) {
        return 0;
    }

    all.data = data + 1;
    all.len = size - 1;

    filter.data = all.data;
    filter.len = data[0] % (all.len + 1);

    rest.data = filter.data + filter.len;
    rest.len = all.len - filter.len;

    tkt_arena_init(&arena, 4096);

    check_query(all, &arena);
    check_cursor(rest, filter, &arena);
    check_fields(all, &arena);

    if (tkt_percent_decode(all, &arena, &decoded)) {
        must(tkt_utf8_valid(decoded));
        must(decoded.len <= all.len);
    }

    tkt_arena_done(&arena);

    return 0;
}
