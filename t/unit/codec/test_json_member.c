/*
 * Members: which are required, unknown, duplicate or of the wrong type, and
 * the pointer under which each fault is reported; null and merge patches;
 * free objects and tags in canonical form.
 */

#include "sample.h"


#define LONG_NAME                                                             \
    "0123456789012345678901234567890123456789012345678901234567890123"


static void
check_faults(const char *text, uint32_t use, bool merge, const char *expected)
{
    char       faults[4096];
    decoded_t  d;

    decode(&d, tkt_str_z(text), use, merge);
    faults_text(&d.errors, faults, sizeof(faults));

    if (strcmp(faults, expected) != 0
        || d.status != (expected[0] ? TKT_INVALID_REQUEST : TKT_OK))
    {
        fail_msg("%s:\n%s\nexpected:\n%s", text, faults, expected);
    }

    decoded_done(&d);
}


static const struct {
    const char  *text;
    uint32_t     use;
    const char  *faults;
}  faulty[] = {
    { "{}", USE_CREATE, "/line required" },
    { "{}", USE_PATCH, "" },
    { "{\"owner\":{}}", USE_CREATE,
      "/owner/id required\n/line required" },
    { "{\"owner\":{}}", USE_ACT, "" },
    { "{\"line\":null}", USE_CREATE, "/line null" },
    { "{\"line\":\"ab\",\"owner\":{\"id\":null}}", USE_CREATE,
      "/owner/id null" },
    { "{\"lin\":\"ab\"}", USE_ACT, "/lin unknown" },
    { "{\"Line\":\"ab\"}", USE_ACT, "/Line unknown" },
    { "{\"linex\":\"ab\"}", USE_ACT, "/linex unknown" },
    { "{\"\":1}", USE_ACT, "/ unknown" },
    { "{\"a/b~c\":1,\"~1\":2}", USE_ACT,
      "/a~1b~0c unknown\n/~01 unknown" },
    { "{\"" LONG_NAME "\":1}", USE_ACT, "/" LONG_NAME " unknown" },
    { "{\"" LONG_NAME "4\":1}", USE_ACT, "/" LONG_NAME " unknown" },
    { "{\"x" LONG_NAME "\xe4\xb8\xad\":1}", USE_ACT,
      "/x012345678901234567890123456789012345678901234567890123456789012"
      " unknown" },
    { "{\"01234567890123456789012345678901234567890123456789012345678901"
      "\xe4\xb8\xad\":1}", USE_ACT,
      "/01234567890123456789012345678901234567890123456789012345678901"
      " unknown" },
    { "{\"id\":1}", USE_ACT, "/id unknown" },
    { "{\"hidden\":1}", USE_ACT, "/hidden unknown" },
    { "{\"later\":[]}", USE_ACT, "/later unknown" },
    { "{\"owner\":{\"id\":1,\"fixed\":1}}", USE_ACT,
      "/owner/fixed unknown" },
    { "{\"owner\":{\"inner\":{\"x\":1,\"weight\":101}}}", USE_ACT,
      "/owner/inner/x unknown\n/owner/inner/weight too-large" },
    { "{\"bogus\":{\"line\":1,\"a\":[{}]},\"flag\":1}", USE_ACT,
      "/bogus unknown\n/flag type" },
    { "{\"flag\":true,\"flag\":true}", USE_ACT, "/flag duplicate" },
    { "{\"flag\":true,\"fl\\u0061g\":1}", USE_ACT, "/flag duplicate" },
    { "{\"\\u0066lag\":true,\"flag\":{\"x\":1}}", USE_ACT,
      "/flag duplicate" },
    { "{\"flag\":1,\"flag\":true}", USE_ACT,
      "/flag type\n/flag duplicate" },
    { "{\"flag\":null,\"flag\":true}", USE_ACT, "/flag duplicate" },
    { "{\"owner\":{\"id\":1,\"i\\u0064\":2},\"owner\":{}}", USE_ACT,
      "/owner/id duplicate\n/owner duplicate" },
    { "{\"owner\":{\"name\":\"a\",\"inner\":{\"text\":\"a\","
      "\"te\\u0078t\":\"\"}}}", USE_ACT,
      "/owner/inner/text duplicate" },
    { "{\"custom\":{\"a\":{\"b\":1,\"\\u0062\":2},\"c\":[{\"d\":1,"
      "\"d\":2}]}}", USE_ACT,
      "/custom/a/b duplicate\n/custom/c/0/d duplicate" },
    { "{\"custom\":{\"a/\":1,\"a\\/\":2}}", USE_ACT,
      "/custom/a~1 duplicate" },
    { "{\"custom\":{\"a\":[0,\"\\u0001\"],\"\\u007f\":1}}", USE_ACT,
      "/custom/a/1 control\n/custom/\x7f control" },
    { "{\"tags\":[\"a\",1,null,{\"x\":[]},[\"y\"],\"a\",\"\",\"b,\"]}",
      USE_ACT,
      "/tags/1 type\n/tags/2 type\n/tags/3 type\n/tags/4 type\n"
      "/tags/5 duplicate\n/tags/6 too-short\n/tags/7 format" },
    { "{\"tags\":[\"a\",\"\\u0061\"]}", USE_ACT, "/tags/1 duplicate" },
    { "{\"rights\":[\"read\",\"read\",\"run\",\"\",1,[]]}", USE_ACT,
      "/rights/1 duplicate\n/rights/2 choice\n/rights/3 choice\n"
      "/rights/4 type\n/rights/5 type" },
};


