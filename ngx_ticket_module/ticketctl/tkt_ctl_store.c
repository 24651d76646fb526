/*
 * The store as the commands see it: whose it is, opening it beside a server,
 * whom it is about.
 */

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app/who/tkt_tenants.h"
#include "base/tkt_text.h"
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
