/*
 * Fuzz target: the body of a batch, of an administrator, as a command is made
 * of it.
 *
 * What is refused is a problem of the table, in strict JSON.  Of what is
 * taken, every operation either has its row and may be part of a batch, or has
 * its problem; references lead backwards.
 */

#include "app/call/tkt_batch.h"
#include "crypto/tkt_crypto.h"
#include "../unit/codec/strict_json.h"
#include "must.h"


int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    must(tkt_crypto_init());

    return 0;
}


static void
check_problem(const tkt_reply_t *r)
{
    must(r->http >= 400 && r->http < 600);
    must(tkt_status_row(r->status)->http == r->http);
    must(strict_json(r->body.data, r->body.len));
}


static void
check_item(const tkt_inner_t *in, size_t place)
{
    size_t    i;
    uint64_t  number;

    if (in->op == NULL) {
        check_problem(&in->reply);
        return;
    }

    must(in->reply.http == 0);
    must(in->op->kind == TKT_OP_COMMAND);
    must((in->op->flags & (TKT_OP_ALONE | TKT_OP_LOGIN | TKT_OP_UPLOAD))
         == 0);
    must(in->op->input == NULL || in->op->decode != NULL
         || in->input != NULL);

    for (i = 0; i < tkt_array_len(in->segments); i++) {
        must(!tkt_batch_reference(in->segments[i], &number)
             || number < place);
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t           i;
    uint8_t         *copy;
    tkt_actor_t      actor = { .tenant = 1, .id = 1,
                               .role = TKT_ROLE_ADMIN };
    tkt_match_t      match;
    tkt_reply_t      reply;
    tkt_arena_t      arena;
    tkt_command_t   *cmd;
    tkt_request_t    req = {
        .method = TKT_METHOD_POST, .path = tkt_str("/v1/batch"),
        .now_ms = INT64_C(1790000000000), .request_id = tkt_str("fuzz"),
    };

    static const uint8_t  random[32];

    /* exactly its size, so that a read behind its end is seen */

    copy = malloc(size == 0 ? 1 : size);
    must(copy != NULL);
    memcpy(copy, data, size);

    tkt_arena_init(&arena, 4096);
    must(tkt_app_match(&req, &match, &arena, &reply));

    cmd = tkt_app_command(&req, &match, &actor, (tkt_str_t) { copy, size },
                          random, &arena, &reply);
    if (cmd == NULL) {
        check_problem(&reply);

    } else {
        must(strict_json(copy, size));
        must(cmd->batch->count > 0 && cmd->batch->count <= TKT_BATCH_MAX);

        for (i = 0; i < cmd->batch->count; i++) {
            check_item(&cmd->batch->items[i], i);
        }

        tkt_command_free(cmd);
    }

    tkt_arena_done(&arena);
    free(copy);

    return 0;
}
