/*
 * The OpenAPI document is whole: strict JSON, every reference leads
 * somewhere, every row of the operation table is there and nothing else.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include <yajl/yajl_parse.h>
#include <yajl/yajl_tree.h>

#include "app/call/tkt_inner.h"
#include "app/call/tkt_ops.h"


typedef struct {
    tkt_arena_t  arena;
    tkt_str_t    text;
    yajl_val     doc;
} document_t;


static tkt_str_t
generate(tkt_arena_t *arena, const char *mount)
{
    tkt_reply_t  reply;
    tkt_call_t   call = {
        .arena = arena, .reply = &reply,
        .op = tkt_operation_named(tkt_str("openapi.get")),
        .mount = tkt_str_z(mount),
    };

    memset(&reply, 0, sizeof(reply));
    assert_non_null(call.op);
    tkt_op_openapi(&call);

    assert_int_equal(reply.status, TKT_OK);
    assert_int_equal(reply.http, 200);
    assert_true(reply.cacheable);

    return reply.body;
}


static int
setup(void **state)
{
    char               error[256];
    char              *z;
    static document_t  d;

    tkt_arena_init(&d.arena, 65536);
    d.text = generate(&d.arena, "/desk");

    z = strndup((const char *) d.text.data, d.text.len);
    d.doc = yajl_tree_parse(z, error, sizeof(error));
    free(z);

    if (d.doc == NULL) {
        print_error("%s\n", error);
        return -1;
    }

    *state = &d;

    return 0;
}


static int
teardown(void **state)
{
    document_t  *d = *state;

    if (d != NULL) {
        yajl_tree_free(d->doc);
        tkt_arena_done(&d->arena);
    }

    return 0;
}


/* ---- a tree of values ---- */

/* The member of an object, or NULL; names may hold any character. */
static yajl_val
member(yajl_val v, const char *name, size_t len)
{
    size_t  i;

    if (!YAJL_IS_OBJECT(v)) {
        return NULL;
    }

    for (i = 0; i < v->u.object.len; i++) {
        if (strlen(v->u.object.keys[i]) == len
            && memcmp(v->u.object.keys[i], name, len) == 0)
        {
            return v->u.object.values[i];
        }
    }

    return NULL;
}


static yajl_val
get(yajl_val v, const char *name)
{
    return member(v, name, strlen(name));
}


static const char *
string(yajl_val v, const char *name)
{
    yajl_val  s = get(v, name);

    return (s != NULL && YAJL_IS_STRING(s)) ? YAJL_GET_STRING(s) : NULL;
}


/* "#/a/b": names in this document have neither '/' nor '~'. */
static yajl_val
resolve(yajl_val doc, const char *ref)
{
    size_t    n;
    yajl_val  v;

    if (strncmp(ref, "#/", 2) != 0) {
        return NULL;
    }

    for (v = doc, ref += 2; v != NULL; ref += n + 1) {
        n = strcspn(ref, "/");
        v = member(v, ref, n);

        if (ref[n] == '\0') {
            break;
        }
    }

    return v;
}


typedef void (*visit_t)(yajl_val doc, yajl_val object);


static size_t
walk(yajl_val doc, yajl_val v, visit_t visit)
{
    size_t  i, n;

    n = 0;

    if (YAJL_IS_ARRAY(v)) {
        for (i = 0; i < v->u.array.len; i++) {
            n += walk(doc, v->u.array.values[i], visit);
        }
    }

    if (YAJL_IS_OBJECT(v)) {
        visit(doc, v);
        n++;

        for (i = 0; i < v->u.object.len; i++) {
            n += walk(doc, v->u.object.values[i], visit);
        }
    }

    return n;
}


static void
check_reference(yajl_val doc, yajl_val object)
{
    const char  *ref = string(object, "$ref");

    if (ref != NULL && resolve(doc, ref) == NULL) {
        fail_msg("%s leads nowhere", ref);
    }
}


static void
check_names(yajl_val doc, yajl_val object)
{
    size_t  i, j;

    for (i = 0; i < object->u.object.len; i++) {
        for (j = 0; j < i; j++) {
            if (strcmp(object->u.object.keys[i], object->u.object.keys[j])
                == 0)
            {
                fail_msg("%s stands twice", object->u.object.keys[i]);
            }
        }
    }
}


static yajl_val
operation_object(yajl_val doc, const tkt_operation_t *op)
{
    size_t  i;
    char    method[16];

    (void) snprintf(method, sizeof(method), "%s",
                    tkt_method_name((tkt_method_t) op->method));

    for (i = 0; method[i] != '\0'; i++) {
        method[i] = (char) (method[i] | 0x20);
    }

    return get(get(get(doc, "paths"), op->path), method);
}


