/*
 * One status enum for all layers.  Foreign codes (LMDB, errno, yajl) are
 * translated to it once, at the edge of the folder that may include them.
 */

#ifndef TKT_STATUS_H
#define TKT_STATUS_H


#include "base/tkt_base.h"


typedef enum {
    TKT_OK = 0,
#define X(name, http, code, en, zh, help)  TKT_##name,
#include "base/tkt_status_table.h"
#undef X
    TKT_STATUS_MAX
} tkt_status_t;


typedef struct {
    tkt_str_t  code;         /* last segment of the problem's type URI */
    tkt_str_t  title[2];     /* by tkt_lang_t */
    tkt_str_t  help;         /* English prose for /v1/problems/CODE */
    uint16_t   http;         /* status code */
} tkt_status_row_t;


/* Languages of titles and labels. */
typedef enum {
    TKT_LANG_EN = 0,
    TKT_LANG_ZH,
    TKT_LANG_MAX
} tkt_lang_t;


/* The row of a status; TKT_OK has an empty one with http 200. */
const tkt_status_row_t *tkt_status_row(tkt_status_t status);

/* The status with this problem code, or TKT_OK if there is none. */
tkt_status_t tkt_status_by_code(tkt_str_t code);

/*
 * The language to answer in, from an Accept-Language value (RFC 9110,
 * section 12.5.4): the acceptable one with the highest weight, English if
 * none matches.  The value is untrusted and may be empty.
 */
tkt_lang_t tkt_lang_accept(tkt_str_t accept_language);


#endif /* TKT_STATUS_H */
