/*
 * The operation table and the schemas it refers to have no gap: every row has
 * its words, permission, scope and a route of its own.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include <yajl/yajl_tree.h>

#include "app/call/tkt_inner.h"
#include "app/call/tkt_ops.h"


/* Those that anybody may call, and no others. */
static const char *const  public_operations[] = {
    "workflow.get", "permission.list", "discovery.get", "openapi.get",
    "problem.get", "health.get", "ready.get",

    /* where the location has them */
    "session.create", "code.create", "account.create", "password.reset"
};


static void
operations_have_all_they_need(void **state)
{
    size_t                  i, p, count;
    bool                    is_public;
    const tkt_operation_t  *op;

    op = tkt_operations(&count);

    for (i = 0; i < count; i++, op++) {
        is_public = false;

        for (p = 0; p < tkt_array_len(public_operations); p++) {
            is_public |= strcmp(op->name, public_operations[p]) == 0;
        }

        if ((op->permission == TKT_PERM_NONE) != is_public) {
            fail_msg("%s: %s", op->name, is_public ? "is not public"
                                                   : "needs no permission");
        }

        /* one that nobody could have would be no way in, but no route */

        if (op->permission >= TKT_PERM_MAX
            || (op->permission != TKT_PERM_NONE
                && tkt_perm_names.names[op->permission].len == 0))
        {
            fail_msg("%s: permission %u is none", op->name, op->permission);
        }

        /* an action needs its own permission; writing has one for several,
           whoever watches may cease to, and approving is no editing */

        if (op->action != 0 && op->action != TKT_ACTION_MESSAGE
            && strcmp(op->name, "watcher.delete") != 0
            && strcmp(op->name, "approval.put") != 0
            && op->permission != tkt_perm_action(op->action))
        {
            fail_msg("%s: another action's permission", op->name);
        }

        if ((op->flags & TKT_OP_LOGIN) && op->permission != TKT_PERM_NONE) {
            fail_msg("%s: a login that needs one", op->name);
        }

        if (op->permission != TKT_PERM_NONE && op->scope == 0) {
            fail_msg("%s has no scope", op->name);
        }

        if (op->kind == TKT_OP_COMMAND
            && !(op->scope & (TKT_SCOPE_WRITE | TKT_SCOPE_ADMIN)))
        {
            fail_msg("%s: a token for reading may call it", op->name);
        }

        if (op->kind == TKT_OP_COMMAND && op->method == TKT_METHOD_GET) {
            fail_msg("%s: GET that writes", op->name);
        }

        assert_int_equal(op->run == NULL, op->kind == TKT_OP_CARRIER);
        assert_true(op->doc != NULL && op->doc[0] != '\0');
        assert_non_null(strchr(op->name, '.'));
        assert_true(op->success / 100 == 2);
        assert_int_equal(op->output == NULL, op->shape == TKT_SHAPE_NONE
                                             || op->shape == TKT_SHAPE_JSON
                                             || op->shape == TKT_SHAPE_FILE);
        assert_int_equal(op->input == NULL, op->use == 0);
    }
}


/* Whether two templates match some path in common. */
static bool
overlap(const char *a, const char *b)
{
    while (*a != '\0' && *b != '\0') {

        if (*a == '{' || *b == '{') {
            a += strcspn(a, "/");
            b += strcspn(b, "/");
            continue;
        }

        if (*a++ != *b++) {
            return false;
        }
    }

    return *a == *b;
}


static void
no_route_stands_twice(void **state)
{
    size_t                  i, j, count;
    const tkt_operation_t  *ops;

    ops = tkt_operations(&count);

    for (i = 0; i < count; i++) {
        for (j = 0; j < i; j++) {

            if (strcmp(ops[i].name, ops[j].name) == 0) {
                fail_msg("%s stands twice", ops[i].name);
            }

            if (ops[i].method == ops[j].method
                && overlap(ops[i].path, ops[j].path))
            {
                fail_msg("%s and %s have one route", ops[i].name,
                         ops[j].name);
            }
        }
    }
}


static void
every_action_has_its_route(void **state)
{
    char                    path[128];
    unsigned                a;
    tkt_str_t               verb;
    const tkt_operation_t  *op;

    for (a = 0; a < TKT_ACTION_MAX; a++) {

        if (!tkt_action_is_route((tkt_action_t) a)) {
            continue;
        }

        verb = tkt_action_names.names[a];
        (void) snprintf(path, sizeof(path), "ticket.%.*s", (int) verb.len,
                        (const char *) verb.data);
        op = tkt_operation_named(tkt_str_z(path));

        if (op == NULL) {
            fail_msg("%s has no operation", path);
        }

        (void) snprintf(path, sizeof(path), "/v1/tickets/{id}/%.*s",
                        (int) verb.len, (const char *) verb.data);

        assert_string_equal(op->path, path);
        assert_int_equal(op->action, a);
        assert_int_equal(op->method, TKT_METHOD_POST);
        assert_int_equal(op->use, tkt_action_use(a));
        assert_true(op->flags & TKT_OP_IF_MATCH);
    }
}


static bool
check_row(void *ctx, const tkt_field_t *f, size_t number)
{
    const tkt_schema_t  *s = ctx;

    if (f->doc == NULL || f->doc[0] == '\0') {
        fail_msg("%s.%s has no words", s->name, f->name);
    }

    return true;
}


static void
every_row_has_words(void **state)
{
    size_t                     i, count;
    const tkt_schema_t *const *list;

    list = tkt_model_schemas(&count);
    assert_true(count > 0);

    for (i = 0; i < count; i++) {
        (void) tkt_schema_walk(list[i], check_row,
                               (void *) (uintptr_t) list[i]);
    }
}


static void
parameters_have_words_and_schemas(void **state)
{
    char            error[256];
    size_t          i;
    yajl_val        v;
    tkt_param_id_t  id;

    for (i = 0; i < TKT_PARAM_MAX; i++) {
        id = (tkt_param_id_t) i;
        v = yajl_tree_parse(tkt_param_schema(id), error, sizeof(error));

        assert_true(YAJL_IS_OBJECT(v));
        assert_true(strlen(tkt_param_doc(id)) > 0);
        yajl_tree_free(v);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(operations_have_all_they_need),
        cmocka_unit_test(no_route_stands_twice),
        cmocka_unit_test(every_action_has_its_route),
        cmocka_unit_test(every_row_has_words),
        cmocka_unit_test(parameters_have_words_and_schemas),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
