/*
 * ticketctl key: the file of master keys, and which of them the store needs.
 *
 * The file is root's and the store is somebody else's: what needs the store
 * runs after root's rights were given up, for `new` and `retire` in a child,
 * since the file is to be written afterwards.  A key is never printed.
 */

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "app/privacy/tkt_sealed.h"
#include "base/tkt_text.h"
#include "crypto/tkt_crypto.h"
#include "ticketctl/tkt_ctl_key.h"


#define TKT_CTL_REWRAP_PAUSE_MS  2


/* ---- the store, aside ---- */

/* What is asked of the store; true if *answer was found. */
typedef int (*tkt_ctl_key_ask_t)(tkt_ctl_t *ctl, uint32_t id,
    const tkt_ctl_keys_t *k, uint64_t *answer);


/* Opens the store and begins to read; an exit code. */
static int
tkt_ctl_key_open(tkt_ctl_t *ctl)
{
    int           rc;
    tkt_status_t  status;

    rc = tkt_ctl_open(ctl, TKT_CTL_LOOK);
    if (rc != TKT_CTL_OK) {
        return rc;
    }

    status = tkt_txn_renew(ctl->read);

    return status == TKT_OK ? TKT_CTL_OK : tkt_ctl_status(status);
}


static int
tkt_ctl_key_ask_greatest(tkt_ctl_t *ctl, uint32_t id,
    const tkt_ctl_keys_t *k, uint64_t *answer)
{
    int  rc;

    rc = tkt_ctl_key_open(ctl);
    if (rc != TKT_CTL_OK) {
        return rc;
    }

    *answer = tkt_sealed_greatest(ctl->read);
    tkt_txn_reset(ctl->read);

    return TKT_CTL_OK;
}


static int
tkt_ctl_key_ask_retire(tkt_ctl_t *ctl, uint32_t id, const tkt_ctl_keys_t *k,
    uint64_t *answer)
{
    int           rc;
    tkt_status_t  status;

    rc = tkt_ctl_open(ctl, TKT_CTL_CHANGE);
    if (rc != TKT_CTL_OK) {
        return rc;
    }

    status = tkt_app_retire(ctl->env, id, tkt_keyring_newest(k->ring),
                            answer);

    return status == TKT_OK ? TKT_CTL_OK : tkt_ctl_status(status);
}


/* Asks in a child, which gives up root's rights for the store's owner's. */
static int
tkt_ctl_key_aside(tkt_ctl_t *ctl, tkt_ctl_key_ask_t ask, uint32_t id,
    const tkt_ctl_keys_t *k, uint64_t *answer)
{
    int    rc, ends[2], status;
    pid_t  pid;

    (void) fflush(stdout);

    if (pipe(ends) != 0 || (pid = fork()) == -1) {
        return tkt_ctl_error("cannot start a process: %s", strerror(errno));
    }

    if (pid == 0) {
        rc = ask(ctl, id, k, answer);

        if (rc == TKT_CTL_OK
            && write(ends[1], answer, sizeof(*answer)) != sizeof(*answer))
        {
            rc = TKT_CTL_FAILED;
        }

        tkt_txn_reader_free(ctl->read);
        tkt_env_close(ctl->env);
        _exit(rc);
    }

    (void) close(ends[1]);

    rc = read(ends[0], answer, sizeof(*answer)) == sizeof(*answer)
         ? TKT_CTL_OK : TKT_CTL_FAILED;
    (void) close(ends[0]);

    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status)) {
        return tkt_ctl_error("the look into the store was interrupted");
    }

    return WEXITSTATUS(status) != 0 ? WEXITSTATUS(status) : rc;
}


/* ---- answers ---- */

/* {"a":1,"b":2}, or "a 1, b 2". */
static int
tkt_ctl_key_answer(tkt_ctl_t *ctl, const char *const *names,
    const uint64_t *values, size_t count)
{
    size_t      i;
    tkt_out_t  *o = &ctl->out;

    if (!tkt_ctl_has(ctl, JSON)) {
        for (i = 0; i < count; i++) {
            (void) printf("%s%s %llu", i > 0 ? ", " : "", names[i],
                          (unsigned long long) values[i]);
        }

        (void) putchar('\n');
        return TKT_CTL_OK;
    }

    tkt_out_init(o, &ctl->arena, 256);
    tkt_out_lit(o, "{");

    for (i = 0; i < count; i++) {
        tkt_out_name(o, names[i]);
        tkt_out_u64(o, values[i]);
    }

    tkt_out_lit(o, "}");

    return tkt_ctl_print(tkt_out_text(o)) ? TKT_CTL_OK : TKT_CTL_FAILED;
}


