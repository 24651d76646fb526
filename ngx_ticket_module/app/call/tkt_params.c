/*
 * Names of query parameters and methods, for the operation table's readers.
 */

#include "app/call/tkt_operation.h"


static const struct {
    const char  *name;
    const char  *schema;
    const char  *doc;
} tkt_param_rows[] = {
#define X(id, text, json, prose)  { text, json, prose },
    TKT_PARAM_TABLE(X)
#undef X
};


const char *
tkt_param_name(tkt_param_id_t id)
{
    return tkt_param_rows[id].name;
}


const char *
tkt_param_schema(tkt_param_id_t id)
{
    return tkt_param_rows[id].schema;
}


const char *
tkt_param_doc(tkt_param_id_t id)
{
    return tkt_param_rows[id].doc;
}


const char *
tkt_method_name(tkt_method_t method)
{
    static const char *const  names[] = {
        "", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"
    };

    return names[method];
}
