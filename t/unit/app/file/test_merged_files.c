/*
 * Files of tickets that were merged by way of another one.
 */

#include "app/part_desk.h"
#include "app/uploads.h"


#define MERGE(id)   "{\"into\":" #id "}"


/* A message of `who` with a file of his; the file's token. */
static void
writes_with_file(desk_t *d, unsigned who, unsigned ticket, const char *text,
    char token[TOKEN_BYTES])
{
    bool         kept;
    char         body[160];
    tkt_actor_t  actor = part_actor(who);

    assert_int_equal(upload_run(d, &actor, "name=a.txt", text, token, &kept),
                     201);
    (void) snprintf(body, sizeof(body),
                    "{\"body\":\"%s\",\"attachments\":[\"%s\"]}", text, token);
    part_do(d, 201, who, POST, body, "/v1/tickets/%u/messages", ticket);
}


/*
 * Who sees the ticket in the middle reads in it what was merged into that,
 * and not what it was merged into; so it is with the files.
 */
static void
test_in_the_middle(void **state)
{
    char           below[TOKEN_BYTES], above[TOKEN_BYTES];
    static desk_t  d;

    part_open(&d);
    (void) part_ticket(&d, USER_1);
    (void) part_ticket(&d, USER_2);
    (void) part_ticket(&d, USER_1);
    writes_with_file(&d, USER_1, 1, "below", below);
    writes_with_file(&d, USER_1, 3, "above", above);
    part_do(&d, 404, USER_2, GET, "", "/v1/attachments/%s", below);

    part_do(&d, 200, BOSS, POST, MERGE(2), "/v1/tickets/1/merge");
    part_messages(&d, USER_2, 2, 50, "below");
    part_do(&d, 200, USER_2, GET, "", "/v1/attachments/%s", below);

    part_do(&d, 200, BOSS, POST, MERGE(3), "/v1/tickets/2/merge");
    part_messages(&d, USER_2, 2, 50, "below");
    part_do(&d, 404, USER_2, GET, "", "/v1/tickets/3");
    part_do(&d, 200, USER_2, GET, "", "/v1/attachments/%s", below);
    part_do(&d, 404, USER_2, GET, "", "/v1/attachments/%s", above);

    part_do(&d, 200, BOSS, POST, "{}", "/v1/tickets/1/unmerge");
    part_do(&d, 404, USER_2, GET, "", "/v1/attachments/%s", below);

    part_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_in_the_middle),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
