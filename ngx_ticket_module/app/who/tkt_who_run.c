/*
 * The caller of a command, when it runs: what holds of him now, and the record
 * that his first command makes.
 *
 * The record is made before the command, which then finds it as it finds
 * anybody's, and is taken back with its number when the command is refused: a
 * refused command has written nothing.  Times and the audit log's entry, which
 * could not be taken back, are written when it stays.
 */

#include "app/privacy/tkt_audit.h"
#include "app/who/tkt_tenant_tree.h"
#include "app/who/tkt_who.h"


static void
tkt_who_note(tkt_call_t *c, tkt_audit_act_t act, const tkt_user_t *before,
    const tkt_user_t *after)
{
    tkt_audit_note_t  note = {
        .act = act, .object = TKT_OBJECT_USER, .object_id = after->id,
        .before = before, .after = after,
    };

    tkt_audit_append(c, (uint32_t) after->tenant, &note);
}


static bool
tkt_who_make(tkt_command_t *cmd, tkt_call_t *c)
{
    tkt_user_t  user;

    if (!tkt_tenant_open(c->txn, cmd->actor.tenant)
        || !tkt_who_principal(c->txn, NULL, cmd->identity.role, &cmd->actor))
    {
        tkt_call_fail(c, TKT_UNAUTHORIZED, NULL);
        return false;
    }

    if (!tkt_user_has_room(c->txn, cmd->actor.tenant)) {
        tkt_call_fail(c, TKT_CONFLICT,
                      "the tenant has as many principals as it may");
        return false;
    }

    tkt_who_record(&cmd->actor, &cmd->identity, &user);

    cmd->before = tkt_txn_changes(c->txn);
    user.id = tkt_txn_next(c->txn, TKT_SEQ_PRINCIPAL);
    user.version = 1;
    user.created_at = (uint64_t) c->now_ms;
    user.updated_at = user.created_at;
    tkt_user_save(c->txn, NULL, &user, c->arena);

    cmd->after = tkt_txn_changes(c->txn);
    cmd->actor.id = user.id;
    cmd->made = true;

    return true;
}


/* As it was before tkt_who_make. */
static void
tkt_who_unmake(tkt_command_t *cmd, tkt_call_t *c)
{
    tkt_user_t  user;

    tkt_who_record(&cmd->actor, &cmd->identity, &user);
    user.id = cmd->actor.id;
    tkt_user_take_back(c->txn, &user, c->arena);
    tkt_txn_take_back(c->txn, TKT_SEQ_PRINCIPAL, cmd->before);
}


/* What admission by token reads. */
#define TKT_WHO_READ                                                          \
    (tkt_bit(TKT_DB_TOKEN) | tkt_bit(TKT_DB_PRINCIPAL)                        \
     | tkt_bit(TKT_DB_ROLE) | tkt_bit(TKT_DB_TENANT))


/*
 * Whether all that his admission read is as it was then: nobody has changed a
 * principal, a token, a role or a tenant since, earlier commands of the batch
 * included.  Then a second look would see what the first has seen; only the
 * time goes on.
 */
static bool
tkt_who_unchanged(const tkt_actor_t *actor, tkt_call_t *c)
{
    return actor->by == TKT_BY_TOKEN
           && (actor->expires_at_ms == 0 || actor->expires_at_ms > c->now_ms)
           && tkt_txn_steady(c->txn, actor->snapshot, TKT_WHO_READ);
}


/*
 * Whether the token is still there and, by the time of the store, which no
 * clock that is set back takes back, has not ended.
 */
static bool
tkt_who_token(const tkt_actor_t *actor, tkt_call_t *c)
{
    tkt_key_t  key;
    tkt_str_t  value;

    if (actor->token == 0) {
        return true;
    }

    tkt_key_token(&key, actor->tenant, actor->id, actor->token);

    return tkt_get(c->txn, TKT_DB_TOKEN, &key, &value)
           && (actor->expires_at_ms == 0
               || actor->expires_at_ms > c->now_ms);
}


/* Whether he may still enter, and do what he was admitted to. */
static bool
tkt_who_still(tkt_command_t *cmd, tkt_call_t *c, const tkt_user_t *user)
{
    tkt_actor_t   now = cmd->actor;
    tkt_actor_t  *actor = &cmd->actor;

    if (!tkt_tenant_open(c->txn, actor->tenant)
        || !tkt_who_principal(c->txn, user, cmd->identity.role, &now)
        || !tkt_who_token(actor, c))
    {
        tkt_call_fail(c, TKT_UNAUTHORIZED, NULL);
        return false;
    }

    /* somebody unseen until now has what his new record gives him */

    if (cmd->unseen) {
        actor->id = now.id;
    }

    actor->grants = now.grants;

    if (tkt_role_cap(actor->role, now.role) != actor->role
        || (tkt_actor_permissions(actor) & ~tkt_actor_permissions(&now)) != 0)
    {
        tkt_call_fail(c, TKT_FORBIDDEN, "your role has just been changed");
        return false;
    }

    return true;
}


