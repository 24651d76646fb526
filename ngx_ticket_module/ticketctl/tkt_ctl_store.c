/*
 * The store as the commands see it: whose it is, opening it beside a server,
 * sending requests and reading answers.
 */

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app/tkt_tenants.h"
#include "base/tkt_text.h"
#include "crypto/tkt_crypto.h"
#include "ticketctl/tkt_ctl.h"


#define TKT_CTL_DEFAULT_OWNER    "www-data"
#define TKT_CTL_MAP_BYTES        ((uint64_t) 64 << 30)
#define TKT_CTL_DIR_MODE         0700
#define TKT_CTL_RETRY_PAUSE_MS   50


/* ---- the directory and its owner ---- */

/* Gives a directory that root has just made to whom it will belong. */
static int
tkt_ctl_give(tkt_ctl_t *ctl, const char *dir)
{
    const char           *owner;
    const struct passwd  *pw;

    owner = tkt_ctl_has(ctl, OWNER) ? ctl->values[TKT_CTL_OWNER]
                                    : TKT_CTL_DEFAULT_OWNER;
    pw = getpwnam(owner);

    if (pw == NULL) {
        return tkt_ctl_has(ctl, OWNER)
               ? tkt_ctl_error("there is no user \"%s\"", owner) : TKT_CTL_OK;
    }

    if (chown(dir, pw->pw_uid, pw->pw_gid) != 0) {
        return tkt_ctl_error("cannot give \"%s\" to %s: %s", dir, owner,
                             strerror(errno));
    }

    return TKT_CTL_OK;
}


static int
tkt_ctl_create_dir(tkt_ctl_t *ctl, const char *dir)
{
    if (mkdir(dir, TKT_CTL_DIR_MODE) == 0) {
        return geteuid() == 0 ? tkt_ctl_give(ctl, dir) : TKT_CTL_OK;
    }

    if (errno != EEXIST) {
        return tkt_ctl_error("cannot make directory \"%s\": %s", dir,
                             strerror(errno));
    }

    return TKT_CTL_OK;
}


/* Drops root's rights for those of a user, for good. */
static bool
tkt_ctl_become(uid_t uid, gid_t gid)
{
    return setgroups(1, &gid) == 0 && setgid(gid) == 0 && setuid(uid) == 0;
}


/*
 * Files that root made would be closed to the server, so root becomes who
 * the directory belongs to.  The way to it may be closed to him: then the
 * store is opened as the present directory.
 */
static int
tkt_ctl_enter(const char *dir, const char **path)
{
    int          rc, fd;
    struct stat  st;

    *path = dir;

    fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd == -1 || fstat(fd, &st) != 0) {
        rc = tkt_ctl_error("cannot open directory \"%s\": %s", dir,
                           strerror(errno));

    } else if (geteuid() != 0 || st.st_uid == 0) {
        rc = TKT_CTL_OK;

    } else if (!tkt_ctl_become(st.st_uid, st.st_gid)) {
        rc = tkt_ctl_error("cannot become user %u, the owner of \"%s\": %s",
                           (unsigned) st.st_uid, dir, strerror(errno));

    } else if (access(dir, X_OK) == 0) {
        rc = TKT_CTL_OK;

    } else if (fchdir(fd) == 0) {
        *path = ".";
        rc = TKT_CTL_OK;

    } else {
        rc = tkt_ctl_error("cannot enter \"%s\": %s", dir, strerror(errno));
    }

    if (fd != -1) {
        close(fd);
    }

    return rc;
}


/* ---- opening ---- */

