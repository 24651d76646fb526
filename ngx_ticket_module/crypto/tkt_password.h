/*
 * Passwords: argon2id (RFC 9106) over libsodium.  Costly on purpose: never in
 * an event loop nor inside a transaction.
 */

#ifndef TKT_PASSWORD_H
#define TKT_PASSWORD_H


#include "base/tkt_base.h"


/* Of a hash as text, "$argon2id$v=19$m=…", with its NUL. */
#define TKT_PASSWORD_HASH_BYTES  128

/* What a hash costs: OWASP's first choice for argon2id. */
#define TKT_PASSWORD_MEMORY_BYTES  (19 * 1024 * 1024)
#define TKT_PASSWORD_PASSES        2


/*
 * Hashes a password of any length into NUL-terminated text.  False without
 * memory.
 */
bool tkt_password_hash(char out[TKT_PASSWORD_HASH_BYTES], tkt_str_t password);

/*
 * True if the password is the one of `stored`.  An empty `stored` stands for
 * an account that does not exist or has no password: the same work is done
 * and the answer is false.  *weak is set if the hash was made with other costs
 * than today's and should be made anew.
 */
bool tkt_password_check(tkt_str_t stored, tkt_str_t password, bool *weak);


#endif /* TKT_PASSWORD_H */
