/*
 * The command table, the command line, and main.
 */

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "crypto/tkt_crypto.h"
#include "ticketctl/tkt_ctl.h"


#define O(name)  ((uint32_t) tkt_bit(TKT_CTL_##name))


/* A row: the words, the options it needs, those it takes besides. */
typedef struct {
    const char  *words[2];
    uint32_t     needs;
    uint32_t     takes;
    int        (*run)(tkt_ctl_t *ctl);
    const char  *doc;
} tkt_ctl_command_t;

static const tkt_ctl_command_t  tkt_ctl_commands[] = {
    { { "init", NULL }, O(STORE),
      O(ADMIN) | O(TENANT) | O(PROFILE) | O(OWNER) | O(MAP_SIZE)
          | O(IF_MISSING) | O(JSON),
      tkt_ctl_init, "make the store, the first administrator and his token" },

    { { "user", "add" }, O(STORE) | O(LOGIN),
      O(ROLE) | O(NAME) | O(EMAIL) | O(TENANT) | O(JSON),
      tkt_ctl_user_add, "make a principal" },

    { { "user", "list" }, O(STORE), O(TENANT) | O(JSON),
      tkt_ctl_user_list, "list the principals of a tenant" },

    { { "user", "erase" }, O(STORE) | O(LOGIN) | O(REASON),
      O(TENANT) | O(JSON),
      tkt_ctl_user_erase, "erase all that is kept about a principal" },

    { { "user", "disable" }, O(STORE) | O(LOGIN), O(TENANT) | O(JSON),
      tkt_ctl_user_disable, "let a principal in no more" },

    { { "user", "passwd" }, O(STORE) | O(LOGIN),
      O(TENANT) | O(GENERATE) | O(JSON), tkt_ctl_user_passwd,
      "set a password, read from standard input" },
    { { "role", "add" }, O(STORE) | O(ROLE) | O(BASE),
      O(PERMISSIONS) | O(NAME) | O(TENANT) | O(JSON),
      tkt_ctl_role_add, "make a role of a tenant's own" },

    { { "role", "list" }, O(STORE), O(TENANT) | O(JSON),
      tkt_ctl_role_list, "list the roles that a tenant has made" },

    { { "type", "seed" }, O(STORE), O(TENANT) | O(JSON),
      tkt_ctl_type_seed, "make the ready-made types that are not there yet" },

    { { "token", "new" }, O(STORE) | O(LOGIN),
      O(SCOPE) | O(TTL) | O(LABEL) | O(TENANT) | O(JSON),
      tkt_ctl_token_new, "make a token; it is shown this once" },

    { { "token", "list" }, O(STORE) | O(LOGIN), O(TENANT) | O(JSON),
      tkt_ctl_token_list, "list the tokens of a principal" },

    { { "token", "revoke" }, O(STORE) | O(LOGIN) | O(NUMBER),
      O(TENANT) | O(JSON), tkt_ctl_token_revoke, "end a token" },

    { { "outbox", "list" }, O(STORE), O(TENANT) | O(JSON),
      tkt_ctl_outbox_list, "list notifications to be sent, with their codes" },

    { { "tenant", "set" }, O(STORE) | O(PROFILE), O(TENANT) | O(JSON),
      tkt_ctl_tenant_set, "change a tenant's words for states" },

    { { "tenant", "add" }, O(STORE) | O(TENANT),
      O(PARENT) | O(NAME) | O(PROFILE) | O(ADMIN) | O(JSON),
      tkt_ctl_tenant_add, "make a tenant below another" },

    { { "tenant", "list" }, O(STORE), O(JSON),
      tkt_ctl_tenant_list, "list the tenants" },

    { { "key", "new" }, O(KEY_FILE), O(STORE) | O(JSON),
      tkt_ctl_key_new, "add a master key to a file, which is made if missing" },

    { { "key", "list" }, O(KEY_FILE), O(STORE) | O(JSON),
      tkt_ctl_key_list, "list the keys of a file and what they have wrapped" },

    { { "key", "rotate" }, O(KEY_FILE) | O(STORE), O(JSON),
      tkt_ctl_key_rotate, "wrap every data key under the newest master key" },

    { { "key", "retire" }, O(KEY_FILE) | O(STORE) | O(ID), O(JSON),
      tkt_ctl_key_retire, "take a master key that wraps nothing out" },

    { { "verify", NULL }, O(STORE),
      O(KEY_FILE) | O(AUDIT_HEAD) | O(HASHES) | O(JSON), tkt_ctl_verify,
      "check that everything fits together; exit 1 if not" },

    { { "stat", NULL }, O(STORE), O(JSON),
      tkt_ctl_stat, "print the store's figures" },

    { { "export", NULL }, O(STORE), O(SINCE) | O(JSON),
      tkt_ctl_export, "print everything, one JSON object a line" },
};