/* "64g", "512m": bytes; false if it is anything else. */
static bool
tkt_ctl_size(const char *text, uint64_t *bytes)
{
    size_t    len;
    unsigned  shift;

    len = strlen(text);
    shift = 0;

    if (len > 0) {
        switch (text[len - 1] | 0x20) {

        case 'k':
            shift = 10;
            break;

        case 'm':
            shift = 20;
            break;

        case 'g':
            shift = 30;
            break;

        default:
            break;
        }
    }

    if (!tkt_u64_parse((tkt_str_t) { (const uint8_t *) text,
                                     len - (shift != 0) }, bytes)
        || *bytes == 0 || *bytes > (UINT64_C(1) << 46 >> shift))
    {
        return false;
    }

    *bytes <<= shift;

    return true;
}


/* Another process may be opening or closing the store just now. */
static tkt_status_t
tkt_ctl_open_retry(tkt_ctl_t *ctl, const tkt_env_options_t *options,
    tkt_fault_t *fault)
{
    int64_t          until;
    tkt_status_t     status;
    struct timespec  pause = { 0, TKT_CTL_RETRY_PAUSE_MS * 1000000L };

    until = tkt_ctl_now_ms() + TKT_OPEN_RETRY_MS;

    for ( ;; ) {
        status = tkt_env_open(&ctl->env, options, fault);

        if (status != TKT_BUSY || tkt_ctl_now_ms() > until) {
            return status;
        }

        (void) nanosleep(&pause, NULL);
    }
}


static bool
tkt_ctl_exists(const char *dir)
{
    char         path[4096];
    struct stat  st;

    (void) snprintf(path, sizeof(path), "%s/data.mdb", dir);

    return stat(path, &st) == 0 || errno != ENOENT;
}


int
tkt_ctl_open(tkt_ctl_t *ctl, tkt_ctl_purpose_t purpose)
{
    int                 rc;
    uint64_t            map_bytes;
    const char         *dir, *path;
    tkt_fault_t         fault;
    tkt_status_t        status;
    tkt_env_options_t   options;

    dir = ctl->values[TKT_CTL_STORE];
    map_bytes = TKT_CTL_MAP_BYTES;

    if (tkt_ctl_has(ctl, MAP_SIZE)
        && !tkt_ctl_size(ctl->values[TKT_CTL_MAP_SIZE], &map_bytes))
    {
        (void) tkt_ctl_error("--map-size is a number and k, m or g");
        return TKT_CTL_USAGE;
    }

    rc = (purpose == TKT_CTL_CREATE) ? tkt_ctl_create_dir(ctl, dir)
                                     : TKT_CTL_OK;
    if (rc == TKT_CTL_OK) {
        rc = tkt_ctl_enter(dir, &path);
    }

    if (rc != TKT_CTL_OK) {
        return rc;
    }

    if (purpose != TKT_CTL_CREATE && !tkt_ctl_exists(path)) {
        return tkt_ctl_error("there is no store in \"%s\"", dir);
    }

    /* a greater map than the server's would make it leave */

    options = (tkt_env_options_t) {
        .path = path,
        .map_bytes = tkt_ctl_exists(path) ? 0 : (size_t) map_bytes,
        .read_only = purpose == TKT_CTL_LOOK,
    };

    status = tkt_ctl_open_retry(ctl, &options, &fault);

    if (status != TKT_OK) {
        return tkt_ctl_error("%s", fault.text);
    }

    if (fault.text[0] != '\0') {
        (void) tkt_ctl_error("warning: %s", fault.text);
    }

    status = tkt_txn_reader(ctl->env, &ctl->read);

    return status == TKT_OK ? TKT_CTL_OK : tkt_ctl_status(status);
}


/* ---- who ---- */

static int
tkt_ctl_tenant_find(tkt_ctl_t *ctl, tkt_tenant_t *tenant)
{
    bool          found;
    tkt_status_t  status;

    status = tkt_txn_renew(ctl->read);
    if (status != TKT_OK) {
        return tkt_ctl_status(status);
    }

    found = tkt_tenant_by_name(ctl->read, tkt_ctl_value(ctl, TENANT), tenant,
                               &ctl->arena);
    status = tkt_txn_status(ctl->read);
    tkt_txn_reset(ctl->read);

    if (status != TKT_OK) {
        return tkt_ctl_status(status);
    }

    if (!found) {
        return tkt_ctl_has(ctl, TENANT)
               ? tkt_ctl_error("there is no tenant \"%s\"",
                               ctl->values[TKT_CTL_TENANT])
               : tkt_ctl_error("name one of the store's tenants with "
                               "--tenant");
    }

    return TKT_CTL_OK;
}


