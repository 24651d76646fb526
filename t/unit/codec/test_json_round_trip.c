/*
 * Whatever was decoded is encoded so that a strict second parser takes it and
 * a decoder finds the same values.
 */

#include "sample.h"
#include "strict_json.h"

#include "base/tkt_time.h"


#define ROUND_TRIPS  20000


static uint64_t
next(uint64_t *seed)
{
    uint64_t  z;

    z = (*seed += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);

    return z ^ z >> 31;
}


/* Up to `max` code points out of all that our texts may hold. */
static tkt_str_t
random_text(uint64_t *seed, tkt_arena_t *a, size_t max, bool lines)
{
    size_t     n;
    uint8_t   *p;
    uint32_t   c;
    tkt_str_t  s;

    n = next(seed) % (max + 1);
    p = tkt_arena_bytes(a, 4 * max);
    s.data = p;

    while (n-- > 0) {
        switch (next(seed) % 6) {

        case 0:
            *p++ = (uint8_t) "\"\\/<&'~\t\n"[next(seed) % (lines ? 9 : 7)];
            break;

        case 1:
            c = 0xa0 + (uint32_t) next(seed) % (0x800 - 0xa0);
            *p++ = (uint8_t) (0xc0 | c >> 6);
            *p++ = (uint8_t) (0x80 | (c & 63));
            break;

        case 2:
        case 3:
            c = 0x800 + (uint32_t) next(seed) % (0xd800 - 0x800);
            if (next(seed) % 8 == 0) {
                c = 0xe000 + (uint32_t) next(seed) % 0x2000;
            }
            *p++ = (uint8_t) (0xe0 | c >> 12);
            *p++ = (uint8_t) (0x80 | (c >> 6 & 63));
            *p++ = (uint8_t) (0x80 | (c & 63));
            break;

        case 4:
            c = 0x10000 + (uint32_t) next(seed) % 0x100000;
            *p++ = (uint8_t) (0xf0 | c >> 18);
            *p++ = (uint8_t) (0x80 | (c >> 12 & 63));
            *p++ = (uint8_t) (0x80 | (c >> 6 & 63));
            *p++ = (uint8_t) (0x80 | (c & 63));
            break;

        default:
            *p++ = (uint8_t) (' ' + next(seed) % 95);
        }
    }

    s.len = (size_t) (p - s.data);

    return s;
}


static void
random_sample(uint64_t *seed, tkt_arena_t *a, sample_t *obj)
{
    static const tkt_str_t  customs[] = {
        tkt_lit(""), tkt_lit("{\"a\":[1.5e3,-0,null,true,{\"b\":\"\\n\"}]}"),
        tkt_lit("{\"\xe4\xb8\xad\":{}}")
    };

    static const tkt_str_t  tags[] = {
        tkt_lit(""), tkt_lit("[\"a\"]"), tkt_lit("[\"\xe4\xb8\xad\",\"b c\"]")
    };

    memset(obj, 0, sizeof(*obj));

    do {
        obj->line = random_text(seed, a, 9, false);
    } while (obj->line.len < 9);

    obj->text = random_text(seed, a, 40, true);
    obj->count = 3 + next(seed) % 98;
    obj->big = next(seed) >> (11 + next(seed) % 53);
    obj->score = next(seed) % 6;
    obj->level = tkt_int_keep((int64_t) (next(seed) % 101) - 50);
    obj->other = next(seed) >> (1 + next(seed) % 63);
    obj->flag = next(seed) % 2;
    obj->color = next(seed) % 4;
    obj->rights = next(seed) % 8 << 1;
    obj->at = next(seed) % (TKT_TIME_MAX_MS + 1);
    obj->tags = tags[next(seed) % 3];
    obj->custom = customs[next(seed) % 3];
    obj->staff = random_text(seed, a, 20, true);
    obj->owner = next(seed) % 3;
    obj->hidden = 1;

    if (obj->owner != 0) {
        obj->owner_name = random_text(seed, a, 20, false);
        obj->inner = random_text(seed, a, 10, false);
        obj->weight = next(seed) % 101;
    }
}


/* Leaves out what a client may not send: id, later, fixed. */
static void
sendable(tkt_present_t *p)
{
    size_t  i;

    memset(p, 0, sizeof(*p));

    for (i = 0; i < N_ROWS; i++) {
        if (i != N_ID && i != N_LATER && i != N_OWNER_FIXED) {
            tkt_present_set(p, i);
        }
    }
}


static void
test_round_trip(void **state)
{
    int                 i;
    size_t              k;
    uint64_t            seed = 1;
    sample_t            obj;
    decoded_t           d;
    tkt_out_t           o;
    tkt_arena_t         arena;
    tkt_present_t       only;
    const tkt_field_t  *f;

    sendable(&only);

    for (i = 0; i < ROUND_TRIPS; i++) {
        tkt_arena_init(&arena, 1024);
        random_sample(&seed, &arena, &obj);

        tkt_out_init(&o, &arena, next(&seed) % 300);
        tkt_out_object(&o, &sample_schema, &obj, ROLE_AGENT, &only, false);
        assert_true(strict_json(o.start, tkt_out_text(&o).len));

        decode(&d, tkt_out_text(&o), USE_ACT, false);

        if (d.status != TKT_OK) {
            fail_msg("round %d: %.*s", i, (int) tkt_out_text(&o).len,
                     (const char *) o.start);
        }

        for (k = 0; k < tkt_array_len(sample_fields); k++) {
            f = &sample_fields[k];

            if (k != N_ID && (f->flags & TKT_F_INTERNAL) == 0
                && !tkt_field_same(f, &obj, &d.obj))
            {
                fail_msg("round %d, %s: %.*s", i, f->name,
                         (int) tkt_out_text(&o).len, (const char *) o.start);
            }
        }

        decoded_done(&d);
        tkt_arena_done(&arena);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_round_trip),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
