/*
 * Codes that prove an address, and the outbox they wait in.
 */

#include "app/call/tkt_ops.h"
#include "app/who/tkt_accounts.h"
#include "base/tkt_text.h"


/* What has ended goes, so many at a time, with what comes. */
#define TKT_CODE_SWEEP_MAX  4

#define TKT_CODE_ADDRESS_MIN_CHARS  3

/* 10 to the power of TKT_CODE_DIGITS. */
#define TKT_CODE_RANGE      UINT64_C(100000000)

_Static_assert(TKT_CODE_DIGITS == 8, "the range has as many zeros");


/* To whom a code goes; both empty: to nobody. */
typedef struct {
    uint64_t   principal;
    tkt_str_t  email;
    tkt_str_t  phone;
} tkt_code_receiver_t;


/* ---- what was asked for ---- */

static bool
tkt_code_input_check(tkt_call_t *c, const tkt_credentials_t *in)
{
    if (in->purpose == TKT_PURPOSE_RESET) {

        if (in->login.len > 0 && in->email.len == 0 && in->phone.len == 0) {
            return true;
        }

        tkt_call_invalid(c, "/login", "required", "a code to reset a "
                         "password is asked for by login alone");
        return false;
    }

    if (in->login.len > 0) {
        tkt_call_invalid(c, "/login", "conflict",
                         "this code is asked for by address");
        return false;
    }

    if ((in->email.len == 0) == (in->phone.len == 0)) {
        tkt_call_invalid(c, in->email.len == 0 ? "/email" : "/phone",
                         "required", "give either email or phone");
        return false;
    }

    if (tkt_code_address(in->email, in->phone, c->arena).len
        < TKT_CODE_ADDRESS_MIN_CHARS)
    {
        tkt_call_invalid(c, "/phone", "format", "a number has digits");
        return false;
    }

    return true;
}


/* False if there is nobody; nothing else must tell. */
static bool
tkt_code_receiver(tkt_call_t *c, uint32_t tenant,
    const tkt_credentials_t *in, tkt_code_receiver_t *to)
{
    tkt_account_t  account;

    memset(to, 0, sizeof(*to));

    if (tenant == 0) {
        return false;
    }

    if (in->purpose != TKT_PURPOSE_RESET) {
        to->email = in->email;
        to->phone = in->phone;
        return true;
    }

    if (!tkt_account_find(c->txn, in->tenant, in->login, &account, c->arena)
        || !tkt_account_may_have_password(&account))
    {
        return false;
    }

    if (account.user.email_verified && account.user.email.len > 0) {
        to->email = account.user.email;

    } else if (account.user.phone_verified && account.user.phone.len > 0) {
        to->phone = account.user.phone;

    } else {
        return false;
    }

    to->principal = account.user.id;

    return true;
}


/* ---- the code ---- */

/* Digits, each code as likely as any other. */
static tkt_str_t
tkt_code_make(tkt_call_t *c)
{
    size_t     i;
    uint64_t   value;

    /* the numbers above the last full range would favour small codes */

    for (value = 0, i = 0; i + sizeof(value) <= 32; i += sizeof(value)) {
        memcpy(&value, c->random + i, sizeof(value));

        if (value < UINT64_MAX - UINT64_MAX % TKT_CODE_RANGE) {
            break;
        }
    }

    return tkt_arena_printf(c->arena, "%0*llu", TKT_CODE_DIGITS,
                            (unsigned long long) (value % TKT_CODE_RANGE));
}


/* Records of a database whose time has passed, from `from` on. */
static void
tkt_code_sweep(tkt_call_t *c, tkt_db_t db, uint32_t tenant,
    const tkt_key_t *from)
{
    size_t        i;
    bool          ended;
    tkt_key_t     prefix, key;
    tkt_code_t    code;
    tkt_scan_t    scan;
    tkt_outbox_t  note;

    tkt_key_tenant(&prefix, tenant);
    tkt_scan_open(&scan, c->txn, db, &prefix, from, false);

    for (i = 0; i < TKT_CODE_SWEEP_MAX && tkt_scan_next(&scan); i++) {

        ended = db == TKT_DB_CODE
                ? tkt_record_unpack(&tkt_code_record_schema, scan.value,
                                    &code)
                  && code.expires_at <= (uint64_t) c->now_ms
                : tkt_record_unpack(&tkt_outbox_schema, scan.value, &note)
                  && note.expires_at <= (uint64_t) c->now_ms;

        if (ended) {
            tkt_key_start(&key);
            tkt_key_bytes(&key, scan.key);
            (void) tkt_delete(c->txn, db, &key);
        }
    }

    tkt_scan_close(&scan);
}


/*
 * Both lists stay about as long as what is still good: notifications go
 * oldest first, codes next to the new one, whose place is any.
 */
static void
tkt_code_sweep_all(tkt_call_t *c, const tkt_code_id_t *id)
{
    tkt_key_t  key;

    tkt_key_code(&key, id->tenant, id->digest);
    tkt_code_sweep(c, TKT_DB_CODE, id->tenant, &key);
    tkt_code_sweep(c, TKT_DB_OUTBOX, id->tenant, NULL);
}


