/*
 * Files of notes, of which a requester learns nothing.
 */

#include "app/part_desk.h"
#include "app/uploads.h"


static void
writes_with_file(desk_t *d, unsigned who, const char *kind)
{
    bool         kept;
    char         body[200], token[TOKEN_BYTES];
    tkt_actor_t  actor = part_actor(who);

    assert_int_equal(upload_run(d, &actor, "name=a.txt", kind, token, &kept),
                     201);
    (void) snprintf(body, sizeof(body), "{\"body\":\"b\",\"kind\":\"%s\","
                    "\"attachments\":[\"%s\"]}", kind, token);
    part_do(d, 201, who, POST, body, "/v1/tickets/1/messages");
}


/* Neither a ticket nor its timeline tells how many there are. */
static void
test_number(void **state)
{
    ask_t          a;
    tkt_actor_t    user = part_actor(USER_1), agent = part_actor(AGENT_1);
    static desk_t  d;

    part_open(&d);
    (void) part_ticket(&d, USER_1);
    writes_with_file(&d, AGENT_1, "note");
    writes_with_file(&d, USER_1, "reply");

    assert_int_equal(ask_send(&d, &a, &agent, GET, "/v1/tickets/1", ""), 200);
    assert_int_equal(number_at(a.json, "/attachment_count"), 2);
    ask_done(&a);
    assert_int_equal(ask_send(&d, &a, &user, GET, "/v1/tickets/1", ""), 200);
    assert_int_equal(number_at(a.json, "/attachment_count"), 1);
    ask_done(&a);

    assert_int_equal(ask_send(&d, &a, &user, GET, "/v1/tickets/1/timeline",
                              ""), 200);
    assert_int_equal(number_at(a.json, "/data/0/message"), 2);
    assert_null(at(a.json, "/data/0/changes/attachment_count"));
    ask_done(&a);

    part_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
