/*
 * Downloads: a file of the store in nginx's own output, so that ranges,
 * conditions, sendfile and the cache of open files are those of any file that
 * nginx serves.  The content is a stranger's: a browser gets its type from
 * the desk and may run nothing of it.
 */

#include "http/ngx_ticket_http.h"
#include "worker/ngx_ticket_files.h"


#define NGX_TICKET_SANDBOX  "default-src 'none'; sandbox"


/* The header of the answer as it was before the file's. */
typedef struct {
    ngx_http_headers_out_t  headers;
    ngx_uint_t              count;        /* of fields in the list's last    */
} ngx_ticket_fields_t;


/* Of the file; what a client may do with it. */
static ngx_int_t
ngx_ticket_download_headers(ngx_ticket_ctx_t *ctx, const tkt_reply_t *reply)
{
    size_t               len;
    ngx_http_request_t  *r;

    r = ctx->r;

    if (ngx_ticket_reply_headers(ctx, reply) != NGX_OK
        || !ngx_ticket_push_str(r, "Content-Disposition",
                                &reply->disposition)
        || !ngx_ticket_push_lit(r, "Content-Security-Policy",
                                NGX_TICKET_SANDBOX))
    {
        return NGX_ERROR;
    }

    /* of a type with parameters, filters look at what stands before them */

    for (len = 0; len < reply->file_type.len; len++) {
        if (reply->file_type.data[len] == ';') {
            break;
        }
    }

    r->headers_out.content_type.data = (u_char *) reply->file_type.data;
    r->headers_out.content_type.len = reply->file_type.len;
    r->headers_out.content_type_len = len;
    r->headers_out.content_type_lowcase = NULL;

    r->headers_out.content_length_n = (off_t) reply->file_bytes;
    r->headers_out.last_modified_time = (time_t) (reply->file_made_ms / 1000);
    r->allow_ranges = 1;

    return NGX_OK;
}


/* Opens the file; its descriptor is the pool's or the cache's. */
static ngx_int_t
ngx_ticket_download_open(ngx_ticket_ctx_t *ctx, const tkt_reply_t *reply,
    ngx_str_t *path, ngx_open_file_info_t *of)
{
    u_char                    *p;
    ngx_http_request_t        *r;
    ngx_http_core_loc_conf_t  *clcf;

    r = ctx->r;
    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    path->data = ngx_pnalloc(r->pool, ngx_strlen(ctx->desk->path)
                                      + sizeof("/" NGX_TICKET_FILES_DIR)
                                      + reply->file.len);
    if (path->data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_sprintf(path->data, "%s/%s", ctx->desk->path,
                    NGX_TICKET_FILES_DIR);
    p = ngx_cpymem(p, reply->file.data, reply->file.len);
    *p = '\0';
    path->len = p - path->data;

    ngx_memzero(of, sizeof(ngx_open_file_info_t));

    of->read_ahead = clcf->read_ahead;
    of->directio = clcf->directio;
    of->valid = clcf->open_file_cache_valid;
    of->min_uses = clcf->open_file_cache_min_uses;
    of->errors = 0;
    of->events = clcf->open_file_cache_events;

    if (ngx_open_cached_file(clcf->open_file_cache, path, of, r->pool)
        != NGX_OK)
    {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, of->err,
                      "ticket: the file \"%V\" of an attachment cannot be "
                      "opened", path);
        return NGX_DECLINED;
    }

    if (!of->is_file || (uint64_t) of->size != reply->file_bytes) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "ticket: the file \"%V\" of an attachment has %O bytes "
                      "and should have %uL", path, of->size,
                      reply->file_bytes);
        return NGX_DECLINED;
    }

    return NGX_OK;
}


/*
 * nginx's filter has found that Range asks for what the file has not, and left
 * the answer to a page of nginx's.  The header is begun anew: what the filters
 * before it have added for the file would stand there twice, or be wrong.
 */
static ngx_int_t
ngx_ticket_download_past(ngx_ticket_ctx_t *ctx, const ngx_ticket_fields_t *was)
{
    u_char              *p;
    ngx_str_t            range;
    ngx_http_request_t  *r;

    r = ctx->r;

    r->headers_out = was->headers;
    r->headers_out.headers.last->nelts = was->count;
    r->headers_out.headers.last->next = NULL;
    r->allow_ranges = 0;

    range.data = ngx_pnalloc(r->pool, sizeof("bytes */") + NGX_OFF_T_LEN);
    if (range.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    p = ngx_sprintf(range.data, "bytes */%uL", ctx->reply.file_bytes);

    if (!ngx_ticket_push(r, "Content-Range", range.data, p - range.data)) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_ticket_problem(ctx, TKT_RANGE_NOT_SATISFIABLE, NULL);

    return ngx_ticket_send(ctx, &ctx->reply);
}


ngx_int_t
ngx_ticket_download(ngx_ticket_ctx_t *ctx)
{
    ngx_int_t              rc;
    ngx_buf_t             *b;
    ngx_str_t              path;
    ngx_http_request_t    *r;
    ngx_ticket_fields_t    was;
    ngx_open_file_info_t   of;

    r = ctx->r;

    rc = ngx_ticket_download_open(ctx, &ctx->reply, &path, &of);

    if (rc == NGX_DECLINED) {
        ngx_ticket_problem(ctx, TKT_INTERNAL, NULL);
        return ngx_ticket_send(ctx, &ctx->reply);
    }

    if (rc != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    was.headers = r->headers_out;
    was.count = r->headers_out.headers.last->nelts;

    ctx->replied = 1;
    r->headers_out.status = NGX_HTTP_OK;
    r->root_tested = !r->error_page;

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    b->file = ngx_pcalloc(r->pool, sizeof(ngx_file_t));

    if (b->file == NULL
        || ngx_ticket_download_headers(ctx, &ctx->reply) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_http_send_header(r);

    if (rc == NGX_HTTP_RANGE_NOT_SATISFIABLE) {
        return ngx_ticket_download_past(ctx, &was);
    }

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    b->file_pos = 0;
    b->file_last = of.size;
    b->in_file = b->file_last ? 1 : 0;
    b->last_buf = (r == r->main) ? 1 : 0;
    b->last_in_chain = 1;

    b->file->fd = of.fd;
    b->file->name = path;
    b->file->log = r->connection->log;
    b->file->directio = of.is_directio;

    ctx->out.buf = b;
    ctx->out.next = NULL;

    return ngx_http_output_filter(r, &ctx->out);
}