int
tkt_ctl_tenant(tkt_ctl_t *ctl)
{
    int           rc;
    tkt_tenant_t  tenant;

    rc = tkt_ctl_tenant_find(ctl, &tenant);
    if (rc != TKT_CTL_OK) {
        return rc;
    }

    /* principal 0: no request can come from there */

    ctl->actor = (tkt_actor_t) {
        .tenant = (uint32_t) tenant.id, .role = TKT_ROLE_ADMIN,
        .profile = tenant.profile > 0 ? (uint32_t) tenant.profile - 1 : 0,
        .login = "ticketctl",
    };
    (void) snprintf(ctl->actor.tenant_name, sizeof(ctl->actor.tenant_name),
                    "%.*s", (int) tenant.name.len,
                    (const char *) tenant.name.data);

    return TKT_CTL_OK;
}


int
tkt_ctl_user(tkt_ctl_t *ctl, tkt_user_t *user)
{
    bool          found;
    tkt_status_t  status;

    status = tkt_txn_renew(ctl->read);
    if (status != TKT_OK) {
        return tkt_ctl_status(status);
    }

    found = tkt_user_by_login(ctl->read, ctl->actor.tenant,
                              tkt_ctl_value(ctl, LOGIN), user, &ctl->arena);
    status = tkt_txn_status(ctl->read);
    tkt_txn_reset(ctl->read);

    if (status != TKT_OK) {
        return tkt_ctl_status(status);
    }

    return found ? TKT_CTL_OK
                 : tkt_ctl_error("there is no principal \"%s\" in tenant "
                                 "\"%s\"", ctl->values[TKT_CTL_LOGIN],
                                 ctl->actor.tenant_name);
}


/* ---- answers ---- */

/* The end of the JSON value that begins at pos. */
static const uint8_t *
tkt_ctl_value_end(const uint8_t *pos, const uint8_t *end)
{
    bool      quoted;
    unsigned  depth;

    quoted = false;
    depth = 0;

    for ( /* void */ ; pos < end; pos++) {

        if (quoted) {
            if (*pos == '\\') {
                pos++;

            } else if (*pos == '"') {
                quoted = false;
            }

            continue;
        }

        switch (*pos) {

        case '"':
            quoted = true;
            break;

        case '{':
        case '[':
            depth++;
            break;

        case '}':
        case ']':
        case ',':
            if (depth == 0) {
                return pos;
            }

            depth -= *pos != ',';
            break;

        default:
            break;
        }
    }

    return end;
}


tkt_str_t
tkt_ctl_member(tkt_str_t object, const char *name)
{
    size_t          len;
    tkt_str_t       value;
    const uint8_t  *pos, *end, *stop;

    len = strlen(name);
    pos = object.data + 1;
    end = object.data + object.len;

    /* answers are compact: "name":value,"name":value} */

    while (pos < end && *pos == '"') {

        for (stop = pos + 1; stop < end && *stop != '"'; stop++) {
            /* void */
        }

        if (end - stop < 3) {
            break;
        }

        value.data = stop + 2;
        value.len = (size_t) (tkt_ctl_value_end(value.data, end)
                              - value.data);

        if ((size_t) (stop - pos) == len + 1
            && memcmp(pos + 1, name, len) == 0)
        {
            if (value.len >= 2 && value.data[0] == '"') {
                value.data++;
                value.len -= 2;
            }

            return value;
        }

        pos = value.data + value.len + 1;
    }

    return tkt_str("");
}


