/*
 * Names of files, which come from strangers and go into headers and onto
 * screens.
 */

#include "domain/tkt_media.h"


/* Characters that are not seen, or that make a name look like another. */
static const struct {
    uint32_t  first;
    uint32_t  last;
} tkt_name_banned[] = {
    { 0x0000, 0x001f },        /* C0 */
    { 0x007f, 0x009f },        /* DEL, C1 */
    { 0x00ad, 0x00ad },        /* soft hyphen */
    { 0x061c, 0x061c },        /* Arabic letter mark */
    { 0x180e, 0x180e },
    { 0x200b, 0x200f },        /* zero width, marks of direction */
    { 0x2028, 0x202e },        /* separators, embedding, override */
    { 0x2060, 0x206f },        /* joiner, isolates */
    { 0xfeff, 0xfeff },        /* byte order mark */
    { 0xfff0, 0xfffb },
    { 0xe0000, 0xe0fff },      /* tags */
};


/* Decodes one character of valid UTF-8; returns its bytes. */
static size_t
tkt_name_char(const uint8_t *p, uint32_t *ch)
{
    size_t  i, n;

    n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    *ch = (n == 1) ? p[0] : (uint32_t) p[0] & (0x7fU >> n);

    for (i = 1; i < n; i++) {
        *ch = *ch << 6 | (p[i] & 0x3fU);
    }

    return n;
}


static bool
tkt_name_allowed(uint32_t ch)
{
    size_t  i;

    for (i = 0; i < tkt_array_len(tkt_name_banned); i++) {
        if (ch >= tkt_name_banned[i].first && ch <= tkt_name_banned[i].last) {
            return false;
        }
    }

    return true;
}


/* What follows the last separator of directories, of whatever system. */
static tkt_str_t
tkt_name_base(tkt_str_t text)
{
    size_t  i;

    for (i = text.len; i > 0; i--) {
        if (text.data[i - 1] == '/' || text.data[i - 1] == '\\') {
            break;
        }
    }

    return (tkt_str_t) { text.data + i, text.len - i };
}


static void
tkt_name_trim(tkt_str_t *s)
{
    while (s->len > 0 && (s->data[0] == ' ' || s->data[0] == '.')) {
        s->data++;
        s->len--;
    }

    while (s->len > 0
           && (s->data[s->len - 1] == ' ' || s->data[s->len - 1] == '.'))
    {
        s->len--;
    }
}


tkt_str_t
tkt_file_name(tkt_str_t text, tkt_arena_t *arena)
{
    size_t      i, n, chars;
    uint8_t    *out, *pos;
    uint32_t    ch;
    tkt_str_t   name;

    text = tkt_name_base(text);

    pos = out = tkt_arena_bytes(arena, text.len + 1);
    if (out == NULL) {
        return tkt_str("");
    }

    for (chars = 0, i = 0; i < text.len; i += n) {
        n = tkt_name_char(text.data + i, &ch);

        if (tkt_name_allowed(ch)) {
            memcpy(pos, text.data + i, n);
            pos += n;
            chars++;
        }
    }

    name = (tkt_str_t) { out, (size_t) (pos - out) };

    while (chars > TKT_FILE_NAME_MAX_CHARS) {
        n = tkt_name_char(name.data, &ch);
        name.data += n;
        name.len -= n;
        chars--;
    }

    tkt_name_trim(&name);

    return name.len > 0 ? name : tkt_str("file");
}


/* attr-char of RFC 8187. */
static bool
tkt_name_plain(uint8_t ch)
{
    return (ch >= '0' && ch <= '9') || (ch >= 'A' && ch <= 'Z')
           || (ch >= 'a' && ch <= 'z')
           || (ch != '\0' && strchr("!#$&+-.^_`|~", ch) != NULL);
}


/*
 * In quotes, for clients that know nothing else: what is not ASCII, and what
 * some of them take for an escape, is an underscore.
 */
static uint8_t *
tkt_name_quoted(uint8_t *pos, tkt_str_t name)
{
    size_t    i, n;
    uint32_t  ch;

    for (i = 0; i < name.len; i += n) {
        n = tkt_name_char(name.data + i, &ch);
        *pos++ = (n > 1 || ch == '"' || ch == '\\' || ch == '%')
                 ? '_' : (uint8_t) ch;
    }

    return pos;
}


static uint8_t *
tkt_name_encoded(uint8_t *pos, tkt_str_t name)
{
    size_t             i;
    static const char  hex[] = "0123456789ABCDEF";

    for (i = 0; i < name.len; i++) {

        if (tkt_name_plain(name.data[i])) {
            *pos++ = name.data[i];
            continue;
        }

        *pos++ = '%';
        *pos++ = (uint8_t) hex[name.data[i] >> 4];
        *pos++ = (uint8_t) hex[name.data[i] & 15];
    }

    return pos;
}


static uint8_t *
tkt_name_lit(uint8_t *pos, const char *text)
{
    size_t  n = strlen(text);

    memcpy(pos, text, n);

    return pos + n;
}


tkt_str_t
tkt_file_disposition(tkt_str_t name, bool shown, tkt_arena_t *arena)
{
    uint8_t  *pos, *start;

    start = tkt_arena_bytes(arena, 64 + 4 * name.len);
    if (start == NULL) {
        return tkt_str("");
    }

    pos = tkt_name_lit(start, shown ? "inline" : "attachment");
    pos = tkt_name_lit(pos, "; filename=\"");
    pos = tkt_name_quoted(pos, name);
    pos = tkt_name_lit(pos, "\"; filename*=UTF-8''");
    pos = tkt_name_encoded(pos, name);

    return (tkt_str_t) { start, (size_t) (pos - start) };
}