/* ---- new ---- */

/* The text with a line of a new key at its end. */
static tkt_str_t
tkt_ctl_key_append(tkt_ctl_t *ctl, tkt_str_t text, uint32_t id)
{
    size_t    n;
    uint8_t  *p, key[TKT_SEAL_KEY_BYTES];

    p = tkt_arena_bytes(&ctl->arena, text.len + 1 + TKT_SEAL_LINE_BYTES);
    if (p == NULL) {
        return tkt_str("");
    }

    n = text.len;

    if (n > 0) {
        memcpy(p, text.data, n);
    }

    if (n > 0 && p[n - 1] != '\n') {
        p[n++] = '\n';
    }

    tkt_random(key, sizeof(key));
    n += tkt_keyring_line((char *) p + n, id, key);
    tkt_wipe(key, sizeof(key));

    return (tkt_str_t) { p, n };
}


int
tkt_ctl_key_new(tkt_ctl_t *ctl)
{
    int              rc;
    uint64_t         values[2], greatest;
    tkt_str_t        text;
    struct stat      st;
    tkt_ctl_keys_t   k = { .path = ctl->values[TKT_CTL_KEY_FILE], .fd = -1 };

    static const char *const  names[] = { "id", "keys" };

    tkt_arena_keep_secrets(&ctl->arena);

    rc = (stat(k.path, &st) != 0 && errno == ENOENT)
         ? TKT_CTL_OK : tkt_ctl_key_read(ctl, &k);
    greatest = 0;

    if (rc == TKT_CTL_OK && tkt_ctl_has(ctl, STORE)) {
        rc = tkt_ctl_key_aside(ctl, tkt_ctl_key_ask_greatest, 0, &k,
                               &greatest);
    }

    if (rc == TKT_CTL_OK && k.ring != NULL
        && tkt_keyring_count(k.ring) == TKT_MASTER_KEYS_MAX)
    {
        rc = tkt_ctl_error("there are %d keys already, retire one first",
                           TKT_MASTER_KEYS_MAX);
    }

    if (k.ring != NULL && tkt_keyring_newest(k.ring) > greatest) {
        greatest = tkt_keyring_newest(k.ring);
    }

    if (rc == TKT_CTL_OK && greatest == UINT32_MAX) {
        rc = tkt_ctl_error("there is no greater id");
    }

    if (rc == TKT_CTL_OK) {
        text = tkt_ctl_key_append(ctl, k.text, (uint32_t) greatest + 1);
        rc = text.len == 0 ? tkt_ctl_error("out of memory")
                           : tkt_ctl_key_replace(&k, text);
    }

    values[0] = greatest + 1;
    values[1] = (k.ring == NULL ? 0 : tkt_keyring_count(k.ring)) + 1;
    tkt_ctl_key_done(&k);

    return rc == TKT_CTL_OK ? tkt_ctl_key_answer(ctl, names, values, 2) : rc;
}


/* ---- list ---- */

/* What the store knows of a key. */
typedef struct {
    uint64_t  count;               /* data keys that it has wrapped          */
    bool      foreign;             /* another key than the store's           */
} tkt_ctl_key_seen_t;


static int
tkt_ctl_key_foreign(uint32_t id)
{
    return tkt_ctl_error("the key file's key %u is not the one this store was "
                         "sealed with", (unsigned) id);
}


