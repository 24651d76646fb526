/*
 * What a password must be like: long enough, not the account's own name, and
 * none of those that everybody tries first (NIST SP 800-63B, section 5.1.1.2:
 * length and a list of common ones, no rules of composition).
 */

#ifndef TKT_PASSWORD_RULES_H
#define TKT_PASSWORD_RULES_H


#include "base/tkt_base.h"


/* A refusal, in words for the member at fault. */
typedef struct {
    const char  *code;
    const char  *detail;
} tkt_password_fault_t;

/*
 * Whether the password may be that of an account with this login and mail
 * address (either may be empty); *fault says why not.  The password is UTF-8;
 * its greatest length is the schema's matter.
 */
bool tkt_password_allowed(tkt_str_t password, tkt_str_t login,
    tkt_str_t email, tkt_password_fault_t *fault);

/*
 * Whether somebody may register this login: no space, no control, no ASCII
 * capital and no colon, so that no two logins look the same by case and none
 * is taken for one that the desk makes ("guest:…").
 */
bool tkt_login_allowed(tkt_str_t login);


#endif /* TKT_PASSWORD_RULES_H */
