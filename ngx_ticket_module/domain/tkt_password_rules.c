/*
 * Rules for passwords and registered logins.
 */

#include "base/tkt_limits.h"
#include "base/tkt_text.h"
#include "domain/tkt_password_rules.h"


/* A password of fewer different characters is a pattern. */
#define TKT_PASSWORD_DISTINCT_MIN_BYTES  4


/*
 * The most common of published lists that are long enough to pass otherwise;
 * compared without regard to case.
 */
static const tkt_str_t  tkt_common_passwords[] = {
    tkt_lit("0123456789"), tkt_lit("1234567890"), tkt_lit("9876543210"),
    tkt_lit("0987654321"), tkt_lit("12345678910"), tkt_lit("123456789a"),
    tkt_lit("a123456789"), tkt_lit("123456789q"), tkt_lit("q123456789"),
    tkt_lit("1q2w3e4r5t"), tkt_lit("1q2w3e4r5t6y"), tkt_lit("1qaz2wsx3edc"),
    tkt_lit("qazwsxedcrfv"), tkt_lit("qwertyuiop"), tkt_lit("qwertyuiop123"),
    tkt_lit("asdfghjkl1"), tkt_lit("asdfghjkl123"), tkt_lit("zxcvbnm123"),
    tkt_lit("qwerty1234"), tkt_lit("qwerty12345"), tkt_lit("qwerty123456"),
    tkt_lit("password12"), tkt_lit("password123"), tkt_lit("password1234"),
    tkt_lit("passwordpassword"), tkt_lit("p@ssw0rd123"),
    tkt_lit("passw0rd123"), tkt_lit("iloveyou12"), tkt_lit("iloveyou123"),
    tkt_lit("woaini1314"), tkt_lit("woaini520520"), tkt_lit("5201314520"),
    tkt_lit("1314520520"), tkt_lit("abcdefghij"), tkt_lit("abcd123456"),
    tkt_lit("abc1234567"), tkt_lit("abc123456789"), tkt_lit("administrator"),
    tkt_lit("admin12345"), tkt_lit("admin123456"), tkt_lit("changeme123"),
    tkt_lit("letmein123"), tkt_lit("welcome123"), tkt_lit("welcome1234"),
    tkt_lit("football123"), tkt_lit("baseball123"), tkt_lit("superman123"),
    tkt_lit("princess123"), tkt_lit("trustno1trustno1"),
    tkt_lit("helpdesk123"), tkt_lit("correcthorsebatterystaple"),
};


static uint8_t
tkt_lower(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') ? (uint8_t) (c | 0x20) : c;
}


static bool
tkt_same_but_case(tkt_str_t a, tkt_str_t b)
{
    size_t  i;

    for (i = 0; i < a.len && i < b.len; i++) {
        if (tkt_lower(a.data[i]) != tkt_lower(b.data[i])) {
            return false;
        }
    }

    return a.len == b.len;
}


static bool
tkt_password_plain(tkt_str_t password)
{
    size_t    i, distinct;
    uint64_t  seen[4] = { 0 };

    for (distinct = 0, i = 0; i < password.len; i++) {
        distinct += !(seen[password.data[i] / 64]
                      & tkt_bit(password.data[i] % 64));
        seen[password.data[i] / 64] |= tkt_bit(password.data[i] % 64);
    }

    if (distinct < TKT_PASSWORD_DISTINCT_MIN_BYTES) {
        return true;
    }

    for (i = 0; i < tkt_array_len(tkt_common_passwords); i++) {
        if (tkt_same_but_case(password, tkt_common_passwords[i])) {
            return true;
        }
    }

    return false;
}


bool
tkt_password_allowed(tkt_str_t password, tkt_str_t login, tkt_str_t email,
    tkt_password_fault_t *fault)
{
    size_t  chars;

    (void) tkt_text_check(password, &chars);

    if (chars < TKT_PASSWORD_MIN_CHARS) {
        *fault = (tkt_password_fault_t) {
            "too-short", "a password has at least 10 characters"
        };
        return false;
    }

    if (tkt_same_but_case(password, login)
        || tkt_same_but_case(password, email))
    {
        *fault = (tkt_password_fault_t) {
            "common", "the password is the account's own name"
        };
        return false;
    }

    if (tkt_password_plain(password)) {
        *fault = (tkt_password_fault_t) {
            "common", "this password is one of those that are tried first"
        };
        return false;
    }

    return true;
}


bool
tkt_login_allowed(tkt_str_t login)
{
    size_t  i;

    for (i = 0; i < login.len; i++) {
        if (login.data[i] <= ' ' || login.data[i] == ':'
            || tkt_lower(login.data[i]) != login.data[i])
        {
            return false;
        }
    }

    return login.len > 0;
}
