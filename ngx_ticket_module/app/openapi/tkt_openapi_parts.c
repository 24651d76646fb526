/*
 * Parameters, headers and responses that the operations of the OpenAPI
 * document refer to.
 */

#include "app/openapi/tkt_openapi.h"


typedef struct {
    const char  *name;
    const char  *json;
} tkt_openapi_text_t;


/* Request headers. */
static const tkt_openapi_text_t  tkt_openapi_headers_in[] = {
    { "X-Request-Id",
      "{\"type\":\"string\",\"maxLength\":128}" },
    { "Idempotency-Key",
      "{\"type\":\"string\",\"minLength\":1,\"maxLength\":257}" },
    { "If-Match", "{\"type\":\"string\"}" },
    { "If-None-Match", "{\"type\":\"string\"}" },
    { "Accept-Language", "{\"type\":\"string\"}" },
};

static const char *const  tkt_openapi_headers_in_docs[] = {
    "comes back in the answer and in logs; made up when absent",
    "makes a repeated request safe for 24 hours: the first answer is given "
    "again, nothing is done twice",
    "ETag of what you have read: 412 if it has changed since",
    "ETag of what you have: 304 if it is still the same",
    "language of labels and titles: en or zh",
};

/* Headers of answers: whole Header Objects. */
static const tkt_openapi_text_t  tkt_openapi_headers_out[] = {
    { "X-Request-Id",
      "{\"required\":true,\"description\":\"id of the request, for questions "
      "to the operator\",\"schema\":{\"type\":\"string\"}}" },
    { "ETag",
      "{\"required\":true,\"description\":\"the version: t<id>.<version> in "
      "quotes\",\"schema\":{\"type\":\"string\","
      "\"pattern\":\"^(W/)?\\\"[a-z][0-9]+\\\\.[0-9]+\\\"$\"}}" },
    { "ETagIfKnown",
      "{\"description\":\"the version, when there is a record: t<id>.<version> "
      "in quotes\",\"schema\":{\"type\":\"string\","
      "\"pattern\":\"^(W/)?\\\"[a-z][0-9]+\\\\.[0-9]+\\\"$\"}}" },
    { "ETagOfBytes",
      "{\"required\":true,\"description\":\"digest of the content in "
      "quotes\",\"schema\":{\"type\":\"string\","
      "\"pattern\":\"^(W/)?\\\"[0-9a-f]{64}\\\"$\"}}" },
    { "Content-Disposition",
      "{\"required\":true,\"description\":\"the file's name (RFC 6266), and "
      "whether it is for showing\",\"schema\":{\"type\":\"string\"}}" },
    { "Location",
      "{\"required\":true,\"description\":\"where it is\","
      "\"schema\":{\"type\":\"string\",\"format\":\"uri-reference\"}}" },
    { "Link",
      "{\"description\":\"the next page, rel=next, when there is one\","
      "\"schema\":{\"type\":\"string\"}}" },
    { "Idempotency-Replayed",
      "{\"description\":\"true: this is the answer to the first request with "
      "this key\",\"schema\":{\"type\":\"string\",\"const\":\"true\"}}" },
    { "RateLimit-Policy",
      "{\"description\":\"where there are quotas: q requests in w seconds, of "
      "the caller and of his tenant\",\"schema\":{\"type\":\"string\","
      "\"examples\":[\"\\\"user\\\";q=600;w=60\"]}}" },
    { "RateLimit",
      "{\"description\":\"what is left of them: r requests, anew in t "
      "seconds\",\"schema\":{\"type\":\"string\","
      "\"examples\":[\"\\\"user\\\";r=599;t=60\"]}}" },
    { "Content-Range",
      "{\"required\":true,\"description\":\"the size of the file: bytes "
      "*/SIZE\",\"schema\":{\"type\":\"string\"}}" },
    { "Retry-After",
      "{\"description\":\"seconds to wait\","
      "\"schema\":{\"type\":\"integer\",\"minimum\":1}}" },
    { "Allow",
      "{\"required\":true,\"description\":\"the methods of this resource\","
      "\"schema\":{\"type\":\"string\"}}" },
    { "WWW-Authenticate",
      "{\"required\":true,\"description\":\"the challenge\","
      "\"schema\":{\"type\":\"string\"}}" },
};

/* The headers that problems of a status code (0: of any) bring. */
static const struct {
    unsigned     http;
    const char  *header;
} tkt_openapi_problem_headers[] = {
    { 0, "X-Request-Id" },
    { 0, "RateLimit-Policy" },
    { 0, "RateLimit" },
    { 401, "WWW-Authenticate" },
    { 405, "Allow" },
    { 412, "ETag" },
    { 416, "Content-Range" },
    { 429, "Retry-After" },
    { 503, "Retry-After" },
};


tkt_str_t
tkt_openapi_problem(const tkt_out_t *o, unsigned http)
{
    return tkt_arena_printf(o->arena, "Problem%u", http);
}


static void
tkt_openapi_write_parameter(tkt_out_t *o, const char *in, const char *name,
    const char *schema, const char *doc)
{
    tkt_out_name(o, name);
    tkt_out_lit(o, "{");
    tkt_out_name(o, "name");
    tkt_out_string_z(o, name);
    tkt_out_name(o, "in");
    tkt_out_string_z(o, in);
    tkt_out_name(o, "schema");
    tkt_out_raw(o, tkt_str_z(schema));
    tkt_out_name(o, "description");
    tkt_out_string_z(o, doc);
    tkt_out_lit(o, "}");
}


