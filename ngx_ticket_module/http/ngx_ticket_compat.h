/*
 * What differs between versions of nginx; no other file asks for one.
 */

#ifndef NGX_TICKET_COMPAT_H
#define NGX_TICKET_COMPAT_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <nginx.h>


/* Since 1.23.0 fields of one name are linked; pushing one leaves its link. */
#if (nginx_version >= 1023000)
#define ngx_ticket_elt_alone(h)  (h)->next = NULL
#else
#define ngx_ticket_elt_alone(h)
#endif


#endif /* NGX_TICKET_COMPAT_H */
