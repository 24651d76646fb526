/*
 * Export: every record once, in short transactions, events from any number
 * on.
 */

#include "app/small_store.h"

#include "app/privacy/tkt_export.h"


#define KINDS  5

static const char *const  kind_starts[KINDS] = {
    "{\"kind\":\"tenant\",\"data\":{\"id\":",
    "{\"kind\":\"user\",\"tenant\":\"",
    "{\"kind\":\"ticket\",\"tenant\":\"",
    "{\"kind\":\"message\",\"tenant\":\"",
    "{\"kind\":\"event\",\"tenant\":\"",
};


typedef struct {
    desk_t    *desk;
    uint64_t   kinds[KINDS];
    unsigned   calls;
    unsigned   stop_after;        /* calls; 0: never                         */
    bool       change;            /* make a ticket in each call              */
    size_t     len;
    char       text[4 * 1024 * 1024];
} export_t;


static void
export_count(export_t *x, const char *line)
{
    size_t  i;

    for (i = 0; i < KINDS; i++) {
        if (strncmp(line, kind_starts[i], strlen(kind_starts[i])) == 0) {
            x->kinds[i]++;
            return;
        }
    }

    fail_msg("an unknown line: %.80s", line);
}


static bool
export_write(void *ctx, tkt_str_t lines)
{
    char         *line, *end;
    export_t     *x = ctx;
    tkt_actor_t   user = desk_actor(1, 1, TKT_ROLE_USER);

    assert_true(lines.len > 0);
    assert_int_equal(lines.data[lines.len - 1], '\n');
    assert_true(x->len + lines.len < sizeof(x->text));

    line = x->text + x->len;
    memcpy(line, lines.data, lines.len);
    x->len += lines.len;
    x->text[x->len] = '\0';

    for ( /* void */ ; *line != '\0'; line = end + 1) {
        end = strchr(line, '\n');
        assert_int_equal(end[-1], '}');
        export_count(x, line);
    }

    if (x->change) {
        desk_post(x->desk, &user, "/v1/tickets",
                  "{\"subject\":\"meanwhile\",\"description\":\"d\"}");
    }

    return ++x->calls != x->stop_after;
}


static uint64_t
export_run(desk_t *d, export_t *x, bool events_only, uint64_t since)
{
    uint64_t  lines;

    x->desk = d;
    x->calls = 0;
    x->len = 0;
    x->text[0] = '\0';
    memset(x->kinds, 0, sizeof(x->kinds));

    assert_int_equal(tkt_app_export(d->read, events_only, since,
                                    export_write, x, &lines), TKT_OK);

    return lines;
}


static void
has(const export_t *x, const char *text)
{
    if (strstr(x->text, text) == NULL) {
        fail_msg("no %s in:\n%s", text, x->text);
    }
}


static void
test_everything_once(void **state)
{
    desk_t    *d = *state;
    uint64_t   lines;
    export_t  *x;

    x = calloc(1, sizeof(export_t));
    assert_non_null(x);

    lines = export_run(d, x, false, 0);

    assert_int_equal(x->kinds[0], 2);
    assert_int_equal(x->kinds[1], 17);
    assert_int_equal(x->kinds[2], 5);
    assert_int_equal(x->kinds[3], 5);
    assert_int_equal(x->kinds[4], 16);
    assert_int_equal(lines, 45);

    has(x, "\"subject\":\"打印机\"");
    has(x, "\"name\":\"other\",\"profile\":\"s000\"");
    has(x, "\"tenant\":\"other\",\"data\":{\"id\":17");
    has(x, "\"requester\":{\"id\":1,\"name\":\"p1\"}");
    has(x, "\"body\":\"Plug.\"");
    has(x, "\"state\":{\"old\":\"in_progress\",\"new\":\"resolved\"}");
    has(x, "\"account\":{\"old\":null,\"new\":\"a-17\"}");
    has(x, "\"description\":{\"old\":\"xxx");
    has(x, "\"number\":\"T-1\"");

    /* what depends on the caller, and what is nobody's business */

    assert_null(strstr(x->text, "allowed_actions"));
    assert_null(strstr(x->text, "state_label"));
    assert_null(strstr(x->text, "digest"));
    assert_null(strstr(x->text, "tk_"));

    free(x);
}


/* Numbers as the tenant writes them. */
static void
test_prefix(void **state)
{
    desk_t       *d = *state;
    export_t     *x;
    tkt_actor_t   operator = desk_actor(1, 0, TKT_ROLE_ADMIN);

    x = calloc(1, sizeof(export_t));
    assert_non_null(x);
    desk_ok(d, &operator, TKT_METHOD_PATCH, "/v1/tenants/1",
            "{\"number_prefix\":\"ACME\"}");
    (void) export_run(d, x, false, 0);
    has(x, "\"number\":\"ACME-1\"");
    free(x);
}


static void
test_since(void **state)
{
    desk_t    *d = *state;
    export_t  *x;

    x = calloc(1, sizeof(export_t));
    assert_non_null(x);

    assert_int_equal(export_run(d, x, true, 0), 16);
    assert_int_equal(x->kinds[4], 16);

    assert_int_equal(export_run(d, x, true, 14), 2);
    has(x, "\"data\":{\"id\":15,");
    has(x, "\"data\":{\"id\":16,");

    assert_int_equal(export_run(d, x, true, 16), 0);
    assert_int_equal(export_run(d, x, true, UINT64_MAX), 0);

    free(x);
}


/* Many shares, between which the store goes on. */
static void
test_shares(void **state)
{
    size_t           i;
    uint64_t         before;
    export_t        *x;
    traffic_t       *t;
    static desk_t    d;
    tkt_command_t   *cmd;
    tkt_env_info_t   info;

    x = calloc(1, sizeof(export_t));
    t = malloc(sizeof(traffic_t));
    assert_non_null(x);
    assert_non_null(t);

    desk_open(&d);
    traffic_start(t, 99);
    traffic_make_people(&d);

    for (i = 0; i < 900; i++) {
        cmd = traffic_next(t, &d);
        assert_int_equal(tkt_app_run(d.env, &cmd, 1, NULL, NULL), TKT_OK);
        tkt_command_free(cmd);
    }

    assert_int_equal(tkt_txn_renew(d.read), TKT_OK);
    before = tkt_txn_last(d.read, TKT_SEQ_EVENT);
    assert_int_equal(tkt_env_stat(d.read, &info), TKT_OK);
    tkt_txn_reset(d.read);

    (void) export_run(&d, x, false, 0);
    assert_int_equal(x->kinds[1], info.entries[TKT_DB_PRINCIPAL]);
    assert_int_equal(x->kinds[2], info.entries[TKT_DB_TICKET]);
    assert_int_equal(x->kinds[4], before);
    assert_true(x->calls > KINDS);

    assert_int_equal(export_run(&d, x, true, before - 3), 3);

    x->change = true;
    (void) export_run(&d, x, false, 0);
    assert_true(x->kinds[2] >= info.entries[TKT_DB_TICKET]);
    assert_true(x->kinds[4] > before);
    has(x, "\"subject\":\"meanwhile\"");

    x->change = false;
    x->stop_after = 2;
    (void) export_run(&d, x, false, 0);
    assert_int_equal(x->calls, 2);

    desk_close(&d);
    free(t);
    free(x);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_everything_once),
        cmocka_unit_test(test_prefix),
        cmocka_unit_test(test_since),
        cmocka_unit_test(test_shares),
    };

    return cmocka_run_group_tests(tests, small_store_setup,
                                  small_store_teardown);
}
