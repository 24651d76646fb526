/*
 * Guests: see the header.
 */

#include "app/privacy/tkt_audit.h"
#include "app/ticket/tkt_view.h"
#include "app/who/tkt_guest.h"
#include "crypto/tkt_crypto.h"


/* The address as text makes the login; one that does not fit, its digest. */
static tkt_str_t
tkt_guest_login(tkt_call_t *c, tkt_str_t address)
{
    uint64_t  half[2];
    uint8_t   digest[16];

    if (address.len + sizeof(TKT_GUEST_LOGIN) - 1 <= TKT_LOGIN_MAX_CHARS) {
        return tkt_arena_printf(c->arena, TKT_GUEST_LOGIN "%.*s",
                                (int) address.len,
                                (const char *) address.data);
    }

    tkt_hash_parts(digest, sizeof(digest), &address, 1);
    memcpy(half, digest, sizeof(half));

    return tkt_arena_printf(c->arena, TKT_GUEST_LOGIN "#%016llx%016llx",
                            (unsigned long long) half[0],
                            (unsigned long long) half[1]);
}


/* Whether the code proves this address; one of the two is empty. */
static bool
tkt_guest_proves(tkt_call_t *c, const tkt_ticket_t *in, tkt_str_t email,
    tkt_str_t phone, tkt_guest_t *guest)
{
    tkt_str_t  address = tkt_code_address(email, phone, c->arena);

    if (address.len == 0) {
        return false;
    }

    tkt_code_id(&guest->id, c->actor->tenant, tkt_str(""), TKT_PURPOSE_GUEST,
                address);

    if (!tkt_code_right(c->txn, &guest->id, in->code, c->now_ms,
                        &guest->code, c->arena))
    {
        return false;
    }

    guest->user = (tkt_user_t) {
        .id = TKT_PRINCIPAL_UNSEEN, .tenant = c->actor->tenant,
        .role = TKT_ROLE_USER, .version = 1, .kind = TKT_PERSON_GUEST,
        .origin = TKT_ORIGIN_GUEST, .login = tkt_guest_login(c, address),
        .name = in->contact_name, .email = email, .phone = phone,
        .email_verified = email.len > 0, .phone_verified = phone.len > 0,
    };

    return true;
}


/* Of two addresses in the contact, either may be the one. */
static bool
tkt_guest_address(tkt_call_t *c, const tkt_ticket_t *in, tkt_guest_t *guest)
{
    tkt_str_t      none = tkt_str("");
    tkt_code_id_t  other;

    if (in->contact_email.len + in->contact_phone.len == 0) {
        tkt_call_invalid(c, "/contact/email", "required",
                         "a guest gives the address that the code was sent "
                         "to, email or phone");
        return false;
    }

    if (in->code.len == 0) {
        tkt_call_invalid(c, "/code", "required", "a guest sends the code "
                         "that proves the address of the contact");
        return false;
    }

    if (tkt_guest_proves(c, in, in->contact_email, none, guest)
        || tkt_guest_proves(c, in, none, in->contact_phone, guest))
    {
        return true;
    }

    /* it was a guess at both */

    if (in->contact_email.len > 0 && in->contact_phone.len > 0) {
        tkt_code_id(&other, c->actor->tenant, tkt_str(""), TKT_PURPOSE_GUEST,
                    tkt_code_address(in->contact_email, none, c->arena));
        tkt_code_count(c, &other);
    }

    tkt_code_refuse(c, &guest->id, "/code");

    return false;
}


/* Makes him who was here before the guest; false, and answered. */
static bool
tkt_guest_known(tkt_call_t *c, tkt_guest_t *guest)
{
    tkt_user_t  user;

    guest->made = !tkt_user_by_login(c->txn, c->actor->tenant,
                                     guest->user.login, &user, c->arena);

    if (guest->made) {

        if (tkt_user_has_room(c->txn, c->actor->tenant)) {
            return true;
        }

        tkt_call_fail(c, TKT_CONFLICT, "this tenant takes no more principals");
        return false;
    }

    guest->user = user;

    if (user.disabled || user.erased_at != 0
        || user.origin != TKT_ORIGIN_GUEST)
    {
        tkt_call_fail(c, TKT_FORBIDDEN,
                      "this address may not submit as a guest");
        return false;
    }

    if (!tkt_token_room(c, c->actor->tenant, user.id, TKT_TOKEN_LINK,
                        &guest->room))
    {
        tkt_call_fail(c, TKT_CONFLICT, "a principal has at most %d tokens",
                      TKT_TOKENS_PER_USER_MAX);
        return false;
    }

    return true;
}


bool
tkt_guest_prove(tkt_call_t *c, const tkt_ticket_t *in, tkt_guest_t *guest)
{
    memset(guest, 0, sizeof(*guest));
    guest->here = c->actor->role == TKT_ROLE_NONE;

    if (!guest->here) {

        if (in->code.len == 0) {
            return true;
        }

        tkt_call_invalid(c, "/code", "conflict",
                         "only a guest sends a code: you are known");
        return false;
    }

    if (!tkt_guest_address(c, in, guest) || !tkt_guest_known(c, guest)) {
        return false;
    }

    tkt_account_act_as(c, &guest->user, TKT_ROLE_USER);

    return true;
}


uint64_t
tkt_guest_settle(tkt_call_t *c, tkt_guest_t *guest, uint64_t requester)
{
    tkt_user_t        *user = &guest->user;
    tkt_audit_note_t   note = {
        .act = TKT_AUDIT_CREATE, .object = TKT_OBJECT_USER, .after = user
    };

    if (!guest->here) {
        return requester;
    }

    tkt_code_spend(c->txn, &guest->id, &guest->code);

    if (!guest->made) {
        return requester;
    }

    user->id = tkt_txn_next(c->txn, TKT_SEQ_PRINCIPAL);
    user->created_at = (uint64_t) tkt_txn_stamp(c->txn, c->now_ms);
    user->updated_at = user->created_at;

    tkt_user_save(c->txn, NULL, user, c->arena);
    tkt_account_act_as(c, &guest->user, TKT_ROLE_USER);

    note.object_id = user->id;
    tkt_audit_append(c, (uint32_t) user->tenant, &note);

    return user->id;
}


void
tkt_guest_answer(tkt_call_t *c, tkt_guest_t *guest, tkt_ticket_t *t)
{
    uint8_t             secret[TKT_HASH_BYTES];
    tkt_str_t           parts[] = { tkt_lit("guest link"),
                                    { c->random, TKT_HASH_BYTES } };
    tkt_token_record_t  token = { .kind = TKT_TOKEN_LINK, .ticket = t->id };

    if (!guest->here) {
        return;
    }

    /* what a replay of this request answers: all but the token */

    c->keep = c->reply->body;

    /* the random bytes may be at the root of other secrets of this command,
       which the guest must not learn from his token */

    tkt_hash_parts(secret, sizeof(secret), parts, tkt_array_len(parts));

    token.expires_at = (uint64_t) c->now_ms + TKT_LINK_TTL_S * 1000ULL;
    t->access_token = tkt_token_issue(c, &guest->user, &token, secret,
                                      &guest->room);
    tkt_wipe(secret, sizeof(secret));

    tkt_view_answer_ticket(c, t);
}
