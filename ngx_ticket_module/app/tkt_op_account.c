/*
 * One's own account: logging in, registering, passwords.
 */

#include "app/tkt_ops.h"


void
tkt_op_password(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}


void
tkt_op_session_create(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}


void
tkt_op_session_delete(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}


void
tkt_op_account_create(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}


void
tkt_op_password_reset(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}
