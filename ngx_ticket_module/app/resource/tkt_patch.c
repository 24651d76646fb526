/*
 * Applying a patch; see the header.  The input stays as it was decoded: a
 * command may run a second time.
 */

#include <stdio.h>

#include "app/resource/tkt_patch.h"
#include "codec/tkt_json_merge.h"


typedef struct {
    tkt_call_t    *call;
    const void    *before;
    void          *after;
    tkt_status_t   status;       /* worst of the rows                        */
} tkt_patch_t;


static void
tkt_patch_too_large(tkt_patch_t *patch, const tkt_field_t *f)
{
    char           pointer[64];
    tkt_errors_t  *errors;

    errors = tkt_call_errors(patch->call);

    if (errors != NULL) {
        (void) snprintf(pointer, sizeof(pointer), "/%s", f->name);
        tkt_errors_add(errors, tkt_str_z(pointer), "too-long",
                       "With this patch it would exceed %u bytes of compact "
                       "JSON, or %d members an object.", (unsigned) f->max,
                       TKT_JSON_MEMBERS_MAX);
    }
}


/* Merges what tkt_schema_apply has replaced. */
static bool
tkt_patch_free_object(void *ctx, const tkt_field_t *f, size_t number)
{
    tkt_str_t      given;
    tkt_call_t    *c;
    tkt_patch_t   *patch = ctx;
    tkt_status_t   status;

    c = patch->call;

    if (f->type != TKT_T_JSON || !tkt_present_has(c->present, number)) {
        return true;
    }

    given = *tkt_field_str(f, c->input);

    if (given.len == 0) {
        return true;                                /* cleared by null */
    }

    status = tkt_json_merge_patch(*tkt_field_str(f, patch->before), given,
                                  f->max, c->arena,
                                  tkt_field_str(f, patch->after));

    if (status == TKT_INVALID_REQUEST) {
        tkt_patch_too_large(patch, f);
    }

    if (status != TKT_OK) {
        patch->status = status;
    }

    return status == TKT_OK || status == TKT_INVALID_REQUEST;
}


bool
tkt_patch_apply(tkt_call_t *c, const void *before, void *after)
{
    tkt_patch_t          patch = { c, before, after, TKT_OK };
    const tkt_schema_t  *schema = c->op->input;

    memcpy(after, before, schema->size);
    tkt_schema_apply(schema, c->present, after, c->input);
    (void) tkt_schema_walk(schema, tkt_patch_free_object, &patch);

    if (patch.status == TKT_OK) {
        return true;
    }

    /* a text of the store that cannot be walked: nothing may be built on it */

    if (patch.status != TKT_INVALID_REQUEST) {
        tkt_txn_fail(c->txn, patch.status);
    }

    tkt_call_fail(c, patch.status, NULL);

    return false;
}