/* Nothing without a store. */
static int
tkt_ctl_key_look(tkt_ctl_t *ctl, const tkt_ctl_keys_t *k,
    tkt_ctl_key_seen_t *seen)
{
    int       rc;
    size_t    i;
    uint32_t  id;

    if (!tkt_ctl_has(ctl, STORE)) {
        return TKT_CTL_OK;
    }

    rc = tkt_ctl_key_open(ctl);
    if (rc != TKT_CTL_OK) {
        return rc;
    }

    for (i = 0; i < tkt_keyring_count(k->ring); i++) {
        id = tkt_keyring_id(k->ring, i);
        seen[i].count = tkt_sealed_count(ctl->read, id);
        seen[i].foreign = tkt_sealed_differs(ctl->read, k->ring, id);
    }

    tkt_txn_reset(ctl->read);

    return TKT_CTL_OK;
}


static void
tkt_ctl_key_row(tkt_ctl_t *ctl, const tkt_ctl_keys_t *k, size_t i,
    const tkt_ctl_key_seen_t *seen)
{
    bool        newest;
    uint32_t    id;
    tkt_out_t  *o = &ctl->out;

    id = tkt_keyring_id(k->ring, i);
    newest = id == tkt_keyring_newest(k->ring);

    if (!tkt_ctl_has(ctl, JSON)) {
        (void) printf("%-10u", (unsigned) id);

        if (tkt_ctl_has(ctl, STORE)) {
            (void) printf(" %llu data keys%s",
                          (unsigned long long) seen[i].count,
                          seen[i].foreign ? " foreign" : "");
        }

        (void) puts(newest ? " newest" : "");
        return;
    }

    tkt_out_comma(o);
    tkt_out_lit(o, "{");
    tkt_out_name(o, "id");
    tkt_out_u64(o, id);
    tkt_out_name(o, "newest");
    tkt_out_raw(o, newest ? tkt_str("true") : tkt_str("false"));

    if (tkt_ctl_has(ctl, STORE)) {
        tkt_out_name(o, "data_keys");
        tkt_out_u64(o, seen[i].count);
        tkt_out_name(o, "foreign");
        tkt_out_raw(o, seen[i].foreign ? tkt_str("true") : tkt_str("false"));
    }

    tkt_out_lit(o, "}");
}


int
tkt_ctl_key_list(tkt_ctl_t *ctl)
{
    int                 rc;
    size_t              i;
    tkt_ctl_keys_t      k;
    tkt_ctl_key_seen_t  seen[TKT_MASTER_KEYS_MAX] = { { 0, false } };

    rc = tkt_ctl_key_read(ctl, &k);

    if (rc == TKT_CTL_OK) {
        rc = tkt_ctl_key_look(ctl, &k, seen);
    }

    if (rc == TKT_CTL_OK) {
        tkt_out_init(&ctl->out, &ctl->arena, 1024);
        tkt_out_lit(&ctl->out, "{\"data\":[");

        for (i = 0; i < tkt_keyring_count(k.ring); i++) {
            tkt_ctl_key_row(ctl, &k, i, seen);
        }

        tkt_out_lit(&ctl->out, "]}");

        if (tkt_ctl_has(ctl, JSON)
            && !tkt_ctl_print(tkt_out_text(&ctl->out)))
        {
            rc = TKT_CTL_FAILED;
        }

        for (i = 0; i < tkt_keyring_count(k.ring); i++) {
            if (seen[i].foreign) {
                rc = tkt_ctl_key_foreign(tkt_keyring_id(k.ring, i));
            }
        }
    }

    tkt_ctl_key_done(&k);

    return rc;
}


/* ---- rotate ---- */

static int
tkt_ctl_key_rewrap(tkt_ctl_t *ctl, const tkt_ctl_keys_t *k,
    tkt_rewrap_t *state)
{
    uint8_t          random[32];
    tkt_status_t     status;
    struct timespec  pause = { 0, TKT_CTL_REWRAP_PAUSE_MS * 1000000L };

    while (!state->done) {
        tkt_random(random, sizeof(random));
        status = tkt_app_rewrap(ctl->env, k->ring, state, tkt_ctl_now_ms(),
                                random);

        if (status != TKT_OK) {
            return tkt_ctl_status(status);
        }

        /* a server's writers wait for the same lock */

        (void) nanosleep(&pause, NULL);
    }

    return TKT_CTL_OK;
}