/* Whether an array of references or objects has this parameter. */
static bool
has_parameter(yajl_val doc, yajl_val list, const char *in, const char *name)
{
    size_t       i;
    yajl_val     p;
    const char  *ref;

    for (i = 0; i < list->u.array.len; i++) {
        p = list->u.array.values[i];
        ref = string(p, "$ref");

        if (ref != NULL) {
            p = resolve(doc, ref);
        }

        if (strcmp(string(p, "in"), in) == 0
            && strcmp(string(p, "name"), name) == 0)
        {
            return get(p, "schema") != NULL;
        }
    }

    return false;
}


static void
it_is_strict_json(void **state)
{
    document_t   *d = *state;
    yajl_handle   h;

    h = yajl_alloc(NULL, NULL, NULL);
    assert_int_equal(yajl_parse(h, d->text.data, d->text.len),
                     yajl_status_ok);
    assert_int_equal(yajl_complete_parse(h), yajl_status_ok);
    yajl_free(h);

    assert_true(walk(d->doc, d->doc, check_names) > 1000);
    assert_string_equal(string(d->doc, "openapi"), "3.1.0");
}


static void
every_reference_leads_somewhere(void **state)
{
    document_t  *d = *state;

    assert_true(walk(d->doc, d->doc, check_reference) > 1000);
}


static void
the_mount_is_the_server(void **state)
{
    char         error[256];
    char        *z;
    yajl_val     root, server;
    tkt_str_t    text;
    document_t  *d = *state;
    tkt_arena_t  arena;

    server = get(d->doc, "servers")->u.array.values[0];
    assert_string_equal(string(server, "url"), "/desk");

    tkt_arena_init(&arena, 65536);
    text = generate(&arena, "");
    z = strndup((const char *) text.data, text.len);
    root = yajl_tree_parse(z, error, sizeof(error));
    free(z);

    assert_non_null(root);
    server = get(root, "servers")->u.array.values[0];
    assert_string_equal(string(server, "url"), "/");

    yajl_tree_free(root);
    tkt_arena_done(&arena);
}


static void
it_has_every_operation(void **state)
{
    char                    status[8];
    size_t                  i, count;
    yajl_val                object, answer;
    document_t             *d = *state;
    const tkt_operation_t  *ops;

    ops = tkt_operations(&count);

    for (i = 0; i < count; i++) {
        object = operation_object(d->doc, &ops[i]);

        if (object == NULL) {
            fail_msg("%s is not in the document", ops[i].name);
        }

        assert_string_equal(string(object, "operationId"), ops[i].name);
        assert_string_equal(string(object, "summary"), ops[i].doc);
        assert_int_equal(get(object, "requestBody") != NULL,
                         ops[i].input != NULL
                         || (ops[i].flags & TKT_OP_UPLOAD) != 0);
        assert_int_equal(get(object, "security") != NULL,
                         ops[i].permission == TKT_PERM_NONE);

        (void) snprintf(status, sizeof(status), "%d", ops[i].success);
        answer = get(get(object, "responses"), status);
        assert_non_null(answer);
        assert_int_equal(get(answer, "content") == NULL,
                         ops[i].shape == TKT_SHAPE_NONE);
    }
}


static void
it_has_no_other_operation(void **state)
{
    size_t                  i, j;
    yajl_val                paths, item, object;
    document_t             *d = *state;
    const tkt_operation_t  *op;

    paths = get(d->doc, "paths");

    for (i = 0; i < paths->u.object.len; i++) {
        item = paths->u.object.values[i];

        for (j = 0; j < item->u.object.len; j++) {

            if (strcmp(item->u.object.keys[j], "parameters") == 0) {
                continue;
            }

            object = item->u.object.values[j];
            op = tkt_operation_named(tkt_str_z(string(object, "operationId")));

            assert_non_null(op);
            assert_string_equal(op->path, paths->u.object.keys[i]);
        }
    }
}


static void
it_has_every_parameter(void **state)
{
    char                    name[64];
    size_t                  i, p, count, n;
    yajl_val                item, object;
    document_t             *d = *state;
    const char             *open;
    const tkt_operation_t  *ops;

    ops = tkt_operations(&count);

    for (i = 0; i < count; i++) {
        item = get(get(d->doc, "paths"), ops[i].path);
        object = operation_object(d->doc, &ops[i]);

        for (p = 0; p < TKT_PARAM_MAX; p++) {
            assert_int_equal(has_parameter(d->doc, get(object, "parameters"),
                                 "query", tkt_param_name((tkt_param_id_t) p)),
                             (ops[i].params & tkt_bit(p)) != 0);
        }

        for (open = strchr(ops[i].path, '{'); open != NULL;
             open = strchr(open + 1, '{'))
        {
            n = strcspn(open + 1, "}");
            (void) snprintf(name, sizeof(name), "%.*s", (int) n, open + 1);

            if (!has_parameter(d->doc, get(item, "parameters"), "path",
                               name))
            {
                fail_msg("%s does not describe {%s}", ops[i].path, name);
            }
        }

        if (ops[i].flags & TKT_OP_IF_MATCH) {
            assert_true(has_parameter(d->doc, get(object, "parameters"),
                                      "header", "If-Match"));
        }

        if (ops[i].method == TKT_METHOD_POST) {
            assert_true(has_parameter(d->doc, get(object, "parameters"),
                                      "header", "Idempotency-Key"));
        }
    }
}


