/*
 * The ready-made types.
 */

#include "codec/tkt_json_walk.h"
#include "ticketctl/tkt_ctl.h"


/* How many types the answer lists. */
static unsigned
tkt_ctl_type_count(tkt_str_t answer)
{
    unsigned         n;
    tkt_str_t        name, value;
    tkt_json_walk_t  w;

    n = 0;

    if (tkt_json_walk_open(&w, tkt_ctl_member(answer, "data"))) {
        while (tkt_json_walk_next(&w, &name, &value)) {
            n++;
        }
    }

    return n;
}


int
tkt_ctl_type_seed(tkt_ctl_t *ctl)
{
    int        rc;
    tkt_str_t  made;

    rc = tkt_ctl_begin_texts(ctl, NULL);
    if (rc != TKT_CTL_OK) {
        return rc;
    }

    if (!tkt_ctl_send(ctl, TKT_METHOD_POST, tkt_str("/v1/types/ready-made"),
                      tkt_str(""), &made))
    {
        return TKT_CTL_FAILED;
    }

    return tkt_ctl_answer(ctl, made, tkt_arena_printf(&ctl->arena,
                          "%u types made", tkt_ctl_type_count(made)));
}