/* A problem in one line: title, detail, and each member at fault. */
static void
tkt_ctl_problem(const tkt_reply_t *reply)
{
    char            line[1024];
    size_t          n;
    tkt_str_t       title, detail, pointer, item;
    const uint8_t  *pos, *end;

    if (reply->body.len == 0) {
        (void) tkt_ctl_status(reply->status);
        return;
    }

    /* the members at fault say more than the detail over them */

    item = tkt_ctl_member(reply->body, "errors");
    title = tkt_ctl_member(reply->body, "title");
    detail = item.len > 2 ? tkt_str("")
                          : tkt_ctl_member(reply->body, "detail");
    n = (size_t) snprintf(line, sizeof(line), "%.*s%s%.*s", (int) title.len,
                          (const char *) title.data, detail.len ? ": " : "",
                          (int) detail.len, (const char *) detail.data);

    pos = item.data + 1;
    end = item.data + item.len;

    while (item.len > 2 && pos < end && *pos == '{' && n < sizeof(line)) {
        item = (tkt_str_t) { pos, (size_t) (tkt_ctl_value_end(pos, end)
                                            - pos) };
        pointer = tkt_ctl_member(item, "pointer");
        detail = tkt_ctl_member(item, "detail");
        n += (size_t) snprintf(line + n, sizeof(line) - n, "; %.*s: %.*s",
                               (int) pointer.len, (const char *) pointer.data,
                               (int) detail.len, (const char *) detail.data);
        pos = item.data + item.len + 1;
    }

    (void) tkt_ctl_error("%s", line);
}


bool
tkt_ctl_send(tkt_ctl_t *ctl, tkt_method_t method, tkt_str_t path,
    tkt_str_t body, tkt_str_t *answer)
{
    tkt_match_t    match;
    tkt_reply_t    reply;
    tkt_request_t  req = {
        .method = method, .path = path, .now_ms = tkt_ctl_now_ms(),
        .content_type = tkt_str("application/json"),
        .request_id = tkt_str("ticketctl"),
    };

    if (tkt_app_match(&req, &match, &ctl->arena, &reply)) {
        return tkt_ctl_command(ctl, &req, &match, body, answer);
    }

    tkt_ctl_problem(&reply);

    return false;
}


/* What a command with a password wants done before it runs. */
static bool
tkt_ctl_work(tkt_ctl_t *ctl, tkt_command_t *cmd)
{
    bool  prepared;

    if (!tkt_command_needs_work(cmd)) {
        return true;
    }

    if (tkt_txn_renew(ctl->read) != TKT_OK) {
        tkt_command_refuse(cmd, TKT_BUSY, 0);
        return false;
    }

    prepared = tkt_command_prepare(cmd, ctl->read);
    tkt_txn_reset(ctl->read);

    if (prepared) {
        tkt_command_work(cmd);
    }

    return prepared;
}


bool
tkt_ctl_command(tkt_ctl_t *ctl, const tkt_request_t *req,
    const tkt_match_t *match, tkt_str_t body, tkt_str_t *answer)
{
    bool            good;
    uint8_t         random[32];
    tkt_reply_t     reply;
    tkt_command_t  *cmd;

    tkt_random(random, sizeof(random));

    cmd = tkt_app_command(req, match, &ctl->actor, body, random, &ctl->arena,
                          &reply);

    if (cmd == NULL) {
        tkt_ctl_problem(&reply);
        return false;
    }

    if (tkt_ctl_work(ctl, cmd)) {
        (void) tkt_app_run(ctl->env, &cmd, 1, NULL, NULL);
    }

    reply = *tkt_command_reply(cmd);
    good = reply.http / 100 == 2;

    if (good) {
        *answer = tkt_arena_copy(&ctl->arena, reply.body);
    } else {
        tkt_ctl_problem(&reply);
    }

    tkt_command_free(cmd);

    return good;
}
