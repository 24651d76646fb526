/*
 * The library's argon2id with our costs.
 */

#include <sodium.h>

#include "crypto/tkt_password.h"


#define TKT_STRING(n)   #n
#define TKT_NUMBER(n)   TKT_STRING(n)

/* The same cost as the library writes it: KiB. */
#define TKT_PASSWORD_MEMORY_KIB  19456


_Static_assert(TKT_PASSWORD_HASH_BYTES == crypto_pwhash_STRBYTES,
               "a hash as text has the library's length");
_Static_assert(TKT_PASSWORD_PASSES >= crypto_pwhash_argon2id_OPSLIMIT_MIN
               && TKT_PASSWORD_MEMORY_BYTES
                  >= crypto_pwhash_argon2id_MEMLIMIT_MIN,
               "the costs are some that the library takes");
_Static_assert(TKT_PASSWORD_MEMORY_KIB * 1024 == TKT_PASSWORD_MEMORY_BYTES,
               "nobody's hash costs what a real one does");


/*
 * What is compared for an account that does not exist: a hash of zeros, which
 * no password is known to have.
 */
static const char  tkt_password_nobody[] =
    "$argon2id$v=19$m=" TKT_NUMBER(TKT_PASSWORD_MEMORY_KIB)
    ",t=" TKT_NUMBER(TKT_PASSWORD_PASSES)
    ",p=1$AAAAAAAAAAAAAAAAAAAAAA"
    "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";


bool
tkt_password_hash(char out[TKT_PASSWORD_HASH_BYTES], tkt_str_t password)
{
    return crypto_pwhash_str_alg(out, (const char *) password.data,
                                 password.len, TKT_PASSWORD_PASSES,
                                 TKT_PASSWORD_MEMORY_BYTES,
                                 crypto_pwhash_ALG_ARGON2ID13) == 0;
}


bool
tkt_password_check(tkt_str_t stored, tkt_str_t password, bool *weak)
{
    bool  nobody, right;
    char  hash[TKT_PASSWORD_HASH_BYTES] = { 0 };

    nobody = stored.len == 0 || stored.len >= sizeof(hash);

    if (nobody) {
        memcpy(hash, tkt_password_nobody, sizeof(tkt_password_nobody));

    } else {
        memcpy(hash, stored.data, stored.len);
    }

    *weak = crypto_pwhash_str_needs_rehash(hash, TKT_PASSWORD_PASSES,
                                           TKT_PASSWORD_MEMORY_BYTES) != 0;

    right = crypto_pwhash_str_verify(hash, (const char *) password.data,
                                     password.len) == 0;

    return right && !nobody;
}
