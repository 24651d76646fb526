/*
 * The file of master keys as ticketctl reads and replaces it.
 */

#ifndef TKT_CTL_KEY_H
#define TKT_CTL_KEY_H


#include "crypto/tkt_seal.h"
#include "ticketctl/tkt_ctl.h"


typedef struct {
    const char     *path;
    int             fd;            /* of the file as it was read; -1: none   */
    tkt_str_t       text;
    tkt_keyring_t  *ring;
} tkt_ctl_keys_t;


/*
 * Reads the file of --key-file, as who was started, so before the store is
 * opened; an exit code.  *k is to be given back in any case.
 */
int tkt_ctl_key_read(tkt_ctl_t *ctl, tkt_ctl_keys_t *k);

void tkt_ctl_key_done(tkt_ctl_keys_t *k);

/*
 * Puts the text in the place of the file (0600), whole or not at all; an exit
 * code.  A name beside it is also the lock against another ticketctl.
 */
int tkt_ctl_key_replace(tkt_ctl_keys_t *k, tkt_str_t text);

/*
 * Overwrites the file that was replaced.  As much as can be done from here: a
 * file system with a journal, snapshots or a flash disk keeps what it likes.
 */
void tkt_ctl_key_overwrite(tkt_ctl_keys_t *k);


#endif /* TKT_CTL_KEY_H */
