/*
 * Media types by signature, one row each; the first that fits decides.
 */

#include "domain/tkt_media.h"


/* A piece that must stand at an offset; the second may be empty. */
typedef struct {
    uint16_t   at;
    tkt_str_t  bytes;
    uint16_t   also_at;
    tkt_str_t  also;
    tkt_str_t  type;
} tkt_signature_t;


#define ZIP  "PK\003\004"

/*
 * Offices' files are zip archives whose first entry tells what they are; the
 * others are told apart by names further inside, which zip does not put at a
 * fixed place, so they are archives here.
 */
static const tkt_signature_t  tkt_signatures[] = {
    { 0, tkt_lit("\x89PNG\r\n\x1a\n"), 0, tkt_lit(""), tkt_lit("image/png") },
    { 0, tkt_lit("\xff\xd8\xff"), 0, tkt_lit(""), tkt_lit("image/jpeg") },
    { 0, tkt_lit("GIF87a"), 0, tkt_lit(""), tkt_lit("image/gif") },
    { 0, tkt_lit("GIF89a"), 0, tkt_lit(""), tkt_lit("image/gif") },
    { 0, tkt_lit("RIFF"), 8, tkt_lit("WEBP"), tkt_lit("image/webp") },
    { 0, tkt_lit("%PDF-"), 0, tkt_lit(""), tkt_lit("application/pdf") },

    { 0, tkt_lit(ZIP), 30, tkt_lit("mimetypeapplication/vnd.oasis."
                                   "opendocument.text"),
      tkt_lit("application/vnd.oasis.opendocument.text") },
    { 0, tkt_lit(ZIP), 30, tkt_lit("mimetypeapplication/vnd.oasis."
                                   "opendocument.spreadsheet"),
      tkt_lit("application/vnd.oasis.opendocument.spreadsheet") },
    { 0, tkt_lit(ZIP), 30, tkt_lit("mimetypeapplication/vnd.oasis."
                                   "opendocument.presentation"),
      tkt_lit("application/vnd.oasis.opendocument.presentation") },
    { 0, tkt_lit(ZIP), 30, tkt_lit("word/"),
      tkt_lit("application/vnd.openxmlformats-officedocument."
              "wordprocessingml.document") },
    { 0, tkt_lit(ZIP), 30, tkt_lit("xl/"),
      tkt_lit("application/vnd.openxmlformats-officedocument."
              "spreadsheetml.sheet") },
    { 0, tkt_lit(ZIP), 30, tkt_lit("ppt/"),
      tkt_lit("application/vnd.openxmlformats-officedocument."
              "presentationml.presentation") },
    { 0, tkt_lit(ZIP), 0, tkt_lit(""), tkt_lit("application/zip") },
    { 0, tkt_lit("PK\005\006"), 0, tkt_lit(""), tkt_lit("application/zip") },

    { 0, tkt_lit("\x1f\x8b\x08"), 0, tkt_lit(""),
      tkt_lit("application/gzip") },
    { 4, tkt_lit("ftypqt"), 0, tkt_lit(""), tkt_lit("video/quicktime") },
    { 4, tkt_lit("ftyp"), 0, tkt_lit(""), tkt_lit("video/mp4") },
};


static const tkt_str_t  tkt_media_text = tkt_lit("text/plain; charset=utf-8");
static const tkt_str_t  tkt_media_bytes = tkt_lit("application/octet-stream");

/*
 * Text is shown as text: with nosniff no browser looks for markup in it.  PDF
 * is not here, since no viewer works in the sandbox that files are served in.
 */
static const tkt_str_t  tkt_media_shown[] = {
    tkt_lit("image/png"), tkt_lit("image/jpeg"), tkt_lit("image/gif"),
    tkt_lit("image/webp"), tkt_lit("text/plain; charset=utf-8"),
};


static bool
tkt_media_has(tkt_str_t head, size_t at, tkt_str_t bytes)
{
    return head.len >= at + bytes.len
           && (bytes.len == 0
               || memcmp(head.data + at, bytes.data, bytes.len) == 0);
}


/* The length of the sequence that a byte begins; 0: none. */
static size_t
tkt_media_sequence(uint8_t first)
{
    return first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2
           : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
}


/*
 * Text without control characters but for those of lines and pages.  The last
 * character may be cut off where the look ends.
 */
static bool
tkt_media_is_text(tkt_str_t s, bool whole)
{
    size_t  i, k, n;

    for (i = 0; i < s.len; i += n) {

        if (s.data[i] < ' ' && memchr("\t\n\f\r", s.data[i], 4) == NULL) {
            return false;
        }

        n = (s.data[i] == 0x7f) ? 0 : tkt_media_sequence(s.data[i]);

        if (n == 0) {
            return false;
        }

        for (k = 1; k < n; k++) {
            if (i + k == s.len) {
                return !whole;
            }

            if ((s.data[i + k] & 0xc0) != 0x80) {
                return false;
            }
        }
    }

    return true;
}


tkt_str_t
tkt_media_sniff(tkt_str_t head, bool whole)
{
    size_t                  i;
    const tkt_signature_t  *s;

    if (head.len > TKT_MEDIA_HEAD_BYTES) {
        head.len = TKT_MEDIA_HEAD_BYTES;
        whole = false;
    }

    for (i = 0; i < tkt_array_len(tkt_signatures); i++) {
        s = &tkt_signatures[i];

        if (tkt_media_has(head, s->at, s->bytes)
            && tkt_media_has(head, s->also_at, s->also))
        {
            return s->type;
        }
    }

    return tkt_media_is_text(head, whole) ? tkt_media_text : tkt_media_bytes;
}


bool
tkt_media_inline(tkt_str_t type)
{
    size_t  i;

    for (i = 0; i < tkt_array_len(tkt_media_shown); i++) {
        if (tkt_str_eq(type, tkt_media_shown[i])) {
            return true;
        }
    }

    return false;
}
