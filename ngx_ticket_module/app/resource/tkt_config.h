/*
 * Records of a tenant's configuration as others read them: by id and by name.
 */

#ifndef TKT_CONFIG_H
#define TKT_CONFIG_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_rows.h"


/* Keys of TKT_DB_CONFIG. */
void tkt_key_config(tkt_key_t *k, uint32_t tenant, uint8_t kind,
    uint64_t parent, uint64_t id);
void tkt_key_config_name(tkt_key_t *k, uint32_t tenant,
    tkt_config_kind_t kind, uint64_t parent, tkt_str_t name);

/* All of a kind, or of a kind below one parent. */
void tkt_key_config_kind(tkt_key_t *k, uint32_t tenant, uint8_t kind);

/*
 * Loads one; obj is a struct that begins with tkt_config_t, of `schema`.
 * False if there is none, or it does not decode (then the transaction's
 * status is TKT_INTERNAL).  In a read transaction arena may be NULL: strings
 * then point into the map.
 */
bool tkt_config_load(tkt_txn_t *txn, uint32_t tenant, tkt_config_kind_t kind,
    uint64_t parent, uint64_t id, const tkt_schema_t *schema, void *obj,
    tkt_arena_t *arena);

/* The same of one's own, below the caller, or of one that is shared. */
bool tkt_config_load_own(tkt_call_t *c, tkt_config_kind_t kind, uint64_t id,
    const tkt_schema_t *schema, void *obj, tkt_arena_t *arena);

/* The id of a name; 0: there is none. */
uint64_t tkt_config_by_name(tkt_txn_t *txn, uint32_t tenant,
    tkt_config_kind_t kind, uint64_t parent, tkt_str_t name);

/* The title in a language, else in the other, else the name. */
tkt_str_t tkt_config_title(const tkt_config_t *head, tkt_lang_t lang);


#endif /* TKT_CONFIG_H */
