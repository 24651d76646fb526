/*
 * The directory of attachments, for `ticketctl verify`.
 */

#ifndef TKT_CTL_FILES_H
#define TKT_CTL_FILES_H


#include "app/verify/tkt_verify.h"
#include "ticketctl/tkt_ctl.h"


/*
 * Compares it with the store, in the read transaction that is open; faults are
 * reported and counted.  *orphans: files without a record.
 */
tkt_status_t tkt_ctl_verify_files(tkt_ctl_t *ctl, tkt_verify_report_t report,
    tkt_verify_figures_t *figures, uint64_t *orphans);


#endif /* TKT_CTL_FILES_H */
