/*
 * Anybody of three desks does anything at any time: the same commands in the
 * same order give byte-identical stores, whatever the batches, and sound ones.
 */

#include "app/desks.h"


#define MANY      3000
#define MANY_MAX  64
#define SEED      UINT64_C(0x666f7277617264)

enum { TENANTS = 8 };            /* of them, made by the traffic             */

/* What anybody may try; %llu is a ticket, or a tenant in the last two. */
static const struct {
    const char    *path;
    const char    *body;
    tkt_method_t   method;
} many_steps[] = {
    { "/v1/tickets", NEW_TICKET, TKT_METHOD_POST },
    { "/v1/tickets", NEW_TICKET, TKT_METHOD_POST },
    { "/v1/tickets/%llu/forward", FORWARD, TKT_METHOD_POST },
    { "/v1/tickets/%llu/forward", FORWARD, TKT_METHOD_POST },
    { "/v1/tickets/%llu/forward", FORWARD, TKT_METHOD_POST },
    { "/v1/tickets/%llu/forward", FORWARD, TKT_METHOD_POST },
    { "/v1/tickets/%llu/forward", FORWARD, TKT_METHOD_POST },
    { "/v1/tickets/%llu/forward", FORWARD, TKT_METHOD_POST },
    { "/v1/tickets/%llu/start", "{}", TKT_METHOD_POST },
    { "/v1/tickets/%llu/messages", "{\"body\":\"b\"}", TKT_METHOD_POST },
    { "/v1/tickets/%llu/messages", "{\"body\":\"n\",\"kind\":\"note\"}",
      TKT_METHOD_POST },
    { "/v1/tickets/%llu/request-info", "{\"question\":\"q\"}",
      TKT_METHOD_POST },
    { "/v1/tickets/%llu/resolve", "{\"solution\":\"s\"}", TKT_METHOD_POST },
    { "/v1/tickets/%llu/resolve", "{\"solution\":\"s\"}", TKT_METHOD_POST },
    { "/v1/tickets/%llu/confirm", "{}", TKT_METHOD_POST },
    { "/v1/tickets/%llu/close", "{}", TKT_METHOD_POST },
    { "/v1/tickets/%llu/reopen", "{\"reason\":\"r\"}", TKT_METHOD_POST },
    { "/v1/tickets/%llu/reject", "{\"reason\":\"r\"}", TKT_METHOD_POST },
    { "/v1/tenants", "{\"name\":\"t%llu\",\"admin\":\"a\",\"parent\":%llu}",
      TKT_METHOD_POST },
    { "/v1/tenants/%llu", "{\"title\":\"t%llu\"}", TKT_METHOD_PATCH },
};


static uint64_t
many_random(uint64_t *seed, uint64_t bound)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;

    return (*seed * UINT64_C(0x2545F4914F6CDD1D) >> 16) % bound;
}


static tkt_command_t *
many_next(desk_t *d, uint64_t *seed, unsigned *tickets)
{
    char                 path[64], body[128];
    size_t               n;
    uint8_t              random[32] = { 1 };
    tkt_actor_t          actor;
    unsigned long long   id;

    n = many_random(seed, tkt_array_len(many_steps));
    actor = person(1 + (unsigned) many_random(seed, tkt_array_len(people)));
    id = 1 + many_random(seed, *tickets / 9 + 1);
    (*tickets)++;

    if (n + 2 >= tkt_array_len(many_steps)) {
        id = 1 + many_random(seed, TENANTS);
        actor = desk_actor(1 + (uint32_t) many_random(seed, 2), 0,
                           TKT_ROLE_ADMIN);
    }

    (void) snprintf(path, sizeof(path), many_steps[n].path, id);
    (void) snprintf(body, sizeof(body), many_steps[n].body,
                    many_random(seed, 200), id);
    memcpy(random + 1, seed, sizeof(*seed));
    d->now_ms += (int64_t) many_random(seed, 60000);

    return desk_command(d, &actor, &(tkt_request_t) {
        .method = many_steps[n].method, .path = tkt_str_z(path),
        .now_ms = d->now_ms,
    }, body, random);
}


/* How often each operation of tenants succeeded. */
static void
many_tally(const tkt_command_t *cmd, unsigned *done)
{
    static const char *const  names[] = {
        "ticket.forward", "tenant.create", "tenant.patch"
    };

    size_t  i;

    assert_true(tkt_command_reply(cmd)->http < 500);

    for (i = 0; i < tkt_array_len(names); i++) {
        done[i] += strcmp(cmd->op->name, names[i]) == 0
                   && tkt_command_reply(cmd)->http / 100 == 2;
    }
}


static void
many_run(desk_t *d, size_t size, unsigned *done)
{
    size_t          i, n, all;
    unsigned        tickets;
    uint64_t        seed = SEED;
    tkt_command_t  *commands[MANY_MAX];

    people_make(d);
    tickets = 0;

    for (all = 0; all < MANY; all += n) {
        n = MANY - all < size ? MANY - all : size;

        for (i = 0; i < n; i++) {
            commands[i] = many_next(d, &seed, &tickets);
            assert_non_null(commands[i]);
        }

        assert_int_equal(tkt_app_run(d->env, commands, n, NULL, NULL),
                         TKT_OK);

        for (i = 0; i < n; i++) {
            many_tally(commands[i], done);
            tkt_command_free(commands[i]);
        }
    }
}


static void
test_many(void **state)
{
    unsigned       done[3][3] = { { 0 } };
    uint64_t       entries;
    static desk_t  x, y, z;

    many_run(&x, 3, done[0]);
    many_run(&y, 16, done[1]);
    many_run(&z, MANY_MAX, done[2]);

    print_message("# %u forwarded, %u tenants made, %u changed\n",
                  done[0][0], done[0][1], done[0][2]);
    assert_true(done[0][0] >= 50 && done[0][1] >= 40 && done[0][2] >= 50);
    assert_memory_equal(done[0], done[1], sizeof(done[0]));
    assert_memory_equal(done[0], done[2], sizeof(done[0]));

    assert_int_equal(desk_compare(&x, &y, &entries), -1);
    assert_int_equal(desk_compare(&x, &z, &entries), -1);
    assert_true(entries > 1000);
    desk_verify_clean(&x);

    desk_close(&x);
    desk_close(&y);
    desk_close(&z);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