bool
tkt_who_enter(tkt_command_t *cmd, tkt_call_t *c)
{
    bool          found;
    tkt_user_t    user;
    tkt_actor_t  *actor = &cmd->actor;

    cmd->made = false;
    cmd->version = 0;

    if (actor->id == 0) {

        /* the operator, or nobody; nobody of a tenant is a guest */

        if (actor->role == TKT_ROLE_NONE && actor->tenant != 0
            && !tkt_tenant_open(c->txn, actor->tenant))
        {
            tkt_call_fail(c, TKT_UNAUTHORIZED, NULL);
            return false;
        }

        return true;
    }

    if (tkt_who_unchanged(actor, c)) {
        return true;
    }

    if (cmd->unseen) {

        /* again: a run before this one may have been undone */

        actor->id = TKT_PRINCIPAL_UNSEEN;
        found = tkt_user_by_login(c->txn, actor->tenant,
                                  tkt_str_z(actor->login), &user, c->arena);
    } else {
        found = tkt_user_load(c->txn, actor->tenant, actor->id, &user,
                              c->arena);
    }

    if (!found && cmd->unseen && tkt_txn_status(c->txn) == TKT_OK) {
        return tkt_who_make(cmd, c);
    }

    if (!found) {
        tkt_call_fail(c, TKT_UNAUTHORIZED, NULL);
        return false;
    }

    cmd->version = user.version;

    return tkt_who_still(cmd, c, &user);
}


/*
 * What a record is to say of somebody for whom the site speaks.  The role only
 * if the site has made the record: what an administrator has given somebody is
 * not taken away by a location that lets him in as less.
 */
static void
tkt_who_follow(const tkt_command_t *cmd, tkt_user_t *user)
{
    if (cmd->identity.name.len > 0) {
        user->name = cmd->identity.name;
    }

    if (cmd->identity.email.len > 0
        && !tkt_str_eq(cmd->identity.email, user->email))
    {
        user->email = cmd->identity.email;
        user->email_verified = 0;
    }

    if (cmd->identity.role.len > 0 && tkt_who_has_role(&cmd->actor)
        && (user->origin == TKT_ORIGIN_IDENTITY
            || user->origin == TKT_ORIGIN_JWT))
    {
        user->role = cmd->actor.role;
        user->role_id = cmd->actor.role_id;
    }
}


static void
tkt_who_update(tkt_command_t *cmd, tkt_call_t *c)
{
    tkt_user_t  before, user;

    /* not over what the command itself has just changed */

    if (!tkt_user_load(c->txn, cmd->actor.tenant, cmd->actor.id, &before,
                       c->arena)
        || before.version != cmd->version)
    {
        return;
    }

    user = before;
    tkt_who_follow(cmd, &user);

    if (tkt_changes_pack(&tkt_user_schema, &before, &user, c->arena).len > 0) {
        user.version++;
        user.updated_at = (uint64_t) tkt_txn_stamp(c->txn, c->now_ms);
        tkt_user_save(c->txn, &before, &user, c->arena);
        tkt_who_note(c, TKT_AUDIT_CHANGE, &before, &user);
    }
}


void
tkt_who_leave(tkt_command_t *cmd, tkt_call_t *c)
{
    bool        done;
    tkt_user_t  user;

    if (tkt_txn_status(c->txn) != TKT_OK) {
        return;
    }

    done = cmd->reply.http / 100 == 2;

    if (!cmd->made) {

        if (done && !cmd->reply.replayed && (cmd->actor.by == TKT_BY_IDENTITY
                                             || cmd->actor.by == TKT_BY_JWT))
        {
            tkt_who_update(cmd, c);
        }

        return;
    }

    if (!done && tkt_txn_changes(c->txn) == cmd->after) {
        tkt_who_unmake(cmd, c);
        return;
    }

    (void) tkt_txn_stamp(c->txn, c->now_ms);

    if (tkt_user_load(c->txn, cmd->actor.tenant, cmd->actor.id, &user,
                      c->arena))
    {
        tkt_who_note(c, TKT_AUDIT_CREATE, NULL, &user);
    }
}
