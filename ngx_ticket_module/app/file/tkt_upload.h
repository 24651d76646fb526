/*
 * What may be uploaded, for the look before a file is read and for the
 * command alike.
 */

#ifndef TKT_UPLOAD_H
#define TKT_UPLOAD_H


#include "app/call/tkt_call.h"


/*
 * Whether the caller may have one more file that is bound to nothing, and his
 * tenant so many bytes more; false, and answered, if not.
 */
bool tkt_upload_room(tkt_call_t *c, uint64_t bytes);

/* Whether the tenant may; false, and answered, if not. */
bool tkt_upload_fits(tkt_call_t *c, uint64_t bytes);


#endif /* TKT_UPLOAD_H */
