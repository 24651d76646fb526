/*
 * The handlers that rows of the operation table name, by file.
 */

#ifndef TKT_OPS_H
#define TKT_OPS_H


#include "app/call/tkt_call.h"


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

/* tkt_op_type.c: what the resources do not do; tkt_op_form.c */
void tkt_op_type_seed(tkt_call_t *c);
void tkt_op_type_form(tkt_call_t *c);

/* tkt_op_member.c */
void tkt_op_member_put(tkt_call_t *c);

/* tkt_op_presence.c */
void tkt_op_presence_get(tkt_call_t *c);
void tkt_op_presence_put(tkt_call_t *c);

/* tkt_presence.c, tkt_route_pass.c */
void tkt_job_presence(tkt_call_t *c);
void tkt_job_return(tkt_call_t *c);
void tkt_job_route(tkt_call_t *c);

/* tkt_op_verification.c */
void tkt_op_verification_get(tkt_call_t *c);
void tkt_op_verification_patch(tkt_call_t *c);

/* tkt_op_macro.c */
void tkt_op_macro_apply(tkt_call_t *c);

/* tkt_op_view.c */
void tkt_op_view_list(tkt_call_t *c);
void tkt_op_view_get(tkt_call_t *c);
void tkt_op_view_tickets(tkt_call_t *c);

/* tkt_op_similar.c */
void tkt_op_similar(tkt_call_t *c);

/* tkt_op_batch.c */
void tkt_op_batch(tkt_call_t *c);

/* tkt_op_part.c: members of a ticket that commute */
void tkt_op_tag_put(tkt_call_t *c);
void tkt_op_tag_delete(tkt_call_t *c);
void tkt_op_watcher_put(tkt_call_t *c);
void tkt_op_watcher_delete(tkt_call_t *c);
void tkt_op_link_put(tkt_call_t *c);
void tkt_op_link_delete(tkt_call_t *c);
void tkt_op_step_put(tkt_call_t *c);
void tkt_op_step_delete(tkt_call_t *c);

/* tkt_op_split.c */
void tkt_op_split(tkt_call_t *c);

/* tkt_op_approval.c */
void tkt_op_approval_put(tkt_call_t *c);

/* tkt_op_draft.c */
void tkt_op_draft_get(tkt_call_t *c);
void tkt_op_draft_put(tkt_call_t *c);
void tkt_op_draft_delete(tkt_call_t *c);

/* tkt_op_viewer.c */
void tkt_op_viewers(tkt_call_t *c);

/* tkt_op_notice.c */
void tkt_op_notices(tkt_call_t *c);
void tkt_op_notices_read(tkt_call_t *c);

/* tkt_op_attachment.c */
void tkt_op_attachment_create(tkt_call_t *c);
void tkt_op_attachment_get(tkt_call_t *c);
void tkt_op_attachment_delete(tkt_call_t *c);
void tkt_op_attachment_list(tkt_call_t *c);
void tkt_job_collect(tkt_call_t *c);
void tkt_job_unlink(tkt_call_t *c);

/* tkt_op_service.c */
void tkt_op_discovery(tkt_call_t *c);
void tkt_op_workflow(tkt_call_t *c);
void tkt_op_problem(tkt_call_t *c);

/* tkt_openapi.c */
void tkt_op_openapi(tkt_call_t *c);


#endif /* TKT_OPS_H */