static void
tkt_code_store(tkt_call_t *c, const tkt_code_id_t *id,
    const tkt_credentials_t *in, const tkt_code_receiver_t *to,
    uint64_t *expires_at)
{
    uint8_t       digest[32];
    tkt_str_t     text = tkt_code_make(c);
    tkt_code_t    record;
    tkt_outbox_t  note;

    tkt_code_digest(digest, id, text);

    record = (tkt_code_t) {
        .created_at = (uint64_t) tkt_txn_stamp(c->txn, c->now_ms),
        .principal = to->principal,
        .digest = { digest, sizeof(digest) },
    };
    record.expires_at = record.created_at + TKT_CODE_TTL_S * 1000;
    *expires_at = record.expires_at;

    if (to->email.len + to->phone.len > 0) {
        record.outbox = tkt_txn_next(c->txn, TKT_SEQ_OUTBOX);

        note = (tkt_outbox_t) {
            .id = record.outbox, .tenant = id->tenant,
            .created_at = record.created_at,
            .expires_at = record.expires_at, .purpose = in->purpose,
            .principal = to->principal, .email = to->email,
            .phone = to->phone, .code = text,
        };
        tkt_outbox_save(c->txn, &note, c->arena);
    }

    tkt_code_save(c->txn, id->tenant, id->digest, &record, c->arena);
}


static void
tkt_code_answer(tkt_call_t *c, uint64_t purpose, uint64_t expires_at)
{
    tkt_out_t          o;
    tkt_code_answer_t  answer = {
        .purpose = purpose, .expires_at = expires_at
    };

    tkt_out_init(&o, c->arena, 128);
    tkt_out_object(&o, &tkt_code_schema, &answer,
                   (uint32_t) tkt_bit(c->actor->role), NULL, false);
    tkt_call_answer(c, &o);
}


void
tkt_op_code_create(tkt_call_t *c)
{
    uint32_t                  tenant;
    uint64_t                  ready, expires_at;
    tkt_code_t                before;
    tkt_code_id_t             id;
    tkt_code_receiver_t       to;
    const tkt_credentials_t  *in = c->input;

    if (!tkt_code_input_check(c, in)) {
        return;
    }

    tenant = tkt_account_tenant(c->txn, in->tenant, c->arena);
    tkt_code_id(&id, tenant, in->tenant, (tkt_purpose_t) in->purpose,
                in->purpose == TKT_PURPOSE_RESET ? in->login
                : tkt_code_address(in->email, in->phone, c->arena));

    if (tkt_code_load(c->txn, id.tenant, id.digest, &before, c->arena)) {
        ready = before.created_at + TKT_CODE_COOL_DOWN_S * 1000;

        if (ready > (uint64_t) c->now_ms) {
            c->reply->retry_after_s =
                (uint32_t) ((ready - (uint64_t) c->now_ms + 999) / 1000);
            tkt_call_fail(c, TKT_QUOTA_EXCEEDED, "a code was asked for only "
                          "just now");
            return;
        }

        tkt_code_spend(c->txn, &id, &before);
    }

    (void) tkt_code_receiver(c, tenant, in, &to);
    tkt_code_store(c, &id, in, &to, &expires_at);
    tkt_code_sweep_all(c, &id);
    tkt_code_answer(c, in->purpose, expires_at);
}


/* ---- the outbox ---- */

void
tkt_op_outbox_list(tkt_call_t *c)
{
    size_t        n, steps, limit;
    uint8_t       last[TKT_U64_MAX_CHARS];
    uint64_t      from, id;
    tkt_out_t     o;
    tkt_key_t     prefix, start;
    tkt_str_t     filter, position;
    tkt_scan_t    scan;
    tkt_outbox_t  note;

    filter = tkt_arena_printf(c->arena, "outbox %u", c->actor->tenant);

    if (!tkt_call_limit(c, &limit) || !tkt_call_cursor(c, filter, &position)) {
        return;
    }

    from = 0;
    (void) tkt_u64_parse(position, &from);

    tkt_key_tenant(&prefix, c->actor->tenant);
    tkt_key_outbox(&start, c->actor->tenant, from + 1);

    tkt_out_init(&o, c->arena, 512 + limit * 192);
    tkt_out_lit(&o, "{\"data\":[");
    tkt_scan_open(&scan, c->txn, TKT_DB_OUTBOX, &prefix, &start, false);

    for (id = 0, n = 0, steps = 0; n < limit && steps < TKT_LIST_STEPS_MAX;
         steps++)
    {
        if (!tkt_scan_next(&scan)) {
            break;
        }

        if (!tkt_record_unpack(&tkt_outbox_schema, scan.value, &note)) {
            tkt_txn_fail(c->txn, TKT_INTERNAL);
            break;
        }

        id = note.id;

        if (note.expires_at > (uint64_t) c->now_ms) {
            tkt_out_comma(&o);
            tkt_out_object(&o, &tkt_outbox_schema, &note,
                           (uint32_t) tkt_bit(c->actor->role), NULL, false);
            n++;
        }
    }

    n = (n == limit || steps == TKT_LIST_STEPS_MAX) && tkt_scan_next(&scan)
        ? tkt_u64_format(last, id) : 0;
    tkt_scan_close(&scan);

    tkt_call_page(c, &o, filter, (tkt_str_t) { last, n });
    tkt_out_lit(&o, "}");
    tkt_call_answer(c, &o);
}