static void
it_has_every_status(void **state)
{
    char                     name[16];
    unsigned                 i;
    yajl_val                 responses, response, pattern;
    document_t              *d = *state;
    const tkt_status_row_t  *row;

    responses = get(get(d->doc, "components"), "responses");
    pattern = resolve(d->doc, "#/components/schemas/Problem/properties/type");

    for (i = TKT_OK + 1; i < TKT_STATUS_MAX; i++) {
        row = tkt_status_row((tkt_status_t) i);
        (void) snprintf(name, sizeof(name), "Problem%d", row->http);
        response = get(responses, name);

        assert_non_null(response);
        assert_non_null(strstr(string(response, "description"),
                               (const char *) row->code.data));
        assert_non_null(strstr(string(pattern, "pattern"),
                               (const char *) row->code.data));
    }
}


/*
 * Each status can come from some operation, but for an unknown method and what
 * is only said of an operation inside a batch.
 */
static void
every_status_is_answered(void **state)
{
    char                     status[8];
    size_t                   o, count;
    unsigned                 i;
    yajl_val                 response;
    const char              *words;
    document_t              *d = *state;
    const tkt_operation_t   *ops;
    const tkt_status_row_t  *row;

    ops = tkt_operations(&count);

    for (i = TKT_OK + 1; i < TKT_STATUS_MAX; i++) {
        row = tkt_status_row((tkt_status_t) i);
        (void) snprintf(status, sizeof(status), "%d", row->http);

        for (o = 0; o < count; o++) {
            response = get(get(operation_object(d->doc, &ops[o]),
                               "responses"), status);
            words = response ? string(response, "description") : NULL;

            if (words != NULL
                && strstr(words, (const char *) row->code.data) != NULL)
            {
                break;
            }
        }

        /* 424 stands for an operation within a batch */

        if (o == count && i != TKT_METHOD_NOT_ALLOWED
            && i != TKT_FAILED_DEPENDENCY)
        {
            fail_msg("no operation answers %s", row->code.data);
        }
    }
}


static bool
requires(yajl_val doc, const char *schema, const char *name)
{
    size_t    i;
    char      ref[64];
    yajl_val  list;

    (void) snprintf(ref, sizeof(ref), "#/components/schemas/%s", schema);
    list = get(resolve(doc, ref), "required");

    if (list == NULL) {
        return false;
    }

    for (i = 0; i < list->u.array.len; i++) {
        if (strcmp(list->u.array.values[i]->u.string, name) == 0) {
            return true;
        }
    }

    return false;
}


static void
members_are_required_where_they_always_are(void **state)
{
    yajl_val  items;
    yajl_val  doc = ((document_t *) *state)->doc;

    assert_true(requires(doc, "TicketInput", "subject"));
    assert_true(requires(doc, "TicketInput", "description"));
    assert_false(requires(doc, "TicketInput", "priority"));
    assert_false(requires(doc, "TicketPatch", "subject"));
    assert_true(requires(doc, "TicketTransferInput", "reason"));
    assert_false(requires(doc, "TicketAssignInput", "assignee"));
    assert_true(requires(doc, "Ticket", "allowed_actions"));
    assert_false(requires(doc, "TicketView", "subject"));

    assert_non_null(resolve(doc,
        "#/components/schemas/TicketView/properties/timeline"));
    assert_null(resolve(doc,
        "#/components/schemas/Ticket/properties/timeline"));

    items = resolve(doc,
        "#/components/schemas/TicketList/properties/data/items");
    assert_non_null(get(get(items, "properties"), "subject"));
    assert_null(get(items, "required"));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(it_is_strict_json),
        cmocka_unit_test(every_reference_leads_somewhere),
        cmocka_unit_test(the_mount_is_the_server),
        cmocka_unit_test(it_has_every_operation),
        cmocka_unit_test(it_has_no_other_operation),
        cmocka_unit_test(it_has_every_parameter),
        cmocka_unit_test(it_has_every_status),
        cmocka_unit_test(every_status_is_answered),
        cmocka_unit_test(members_are_required_where_they_always_are),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
