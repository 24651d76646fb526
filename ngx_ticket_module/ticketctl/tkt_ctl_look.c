/*
 * Commands that only look: verify, stat, export.
 */

#include <stdio.h>

#include "app/privacy/tkt_export.h"
#include "app/verify/tkt_verify.h"
#include "base/tkt_text.h"
#include "ticketctl/tkt_ctl_files.h"
#include "ticketctl/tkt_ctl_key.h"


#define TKT_CTL_FAULT_BYTES       512

/* Of the faults in one JSON object; `fault_count` tells of all. */
#define TKT_CTL_FAULTS_MAX_BYTES  (256 * 1024)


static const char *const  tkt_ctl_db_names[] = {
#define X(name, text, key, doc)  text,
    TKT_DB_TABLE(X)
#undef X
};


static void
tkt_ctl_out_entries(tkt_out_t *o, const uint64_t *entries)
{
    size_t  i;

    tkt_out_name(o, "entries");
    tkt_out_lit(o, "{");

    for (i = 0; i < TKT_DB_MAX; i++) {
        tkt_out_name(o, tkt_ctl_db_names[i]);
        tkt_out_u64(o, entries[i]);
    }

    tkt_out_lit(o, "}");
}


/* ---- verify ---- */

/* Bytes of a damaged record may be in a line: only text gets out. */
static void
tkt_ctl_fault(void *ctx, const char *line)
{
    size_t      i;
    uint8_t     clean[TKT_CTL_FAULT_BYTES];
    tkt_ctl_t  *ctl = ctx;
    tkt_str_t   text;

    for (i = 0; i < sizeof(clean) && line[i] != '\0'; i++) {
        clean[i] = (line[i] >= ' ' && line[i] <= '~') ? (uint8_t) line[i]
                                                      : '?';
    }

    text = (tkt_str_t) { clean, i };

    if (!tkt_ctl_has(ctl, JSON)) {
        (void) tkt_ctl_print(text);

    } else if (ctl->out.pos - ctl->out.start < TKT_CTL_FAULTS_MAX_BYTES) {
        tkt_out_comma(&ctl->out);
        tkt_out_string(&ctl->out, text);
    }
}


/* --audit-head: an entry that was there and is not any more is a fault. */
static int
tkt_ctl_verify_head(tkt_ctl_t *ctl, tkt_verify_figures_t *figures)
{
    bool  there;

    if (!tkt_ctl_has(ctl, AUDIT_HEAD)) {
        return TKT_CTL_OK;
    }

    if (!tkt_ctl_audit_kept(ctl, &there)) {
        return tkt_ctl_error("an audit head is TENANT:NUMBER:HASH");
    }

    if (!there) {
        figures->faults++;
        tkt_ctl_fault(ctl, "audit: the head that was kept is not in the log");
    }

    return TKT_CTL_OK;
}


static int
tkt_ctl_verify_with(tkt_ctl_t *ctl, const tkt_keyring_t *ring)
{
    int                    rc;
    uint64_t               orphans;
    tkt_out_t             *o = &ctl->out;
    tkt_status_t           status;
    tkt_verify_figures_t   figures;

    rc = tkt_ctl_open(ctl, TKT_CTL_LOOK);
    if (rc != TKT_CTL_OK) {
        return rc;
    }

    tkt_out_init(o, &ctl->arena, 4096);
    tkt_out_lit(o, "{\"faults\":[");

    status = tkt_txn_renew(ctl->read);

    if (status == TKT_OK) {
        status = tkt_app_verify_keys(ctl->read, ring, tkt_ctl_fault, ctl,
                                     &figures);
    }

    if (status == TKT_OK) {
        status = tkt_ctl_verify_files(ctl, tkt_ctl_fault, &figures, &orphans);
    }

    if (status != TKT_OK) {
        return tkt_ctl_status(status);
    }

    rc = tkt_ctl_verify_head(ctl, &figures);
    if (rc != TKT_CTL_OK) {
        return rc;
    }

    rc = (figures.faults == 0) ? TKT_CTL_OK : TKT_CTL_FAILED;

    if (!tkt_ctl_has(ctl, JSON)) {
        (void) printf("%llu faults in %llu tickets and %llu events\n",
                      (unsigned long long) figures.faults,
                      (unsigned long long) figures.entries[TKT_DB_TICKET],
                      (unsigned long long) figures.entries[TKT_DB_EVENT]);

        if (orphans > 0) {
            (void) printf("%llu orphans: files without a record, removed "
                          "when they are a day old\n",
                          (unsigned long long) orphans);
        }

        tkt_ctl_audit_heads(ctl);
        return rc;
    }

    tkt_out_lit(o, "]");
    tkt_out_name(o, "fault_count");
    tkt_out_u64(o, figures.faults);
    tkt_out_name(o, "orphans");
    tkt_out_u64(o, orphans);
    tkt_out_name(o, "ok");
    tkt_out_raw(o, figures.faults == 0 ? tkt_str("true") : tkt_str("false"));
    tkt_ctl_audit_heads(ctl);
    tkt_ctl_out_entries(o, figures.entries);
    tkt_out_lit(o, "}");

    return tkt_ctl_print(tkt_out_text(o)) ? rc : TKT_CTL_FAILED;
}