static void
test_faults(void **state)
{
    size_t  i;

    for (i = 0; i < tkt_array_len(faulty); i++) {
        check_faults(faulty[i].text, faulty[i].use, false, faulty[i].faults);
    }
}


/* Every row × every kind of JSON value: taken, or a fault of type. */
static void
test_types(void **state)
{
    size_t  i, k;
    char    text[128], faults[64];

    static const char *const  values[] = {
        "true", "5", "\"red\"", "[]", "{}"
    };

    static const struct {
        const char  *name;
        const char  *taken;       /* one letter a value: y, n, or f, other */
    } rows[] = {
        { "line",   "nnynn" }, { "text",   "nnynn" }, { "count",  "nynnn" },
        { "big",    "nynnn" }, { "score",  "nynnn" }, { "level",  "nynnn" },
        { "other",  "nyfnn" },
        { "flag",   "ynnnn" }, { "color",  "nnynn" }, { "rights", "nnnyn" },
        { "at",     "nnfnn" }, { "slug",   "nnynn" }, { "email",  "nnfnn" },
        { "phone",  "nnfnn" }, { "url",    "nnfnn" }, { "tags",   "nnnyn" },
        { "custom", "nnnny" }, { "secret", "nnynn" }, { "owner",  "nnnny" },
        { "staff",  "nnynn" },
    };

    for (i = 0; i < tkt_array_len(rows); i++) {
        for (k = 0; k < 5; k++) {
            sprintf(text, "{\"%s\":%s}", rows[i].name, values[k]);
            faults[0] = '\0';

            if (rows[i].taken[k] == 'n') {
                sprintf(faults, "/%s type", rows[i].name);

            } else if (rows[i].taken[k] == 'f') {
                sprintf(faults, "/%s %s", rows[i].name,
                        strcmp(rows[i].name, "other") ? "format" : "type");
            }

            check_faults(text, USE_ACT, false, faults);
            check_faults(text, USE_ACT, true, faults);
        }
    }
}


static void
test_errors_bound(void **state)
{
    char       text[2048], *p;
    size_t     i;
    decoded_t  d;

    p = stpcpy(text, "{");

    for (i = 0; i < 2 * TKT_JSON_ERRORS_MAX; i++) {
        p += sprintf(p, "%s\"m%zu\":0", i ? "," : "", i);
    }

    (void) stpcpy(p, "}");

    decode(&d, tkt_str_z(text), USE_ACT, false);
    assert_int_equal(d.status, TKT_INVALID_REQUEST);
    assert_int_equal(d.errors.count, TKT_JSON_ERRORS_MAX);
    assert_text(d.errors.list[TKT_JSON_ERRORS_MAX - 1].pointer, "/m15");
    decoded_done(&d);
}


