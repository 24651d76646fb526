/*
 * Passwords, and the notifications that wait to be sent.
 */

#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "app/who/tkt_accounts.h"
#include "base/tkt_text.h"
#include "base/tkt_time.h"
#include "crypto/tkt_crypto.h"
#include "ticketctl/tkt_ctl.h"


/* Of what is read, and the random bytes of what is made. */
#define TKT_CTL_PASSWORD_MAX_BYTES   (TKT_PASSWORD_MAX_CHARS * 4)
#define TKT_CTL_PASSWORD_MADE_BYTES  15


/* ---- passwords ---- */

/*
 * One line of standard input, read past stdio, whose buffer would keep it;
 * false if there is none that fits.
 */
static bool
tkt_ctl_read_line(char *line, size_t size, size_t *len)
{
    ssize_t  n;

    for (*len = 0; *len < size; (*len)++) {
        n = read(STDIN_FILENO, line + *len, 1);

        if (n < 0) {
            return false;
        }

        if (n == 0 || line[*len] == '\n') {
            return *len > 0;
        }
    }

    return false;
}


/* The same without showing what is typed. */
static bool
tkt_ctl_read_hidden(char *line, size_t size, size_t *len)
{
    bool            good;
    struct termios  was, hidden;

    if (tcgetattr(STDIN_FILENO, &was) != 0) {
        return tkt_ctl_read_line(line, size, len);
    }

    hidden = was;
    hidden.c_lflag &= ~(tcflag_t) ECHO;

    (void) fputs("password: ", stderr);
    (void) tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    good = tkt_ctl_read_line(line, size, len);
    (void) tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
    (void) fputs("\n", stderr);

    return good;
}


/* The password in ctl->arena, which is overwritten; an exit code. */
static int
tkt_ctl_password(tkt_ctl_t *ctl, tkt_str_t *password)
{
    char     line[TKT_CTL_PASSWORD_MAX_BYTES + 1];
    size_t   len;
    uint8_t  random[TKT_CTL_PASSWORD_MADE_BYTES];

    if (tkt_ctl_has(ctl, GENERATE)) {
        tkt_random(random, sizeof(random));
        tkt_base64_encode((uint8_t *) line, random, sizeof(random));
        tkt_wipe(random, sizeof(random));
        len = tkt_base64_bytes(sizeof(random));

    } else if (!tkt_ctl_read_hidden(line, sizeof(line), &len)) {
        tkt_wipe(line, sizeof(line));
        return tkt_ctl_error("give the password as a line of standard input, "
                             "or --generate");
    }

    *password = tkt_arena_copy(&ctl->arena,
                               (tkt_str_t) { (uint8_t *) line, len });
    tkt_wipe(line, sizeof(line));

    if (!tkt_utf8_valid(*password)) {
        return tkt_ctl_error("the password is not valid UTF-8");
    }

    return TKT_CTL_OK;
}


int
tkt_ctl_user_passwd(tkt_ctl_t *ctl)
{
    int            rc;
    tkt_str_t      password, answer, login;
    tkt_user_t     user;
    tkt_out_t     *o = &ctl->out;
    tkt_match_t    match = { .op = &tkt_operation_passwd };
    tkt_request_t  req = {
        .method = TKT_METHOD_PUT, .content_type = tkt_str("application/json"),
        .request_id = tkt_str("ticketctl"),
    };

    tkt_arena_keep_secrets(&ctl->arena);

    rc = tkt_ctl_begin(ctl, TKT_CTL_CHANGE, &user);
    if (rc == TKT_CTL_OK) {
        rc = tkt_ctl_password(ctl, &password);
    }

    if (rc != TKT_CTL_OK) {
        return rc;
    }

    login = tkt_ctl_value(ctl, LOGIN);

    tkt_out_init(o, &ctl->arena, 1024);
    tkt_out_lit(o, "{");
    tkt_out_name(o, "login");
    tkt_out_string(o, login);
    tkt_out_name(o, "new_password");
    tkt_out_string(o, password);
    tkt_out_lit(o, "}");

    req.now_ms = tkt_ctl_now_ms();

    if (!tkt_ctl_command(ctl, &req, &match, tkt_out_text(o), &answer)) {
        return TKT_CTL_FAILED;
    }

    tkt_out_init(o, &ctl->arena, 1024);
    tkt_out_lit(o, "{");
    tkt_out_name(o, "login");
    tkt_out_string(o, login);

    if (tkt_ctl_has(ctl, GENERATE)) {
        tkt_out_name(o, "password");
        tkt_out_string(o, password);
    }

    tkt_out_lit(o, "}");

    return tkt_ctl_answer(ctl, tkt_out_text(o),
        tkt_ctl_has(ctl, GENERATE) ? password
        : tkt_arena_printf(&ctl->arena, "the password of %s is set; his "
                           "sessions have ended",
                           ctl->values[TKT_CTL_LOGIN]));
}


/* ---- the outbox ---- */

static bool
tkt_ctl_outbox_line(tkt_ctl_t *ctl, tkt_str_t value)
{
    uint8_t       ends[TKT_TIME_TEXT_BYTES];
    tkt_str_t     to, purpose;
    tkt_outbox_t  note;

    if (!tkt_record_unpack(&tkt_outbox_schema, value, &note)
        || note.purpose >= tkt_purpose_names.count)
    {
        return false;
    }

    if (note.expires_at <= (uint64_t) tkt_ctl_now_ms()) {
        return true;
    }

    if (tkt_ctl_has(ctl, JSON)) {
        tkt_out_comma(&ctl->out);
        tkt_out_object(&ctl->out, &tkt_outbox_schema, &note,
                       (uint32_t) tkt_bit(TKT_ROLE_ADMIN), NULL, false);
        return true;
    }

    to = note.email.len > 0 ? note.email : note.phone;
    purpose = tkt_purpose_names.names[note.purpose];
    tkt_time_format(ends, (int64_t) note.expires_at);

    (void) printf("%-6llu %-9.*s %.*s  %.*s  until %.*s\n",
                  (unsigned long long) note.id, (int) purpose.len,
                  (const char *) purpose.data, (int) note.code.len,
                  (const char *) note.code.data, (int) to.len,
                  (const char *) to.data, TKT_TIME_TEXT_BYTES,
                  (const char *) ends);

    return true;
}


int
tkt_ctl_outbox_list(tkt_ctl_t *ctl)
{
    int        rc;
    tkt_key_t  prefix;

    tkt_arena_keep_secrets(&ctl->arena);

    rc = tkt_ctl_begin(ctl, TKT_CTL_LOOK, NULL);
    if (rc != TKT_CTL_OK) {
        return rc;
    }

    tkt_key_tenant(&prefix, ctl->actor.tenant);

    return tkt_ctl_list(ctl, TKT_DB_OUTBOX, &prefix, tkt_ctl_outbox_line);
}