int
tkt_ctl_verify(tkt_ctl_t *ctl)
{
    int             rc;
    tkt_ctl_keys_t  k = { .fd = -1 };

    rc = tkt_ctl_has(ctl, KEY_FILE) ? tkt_ctl_key_read(ctl, &k) : TKT_CTL_OK;

    if (rc == TKT_CTL_OK) {
        rc = tkt_ctl_verify_with(ctl, k.ring);
    }

    tkt_ctl_key_done(&k);

    return rc;
}


/* ---- stat ---- */

static void
tkt_ctl_stat_lines(const tkt_env_info_t *info, uint64_t last_event)
{
    size_t  i;

    (void) printf("map_bytes       %llu\nused_bytes      %llu\n"
                  "disk_free_bytes %llu\nreaders         %u of %u\n"
                  "last_txn        %llu\nlast_event      %llu\n",
                  (unsigned long long) info->map_bytes,
                  (unsigned long long) info->used_bytes,
                  (unsigned long long) info->disk_free_bytes, info->readers,
                  info->readers_max, (unsigned long long) info->last_txn,
                  (unsigned long long) last_event);

    for (i = 0; i < TKT_DB_MAX; i++) {
        (void) printf("%-15s %llu\n", tkt_ctl_db_names[i],
                      (unsigned long long) info->entries[i]);
    }
}


int
tkt_ctl_stat(tkt_ctl_t *ctl)
{
    int              rc;
    uint64_t         last_event;
    tkt_out_t       *o = &ctl->out;
    tkt_status_t     status;
    tkt_env_info_t   info;

    rc = tkt_ctl_open(ctl, TKT_CTL_LOOK);
    if (rc != TKT_CTL_OK) {
        return rc;
    }

    last_event = 0;
    status = tkt_txn_renew(ctl->read);

    if (status == TKT_OK) {
        last_event = tkt_txn_last(ctl->read, TKT_SEQ_EVENT);
        status = tkt_env_stat(ctl->read, &info);
        tkt_txn_reset(ctl->read);
    }

    if (status != TKT_OK) {
        return tkt_ctl_status(status);
    }

    if (!tkt_ctl_has(ctl, JSON)) {
        tkt_ctl_stat_lines(&info, last_event);
        return TKT_CTL_OK;
    }

    tkt_out_init(o, &ctl->arena, 1024);
    tkt_out_lit(o, "{");
    tkt_out_name(o, "map_bytes");
    tkt_out_u64(o, info.map_bytes);
    tkt_out_name(o, "used_bytes");
    tkt_out_u64(o, info.used_bytes);
    tkt_out_name(o, "disk_free_bytes");
    tkt_out_u64(o, info.disk_free_bytes);
    tkt_out_name(o, "readers");
    tkt_out_u64(o, info.readers);
    tkt_out_name(o, "readers_max");
    tkt_out_u64(o, info.readers_max);
    tkt_out_name(o, "last_txn");
    tkt_out_u64(o, info.last_txn);
    tkt_out_name(o, "last_event");
    tkt_out_u64(o, last_event);
    tkt_ctl_out_entries(o, info.entries);
    tkt_out_lit(o, "}");

    return tkt_ctl_print(tkt_out_text(o)) ? TKT_CTL_OK : TKT_CTL_FAILED;
}


/* ---- export ---- */

/* Lines as they come, or the elements of {"data":[…]}. */
typedef struct {
    bool  json;
    bool  begun;
    bool  failed;
} tkt_ctl_export_t;


static bool
tkt_ctl_export_write(void *ctx, tkt_str_t lines)
{
    size_t             i;
    bool               good;
    tkt_ctl_export_t  *x = ctx;

    if (!x->json) {
        good = fwrite(lines.data, 1, lines.len, stdout) == lines.len;
        x->failed = !good;
        return good;
    }

    /* inside JSON text a newline is escaped: each one ends an object */

    for (good = true, i = 0; i < lines.len && good; i++) {

        if (lines.data[i] == '\n') {
            x->begun = true;
            continue;
        }

        if (i == 0 || lines.data[i - 1] == '\n') {
            good = !x->begun || fputc(',', stdout) != EOF;
        }

        good = good && fputc(lines.data[i], stdout) != EOF;
    }

    x->failed = !good;

    return good;
}


int
tkt_ctl_export(tkt_ctl_t *ctl)
{
    int                rc;
    uint64_t           since, lines;
    tkt_status_t       status;
    tkt_ctl_export_t   x = { .json = tkt_ctl_has(ctl, JSON) };

    since = 0;

    if (tkt_ctl_has(ctl, SINCE)
        && !tkt_u64_parse(tkt_ctl_value(ctl, SINCE), &since))
    {
        (void) tkt_ctl_error("--since is the number of an event");
        return TKT_CTL_USAGE;
    }

    rc = tkt_ctl_open(ctl, TKT_CTL_LOOK);
    if (rc != TKT_CTL_OK) {
        return rc;
    }

    if (x.json) {
        (void) fputs("{\"data\":[", stdout);
    }

    status = tkt_app_export(ctl->read, tkt_ctl_has(ctl, SINCE), since,
                            tkt_ctl_export_write, &x, &lines);

    if (status != TKT_OK) {
        return tkt_ctl_status(status);
    }

    if (x.json && !x.failed) {
        (void) fputs("]}\n", stdout);
    }

    return x.failed ? tkt_ctl_error("cannot write to standard output")
                    : TKT_CTL_OK;
}