static void
tkt_openapi_write_parameters(tkt_out_t *o)
{
    size_t          i;
    tkt_param_id_t  id;

    tkt_out_name(o, "parameters");
    tkt_out_lit(o, "{");

    for (i = 0; i < TKT_PARAM_MAX; i++) {
        id = (tkt_param_id_t) i;
        tkt_openapi_write_parameter(o, "query", tkt_param_name(id),
                                    tkt_param_schema(id), tkt_param_doc(id));
    }

    for (i = 0; i < tkt_array_len(tkt_openapi_headers_in); i++) {
        tkt_openapi_write_parameter(o, "header",
                                    tkt_openapi_headers_in[i].name,
                                    tkt_openapi_headers_in[i].json,
                                    tkt_openapi_headers_in_docs[i]);
    }

    tkt_out_lit(o, "}");
}


static void
tkt_openapi_write_headers(tkt_out_t *o)
{
    size_t  i;

    tkt_out_name(o, "headers");
    tkt_out_lit(o, "{");

    for (i = 0; i < tkt_array_len(tkt_openapi_headers_out); i++) {
        tkt_out_name(o, tkt_openapi_headers_out[i].name);
        tkt_out_raw(o, tkt_str_z(tkt_openapi_headers_out[i].json));
    }

    tkt_out_lit(o, "}");
}


/* Every code of the status table that has this HTTP status, with its title. */
static void
tkt_openapi_problem_words(tkt_out_t *o, unsigned http)
{
    bool                     any;
    unsigned                 i;
    tkt_out_t                text;
    const tkt_status_row_t  *row;

    tkt_out_init(&text, o->arena, 512);

    for (any = false, i = TKT_OK + 1; i < TKT_STATUS_MAX; i++) {
        row = tkt_status_row((tkt_status_t) i);

        if (row->http == http) {
            if (any) {
                tkt_out_lit(&text, "; ");
            }

            tkt_out_raw(&text, row->code);
            tkt_out_lit(&text, ": ");
            tkt_out_raw(&text, row->title[TKT_LANG_EN]);
            any = true;
        }
    }

    tkt_out_name(o, "description");
    tkt_out_string(o, tkt_out_text(&text));
}


static void
tkt_openapi_write_problem(tkt_out_t *o, unsigned http)
{
    size_t  i;

    tkt_out_comma(o);
    tkt_out_string(o, tkt_openapi_problem(o, http));
    tkt_out_lit(o, ":{");
    tkt_openapi_problem_words(o, http);
    tkt_out_name(o, "headers");
    tkt_out_lit(o, "{");

    for (i = 0; i < tkt_array_len(tkt_openapi_problem_headers); i++) {
        if (tkt_openapi_problem_headers[i].http == http
            || tkt_openapi_problem_headers[i].http == 0)
        {
            tkt_out_name(o, tkt_openapi_problem_headers[i].header);
            tkt_openapi_ref(o, "headers",
                tkt_str_z(tkt_openapi_problem_headers[i].header));
        }
    }

    tkt_out_lit(o, "},\"content\":{\"application/problem+json\":{\"schema\":");
    tkt_openapi_ref(o, "schemas", tkt_str("Problem"));
    tkt_out_lit(o, "}}}");
}


static void
tkt_openapi_write_responses(tkt_out_t *o)
{
    unsigned  i, http, last;

    tkt_out_name(o, "responses");
    tkt_out_lit(o, "{\"NotModified\":{\"description\":\"what you have is "
        "still valid\",\"headers\":{\"X-Request-Id\":");
    tkt_openapi_ref(o, "headers", tkt_str("X-Request-Id"));
    tkt_out_lit(o, ",\"ETag\":");
    tkt_openapi_ref(o, "headers", tkt_str("ETag"));
    tkt_out_lit(o, ",\"RateLimit-Policy\":");
    tkt_openapi_ref(o, "headers", tkt_str("RateLimit-Policy"));
    tkt_out_lit(o, ",\"RateLimit\":");
    tkt_openapi_ref(o, "headers", tkt_str("RateLimit"));
    tkt_out_lit(o, "}},\"Unhealthy\":{\"description\":\"not ready\","
        "\"content\":{\"application/json\":{\"schema\":");
    tkt_openapi_ref(o, "schemas", tkt_str("Health"));
    tkt_out_lit(o, "},\"application/problem+json\":{\"schema\":");
    tkt_openapi_ref(o, "schemas", tkt_str("Problem"));
    tkt_out_lit(o, "}}}");

    for (last = 0, i = TKT_OK + 1; i < TKT_STATUS_MAX; i++) {
        http = tkt_status_row((tkt_status_t) i)->http;

        if (http != last) {
            tkt_openapi_write_problem(o, http);
            last = http;
        }
    }

    tkt_out_lit(o, "}");
}


void
tkt_openapi_components(tkt_out_t *o)
{
    tkt_out_name(o, "components");
    tkt_out_lit(o, "{\"securitySchemes\":{\"bearer\":{\"type\":\"http\","
        "\"scheme\":\"bearer\"}}");
    tkt_openapi_schemas(o);
    tkt_openapi_write_parameters(o);
    tkt_openapi_write_headers(o);
    tkt_openapi_write_responses(o);
    tkt_out_lit(o, "}");
}
