/*
 * The handlers that rows of the operation table name, by file.
 */

#ifndef TKT_OPS_H
#define TKT_OPS_H


#include "app/tkt_call.h"


/* tkt_op_ticket.c */
void tkt_op_ticket_get(tkt_call_t *c);
void tkt_op_ticket_create(tkt_call_t *c);
void tkt_op_ticket_patch(tkt_call_t *c);

/* tkt_op_action.c: every action of the transition table */
void tkt_op_action(tkt_call_t *c);

/* tkt_op_message.c */
void tkt_op_message_create(tkt_call_t *c);
void tkt_op_message_list(tkt_call_t *c);
void tkt_op_timeline(tkt_call_t *c);

/* tkt_op_list.c */
void tkt_op_ticket_list(tkt_call_t *c);
void tkt_op_my_tickets(tkt_call_t *c);

/* tkt_op_user.c: one's own record; the others are resources */
void tkt_op_me(tkt_call_t *c);
void tkt_op_me_patch(tkt_call_t *c);

/* tkt_op_token.c */
void tkt_op_token_list(tkt_call_t *c);
void tkt_op_token_create(tkt_call_t *c);
void tkt_op_token_revoke(tkt_call_t *c);

/* tkt_op_role.c */
void tkt_op_permission_list(tkt_call_t *c);

/* tkt_op_account.c: passwords, logging in, registering */
void tkt_op_password(tkt_call_t *c);
void tkt_op_session_create(tkt_call_t *c);
void tkt_op_session_delete(tkt_call_t *c);
void tkt_op_account_create(tkt_call_t *c);
void tkt_op_password_reset(tkt_call_t *c);

/* tkt_op_code.c */
void tkt_op_code_create(tkt_call_t *c);
void tkt_op_outbox_list(tkt_call_t *c);

/* tkt_op_forward.c */
void tkt_op_forward(tkt_call_t *c);

/* tkt_op_seal.c */
void tkt_op_reveal(tkt_call_t *c);
void tkt_op_shred(tkt_call_t *c);
void tkt_job_shred(tkt_call_t *c);

/* tkt_op_audit.c */
void tkt_op_audit_list(tkt_call_t *c);

/* tkt_op_privacy.c */
void tkt_op_export(tkt_call_t *c);

/* tkt_op_erase.c */
void tkt_op_erase(tkt_call_t *c);
void tkt_job_erase(tkt_call_t *c);

/* tkt_token_uses.c */
void tkt_job_token_uses(tkt_call_t *c);

/* tkt_op_service.c */
void tkt_op_discovery(tkt_call_t *c);
void tkt_op_workflow(tkt_call_t *c);
void tkt_op_problem(tkt_call_t *c);

/* tkt_openapi.c */
void tkt_op_openapi(tkt_call_t *c);


#endif /* TKT_OPS_H */