static void
test_values(void **state)
{
    size_t     i;
    decoded_t  d;

    static const char  text[] =
        "{\"line\":\"caf\\u00e9\",\"text\":\"a\\nb\",\"count\":42,"
        "\"big\":9007199254740991,\"other\":\"9223372036854775807\","
        "\"flag\":false,\"color\":\"blue\",\"rights\":[\"admin\",\"read\"],"
        "\"at\":\"2026-11-21T08:15:30.123+01:00\",\"slug\":\"a.b-c_9\","
        "\"email\":\"a.b@example.com\",\"phone\":\"+86 (10) 12.3-4x5\","
        "\"url\":\"https://x.cn/\xe4\xb8\xad\","
        "\"tags\":[\"\xe4\xb8\xad\",\"a b\"],"
        "\"custom\": { \"b\" : [ 1.50, {\"\\u0061\":\"\\/\"} ], \"a\":-0 },"
        "\"owner\":{\"id\":7,\"name\":\"Z\",\"inner\":{\"weight\":0}}}";

    static const uint8_t  present[] = {
        N_LINE, N_TEXT, N_COUNT, N_BIG, N_OTHER, N_FLAG, N_COLOR, N_RIGHTS,
        N_AT, N_SLUG, N_EMAIL, N_PHONE, N_URL, N_TAGS, N_CUSTOM, N_OWNER,
        N_OWNER_ID, N_OWNER_NAME, N_OWNER_INNER, N_INNER_WEIGHT
    };

    decode(&d, tkt_str(text), USE_CREATE, false);
    assert_int_equal(d.status, TKT_OK);

    assert_text(d.obj.line, "caf\xc3\xa9");
    assert_text(d.obj.text, "a\nb");
    assert_int_equal(d.obj.count, 42);
    assert_int_equal(d.obj.big, INT64_C(9007199254740991));
    assert_int_equal(d.obj.other, INT64_MAX);
    assert_int_equal(d.obj.flag, 0);
    assert_int_equal(d.obj.color, 3);
    assert_int_equal(d.obj.rights, 0xa);
    assert_int_equal(d.obj.at, INT64_C(1795245330123));
    assert_text(d.obj.slug, "a.b-c_9");
    assert_text(d.obj.tags, "[\"\xe4\xb8\xad\",\"a b\"]");
    assert_text(d.obj.custom, "{\"b\":[1.50,{\"a\":\"/\"}],\"a\":-0}");
    assert_int_equal(d.obj.owner, 7);
    assert_text(d.obj.owner_name, "Z");

    for (i = 0; i < tkt_array_len(present); i++) {
        assert_true(tkt_present_has(&d.present, present[i]));
        d.present.bits[0] &= ~tkt_bit(present[i]);
    }

    assert_int_equal(d.present.bits[0], 0);
    assert_int_equal(d.present.bits[1], 0);

    /* a slice of the body where it can be */

    assert_true(d.obj.slug.data > d.body
                && d.obj.slug.data < d.body + sizeof(text));

    decoded_done(&d);
}


static void
test_merge(void **state)
{
    decoded_t  d;

    check_faults("{}", USE_CREATE, true, "");
    check_faults("{\"line\":null}", USE_CREATE, true, "/line null");
    check_faults("{\"line\":null}", USE_PATCH, true, "/line null");
    check_faults("{\"line\":null}", USE_PATCH, false, "");
    check_faults("{\"owner\":{}}", USE_CREATE, true, "");
    check_faults("{\"owner\":{\"id\":null}}", USE_PATCH, true,
                 "/owner/id null");
    check_faults("{\"id\":null}", USE_PATCH, true, "/id unknown");
    check_faults("{\"text\":null,\"text\":\"a\"}", USE_PATCH, true,
                 "/text duplicate");

    /* null clears; without merge it is absence */

    decode(&d, tkt_str("{\"text\":null,\"count\":null,\"tags\":null,"
                       "\"custom\":null,\"at\":null,\"flag\":true}"),
           USE_PATCH, true);
    assert_int_equal(d.status, TKT_OK);
    assert_int_equal(d.present.bits[0],
                     tkt_bit(N_TEXT) | tkt_bit(N_COUNT) | tkt_bit(N_TAGS)
                     | tkt_bit(N_CUSTOM) | tkt_bit(N_AT) | tkt_bit(N_FLAG));
    assert_int_equal(d.obj.text.len, 0);
    assert_int_equal(d.obj.flag, 1);
    decoded_done(&d);

    /* a free object's patch is handed on; {} is no patch, and no null */

    decode(&d, tkt_str("{\"custom\":{\"a\":null,\"b\":{}}}"), USE_PATCH, true);
    assert_int_equal(d.present.bits[0], tkt_bit(N_CUSTOM));
    assert_text(d.obj.custom, "{\"a\":null,\"b\":{}}");
    decoded_done(&d);

    decode(&d, tkt_str("{\"custom\":{ },\"tags\":[]}"), USE_PATCH, true);
    assert_int_equal(d.present.bits[0], tkt_bit(N_TAGS));
    decoded_done(&d);

    decode(&d, tkt_str("{\"custom\":{}}"), USE_PATCH, false);
    assert_int_equal(d.present.bits[0], tkt_bit(N_CUSTOM));
    decoded_done(&d);

    decode(&d, tkt_str("{\"text\":null,\"flag\":true}"), USE_PATCH, false);
    assert_int_equal(d.present.bits[0], tkt_bit(N_FLAG));
    decoded_done(&d);

    /* null for an object clears what the client may set in it */

    decode(&d, tkt_str("{\"owner\":null}"), USE_PATCH, true);
    assert_int_equal(d.status, TKT_OK);
    assert_int_equal(d.present.bits[0],
                     tkt_bit(N_OWNER) | tkt_bit(N_OWNER_ID)
                     | tkt_bit(N_OWNER_NAME) | tkt_bit(N_OWNER_INNER)
                     | tkt_bit(N_INNER_TEXT) | tkt_bit(N_INNER_WEIGHT));
    decoded_done(&d);
}