int
tkt_ctl_key_rotate(tkt_ctl_t *ctl)
{
    int             rc;
    uint64_t        values[3];
    tkt_rewrap_t    state = { .done = false };
    tkt_ctl_keys_t  k;

    static const char *const  names[] = { "newest", "rewrapped", "failed" };

    rc = tkt_ctl_key_read(ctl, &k);

    if (rc == TKT_CTL_OK) {
        rc = tkt_ctl_open(ctl, TKT_CTL_CHANGE);
    }

    if (rc == TKT_CTL_OK) {
        rc = tkt_ctl_key_rewrap(ctl, &k, &state);
    }

    if (rc == TKT_CTL_OK && state.foreign != 0) {
        rc = tkt_ctl_key_foreign(state.foreign);
    }

    if (rc == TKT_CTL_OK) {
        values[0] = tkt_keyring_newest(k.ring);
        values[1] = state.rewrapped;
        values[2] = state.failed;
        rc = tkt_ctl_key_answer(ctl, names, values, 3);
    }

    tkt_ctl_key_done(&k);

    if (rc == TKT_CTL_OK && state.failed > 0) {
        return tkt_ctl_error("some data keys do not open: see ticketctl "
                             "verify --key-file");
    }

    return rc;
}


/* ---- retire ---- */

/* The text without the line of a key. */
static tkt_str_t
tkt_ctl_key_without(tkt_ctl_t *ctl, tkt_str_t text, uint32_t id)
{
    size_t      n;
    uint8_t    *out, *p;
    tkt_str_t   line;

    out = tkt_arena_bytes(&ctl->arena, text.len + 1);
    p = out;

    while (out != NULL && text.len > 0) {

        for (n = 0; n < text.len && text.data[n] != '\n'; n++) {
            /* void */
        }

        line = (tkt_str_t) { text.data, n };
        n += (n < text.len);

        if (tkt_keyring_line_id(line) != id) {
            memcpy(p, text.data, n);
            p += n;
        }

        text.data += n;
        text.len -= n;
    }

    return out == NULL ? tkt_str("")
                       : (tkt_str_t) { out, (size_t) (p - out) };
}


static int
tkt_ctl_key_give_up(tkt_ctl_t *ctl, tkt_ctl_keys_t *k, uint32_t id)
{
    int        rc;
    uint64_t   count;
    tkt_str_t  text;

    if (!tkt_keyring_has(k->ring, id)) {
        return tkt_ctl_error("there is no key %u in \"%s\"", (unsigned) id,
                             k->path);
    }

    if (tkt_keyring_newest(k->ring) == id) {
        return tkt_ctl_error("key %u is the newest, make a new one first",
                             (unsigned) id);
    }

    rc = tkt_ctl_key_aside(ctl, tkt_ctl_key_ask_retire, id, k, &count);
    if (rc != TKT_CTL_OK) {
        return rc;
    }

    if (count > 0) {
        return tkt_ctl_error("key %u has still wrapped %llu data keys, "
                             "rotate first", (unsigned) id,
                             (unsigned long long) count);
    }

    text = tkt_ctl_key_without(ctl, k->text, id);

    if (text.len == 0) {
        return tkt_ctl_error("out of memory");
    }

    rc = tkt_ctl_key_replace(k, text);

    if (rc == TKT_CTL_OK) {
        tkt_ctl_key_overwrite(k);
    }

    return rc;
}


int
tkt_ctl_key_retire(tkt_ctl_t *ctl)
{
    int             rc;
    uint64_t        values[2];
    tkt_ctl_keys_t  k;

    static const char *const  names[] = { "id", "keys" };

    if (!tkt_u64_parse(tkt_ctl_value(ctl, ID), &values[0]) || values[0] == 0
        || values[0] > UINT32_MAX)
    {
        (void) tkt_ctl_error("--id is the number of a key");
        return TKT_CTL_USAGE;
    }

    rc = tkt_ctl_key_read(ctl, &k);

    if (rc == TKT_CTL_OK) {
        rc = tkt_ctl_key_give_up(ctl, &k, (uint32_t) values[0]);
        values[1] = tkt_keyring_count(k.ring) - 1;
    }

    tkt_ctl_key_done(&k);

    return rc == TKT_CTL_OK ? tkt_ctl_key_answer(ctl, names, values, 2) : rc;
}