static const struct {
    const char  *name;
    const char  *value;
    const char  *doc;
} tkt_ctl_options[] = {
#define X(id, text, placeholder, prose)  { text, placeholder, prose },
    TKT_CTL_OPTION_TABLE(X)
#undef X
};


int
tkt_ctl_error(const char *fmt, ...)
{
    va_list  args;

    (void) fflush(stdout);
    (void) fputs("ticketctl: ", stderr);

    va_start(args, fmt);
    (void) vfprintf(stderr, fmt, args);
    va_end(args);

    (void) fputc('\n', stderr);

    return TKT_CTL_FAILED;
}


int
tkt_ctl_status(tkt_status_t status)
{
    const tkt_status_row_t  *row = tkt_status_row(status);

    return tkt_ctl_error("%.*s: %.*s", (int) row->code.len,
                         (const char *) row->code.data,
                         (int) row->title[TKT_LANG_EN].len,
                         (const char *) row->title[TKT_LANG_EN].data);
}


int64_t
tkt_ctl_now_ms(void)
{
    struct timespec  now;

    (void) clock_gettime(CLOCK_REALTIME, &now);

    return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}


bool
tkt_ctl_print(tkt_str_t text)
{
    if (fwrite(text.data, 1, text.len, stdout) == text.len
        && fputc('\n', stdout) != EOF)
    {
        return true;
    }

    (void) tkt_ctl_error("cannot write to standard output");

    return false;
}


/* ---- help ---- */

static void
tkt_ctl_usage_row(FILE *to, const tkt_ctl_command_t *c)
{
    size_t  i;

    (void) fprintf(to, "ticketctl %s%s%s", c->words[0],
                   c->words[1] ? " " : "", c->words[1] ? c->words[1] : "");

    for (i = 0; i < TKT_CTL_OPTION_MAX; i++) {
        if (c->needs & tkt_bit(i)) {
            (void) fprintf(to, " --%s %s", tkt_ctl_options[i].name,
                           tkt_ctl_options[i].value);
        }
    }

    if (c->takes != 0) {
        (void) fputs(" [OPTIONS]", to);
    }

    (void) fputc('\n', to);
}


static void
tkt_ctl_help(FILE *to, const tkt_ctl_command_t *only)
{
    char      text[64];
    size_t    i;
    uint32_t  options;

    options = 0;

    for (i = 0; i < tkt_array_len(tkt_ctl_commands); i++) {
        if (only == NULL || only == &tkt_ctl_commands[i]) {
            tkt_ctl_usage_row(to, &tkt_ctl_commands[i]);
            (void) fprintf(to, "    %s\n", tkt_ctl_commands[i].doc);
            options |= tkt_ctl_commands[i].needs | tkt_ctl_commands[i].takes;
        }
    }

    (void) fputs("\noptions:\n", to);

    for (i = 0; i < TKT_CTL_OPTION_MAX; i++) {
        if (options & tkt_bit(i)) {
            (void) snprintf(text, sizeof(text), "--%s %s",
                            tkt_ctl_options[i].name,
                            tkt_ctl_options[i].value
                            ? tkt_ctl_options[i].value : "");
            (void) fprintf(to, "    %-20s %s\n", text,
                           tkt_ctl_options[i].doc);
        }
    }
}


/* ---- the command line ---- */

static const tkt_ctl_command_t *
tkt_ctl_find(int argc, char **argv, int *next)
{
    size_t                    i;
    const tkt_ctl_command_t  *c;

    for (i = 0; argc > 1 && i < tkt_array_len(tkt_ctl_commands); i++) {
        c = &tkt_ctl_commands[i];

        if (strcmp(argv[1], c->words[0]) != 0) {
            continue;
        }

        if (c->words[1] == NULL) {
            *next = 2;
            return c;
        }

        if (argc > 2 && strcmp(argv[2], c->words[1]) == 0) {
            *next = 3;
            return c;
        }
    }

    return NULL;
}