static void
check_kept(const char *text, const char *custom, const char *tags)
{
    decoded_t  d;

    decode(&d, tkt_str_z(text), USE_ACT, false);

    if (d.status != TKT_OK) {
        fail_msg("refused: %s", text);
    }

    assert_text(d.obj.custom, custom);
    assert_text(d.obj.tags, tags);
    decoded_done(&d);
}


static void
test_canonical(void **state)
{
    check_kept("{\"custom\":{}, \"tags\":[]}", "", "");
    check_kept("{\"custom\":{ \n}, \"tags\":[ ]}", "", "");
    check_kept("{\"custom\":{\"\":null}}", "{\"\":null}", "");
    check_kept("{\"custom\":{\"z\":[[],{},[{}]],\"a\":[ true ,false,null]}}",
               "{\"z\":[[],{},[{}]],\"a\":[true,false,null]}", "");
    check_kept("{\"custom\":{\"a\":{\"a\":1},\"b\":{\"a\":1}}}",
               "{\"a\":{\"a\":1},\"b\":{\"a\":1}}", "");
    check_kept("{\"custom\":{\"\\u4e2d\":\"\\\"\\\\\\n\\t\\u0022:\"}}",
               "{\"\xe4\xb8\xad\":\"\\\"\\\\\\n\\t\\\":\"}", "");
    check_kept("{\"custom\":{\"a\":-0,\"b\":1E5,\"c\":0.10,\"d\":-1.5e-3}}",
               "{\"a\":-0,\"b\":1E5,\"c\":0.10,\"d\":-1.5e-3}", "");
    check_kept("{\"custom\":{\"a:\":\":\",\"b\":\"[\",\"c\":\"{\"}}",
               "{\"a:\":\":\",\"b\":\"[\",\"c\":\"{\"}", "");
    check_kept("{\"tags\":[\"b\",\"a\",\"c:[{\"]}", "",
               "[\"b\",\"a\",\"c:[{\"]");
}


static void
test_bounds_of_kept(void **state)
{
    char    text[8192], *p;
    size_t  i, n;

    /* 64 bytes of compact text, however it was written */

    for (n = 64; n <= 65; n++) {
        p = stpcpy(text, "{\"custom\" : { \"a\"  :  \"");
        memset(p, 'x', n - 8);
        (void) stpcpy(p + n - 8, "\" } }");
        check_faults(text, USE_ACT, false,
                     n == 64 ? "" : "/custom too-long");
    }

    check_faults("{\"custom\":{\"a\":[[[[[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,"
                 "16,17,18,19,20,21,22,23,24,25,26],3],3],3],{\"b\":1,\"b\":2"
                 "}]},\"flag\":1}", USE_ACT, false,
                 "/custom too-long\n/flag type");

    for (n = 32; n <= 33; n++) {
        p = stpcpy(text, "{\"tags\":[");

        for (i = 0; i < n; i++) {
            p += sprintf(p, "%s\"t%zu\"", i ? "," : "", i);
        }

        (void) stpcpy(p, "]}");
        check_faults(text, USE_ACT, false, n == 32 ? "" : "/tags/32 too-long");
    }

    for (n = 64; n <= 65; n++) {
        p = stpcpy(text, "{\"tags\":[\"");

        for (i = 0; i < n; i++) {
            p = stpcpy(p, "\xe4\xb8\xad");
        }

        (void) stpcpy(p, "\"]}");
        check_faults(text, USE_ACT, false, n == 64 ? "" : "/tags/0 too-long");
    }
}


/* No value is ever repeated in an error. */
static void
test_secrets_stay(void **state)
{
    size_t     i;
    decoded_t  d;

    decode(&d, tkt_str("{\"secret\":\"hunter2hunter2\",\"email\":\"hunter2\","
                       "\"color\":\"hunter2\",\"tags\":[\"hunter2,\"],"
                       "\"rights\":[\"hunter2\"],\"custom\":\"hunter2\"}"),
           USE_ACT, false);

    assert_int_equal(d.errors.count, 6);
    assert_text(d.errors.list[0].code, "too-long");

    for (i = 0; i < d.errors.count; i++) {
        assert_null(memmem(d.errors.list[i].detail.data,
                           d.errors.list[i].detail.len, "hunter2", 7));
    }

    decoded_done(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_errors_bound),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_merge),
        cmocka_unit_test(test_canonical),
        cmocka_unit_test(test_bounds_of_kept),
        cmocka_unit_test(test_secrets_stay),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