static int
tkt_ctl_wrong(const char *text, const char *what)
{
    (void) tkt_ctl_error("%s%s; see ticketctl help", text, what);

    return TKT_CTL_USAGE;
}


/* Keeps the value of an option; an exit code. */
static int
tkt_ctl_keep(tkt_ctl_t *ctl, size_t option, const char *value)
{
    if (option == TKT_CTL_SCOPE) {

        if (ctl->scope_count == TKT_CTL_SCOPES_MAX) {
            return tkt_ctl_wrong("too many of --", "scope");
        }

        ctl->scopes[ctl->scope_count++] = value;

    } else if (ctl->values[option] != NULL) {
        return tkt_ctl_wrong("given twice: --", tkt_ctl_options[option].name);
    }

    ctl->values[option] = value;

    return TKT_CTL_OK;
}


/* "--name value", "--name=value" or a flag at argv[*at]; an exit code. */
static int
tkt_ctl_option(tkt_ctl_t *ctl, const tkt_ctl_command_t *c, int argc,
    char **argv, int *at)
{
    size_t       i, len;
    const char  *text, *value;

    text = argv[(*at)++];

    if (strncmp(text, "--", 2) != 0) {
        return tkt_ctl_wrong("not an option: ", text);
    }

    text += 2;
    len = strcspn(text, "=");
    value = (text[len] == '=') ? text + len + 1 : NULL;

    for (i = 0; i < TKT_CTL_OPTION_MAX; i++) {

        if (!((c->needs | c->takes) & tkt_bit(i))
            || strlen(tkt_ctl_options[i].name) != len
            || memcmp(tkt_ctl_options[i].name, text, len) != 0)
        {
            continue;
        }

        if (tkt_ctl_options[i].value == NULL) {
            return value == NULL ? tkt_ctl_keep(ctl, i, "")
                                 : tkt_ctl_wrong("takes no value: --", text);
        }

        if (value == NULL && *at < argc) {
            value = argv[(*at)++];
        }

        return value != NULL ? tkt_ctl_keep(ctl, i, value)
                             : tkt_ctl_wrong("needs a value: --", text);
    }

    return tkt_ctl_wrong("this command has no option --", text);
}


static int
tkt_ctl_parse(tkt_ctl_t *ctl, const tkt_ctl_command_t *c, int argc,
    char **argv, int at)
{
    int     rc;
    size_t  i;

    while (at < argc) {

        if (strcmp(argv[at], "--help") == 0) {
            tkt_ctl_help(stdout, c);
            return -1;
        }

        rc = tkt_ctl_option(ctl, c, argc, argv, &at);
        if (rc != TKT_CTL_OK) {
            return rc;
        }
    }

    for (i = 0; i < TKT_CTL_OPTION_MAX; i++) {
        if ((c->needs & tkt_bit(i)) && ctl->values[i] == NULL) {
            return tkt_ctl_wrong("this command needs --",
                                 tkt_ctl_options[i].name);
        }
    }

    return TKT_CTL_OK;
}


int
main(int argc, char **argv)
{
    int                       rc, next;
    tkt_ctl_t                 ctl = { .env = NULL };
    const tkt_ctl_command_t  *c;

    if (argc > 1 && (strcmp(argv[1], "help") == 0
                     || strcmp(argv[1], "--help") == 0))
    {
        tkt_ctl_help(stdout, NULL);
        return TKT_CTL_OK;
    }

    c = tkt_ctl_find(argc, argv, &next);
    if (c == NULL) {
        return argc > 1 ? tkt_ctl_wrong("no such command: ", argv[1])
                        : tkt_ctl_wrong("a command is needed", "");
    }

    rc = tkt_ctl_parse(&ctl, c, argc, argv, next);
    if (rc != TKT_CTL_OK) {
        return rc < 0 ? TKT_CTL_OK : rc;
    }

    if (!tkt_crypto_init()) {
        return tkt_ctl_error("there is no source of randomness");
    }

    tkt_arena_init(&ctl.arena, 16384);

    rc = c->run(&ctl);

    tkt_txn_reader_free(ctl.read);
    tkt_env_close(ctl.env);
    tkt_arena_done(&ctl.arena);

    if (fflush(stdout) != 0 && rc == TKT_CTL_OK) {
        rc = tkt_ctl_error("cannot write to standard output");
    }

    return rc;
}
