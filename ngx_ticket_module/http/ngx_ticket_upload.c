/*
 * Uploads: the body goes to a file of the store as it comes, in the pieces
 * that nginx reads, so that memory does not grow with it; then a thread makes
 * the file durable, and only then a command names it.
 *
 *     read, write, hash → (thread) sync, rename → command → (writer) → answer
 *
 * A slow client holds a connection and a file, no transaction.  The file is
 * the request's until a command has taken it: however the request ends before
 * that, the file is removed.  What a crash leaves is an orphan.
 */

#include "http/ngx_ticket_http.h"
#include "worker/ngx_ticket_files.h"


/* What one turn of the event loop takes from a connection that is fast. */
#define NGX_TICKET_UPLOAD_TURN_BYTES   (2 * 1024 * 1024)

/* How often the space on the device is looked at. */
#define NGX_TICKET_UPLOAD_CHECK_BYTES  (16 * 1024 * 1024)

/* A body that another module has read lies in a file of nginx's. */
#define NGX_TICKET_UPLOAD_COPY_BYTES   65536


static void ngx_ticket_upload_ready(ngx_http_request_t *r);
static void ngx_ticket_upload_more(ngx_http_request_t *r);
static void ngx_ticket_upload_sealed(void *obj, void *data);


/* ---- before ---- */


/* Whether the device would still have its reserve. */
static ngx_uint_t
ngx_ticket_upload_fits(ngx_ticket_ctx_t *ctx, off_t bytes)
{
    tkt_env_info_t  info;

    tkt_env_info(ctx->desk->env, &info);

    return info.disk_free_bytes == UINT64_MAX
           || info.disk_free_bytes >= (uint64_t) TKT_DISK_RESERVE_BYTES
                                      + (uint64_t) bytes;
}


/* Decides what can be decided before there is a body; true: it is read. */
static ngx_uint_t
ngx_ticket_upload_admit(ngx_ticket_ctx_t *ctx)
{
    off_t          length;
    tkt_txn_t     *txn;
    ngx_uint_t     admitted;
    tkt_status_t   status;

    length = ngx_max(ctx->r->headers_in.content_length_n, 0);

    txn = ngx_ticket_read_begin(ctx->desk, &status);
    if (txn == NULL) {
        ngx_ticket_problem(ctx, status, NULL);
        return 0;
    }

    admitted = tkt_app_upload(txn, &ctx->req, &ctx->match, &ctx->actor,
                              (uint64_t) length, &ctx->arena, &ctx->reply);

    ngx_ticket_read_end(ctx->desk);

    if (admitted && !ngx_ticket_upload_fits(ctx, length)) {
        ngx_ticket_problem(ctx, TKT_STORAGE_FULL, NULL);
        return 0;
    }

    return admitted;
}


static tkt_status_t
ngx_ticket_upload_fault(ngx_ticket_ctx_t *ctx, ngx_err_t err,
    const char *call)
{
    if (err == NGX_ENOSPC || err == EDQUOT || err == EFBIG) {
        return TKT_STORAGE_FULL;
    }

    ngx_log_error(NGX_LOG_ERR, ctx->r->connection->log, err,
                  "ticket: %s failed for an upload to \"%s\"", call,
                  ctx->desk->path);

    return (err == NGX_ENOMEM || err == NGX_EMFILE || err == NGX_ENFILE)
           ? TKT_BUSY : TKT_INTERNAL;
}


/* Runs when the request ends, however it does. */
static void
ngx_ticket_upload_cleanup(void *data)
{
    ngx_ticket_ctx_t  *ctx = data;

    /* in flight, a thread or the writer has it and calls back */

    if (ctx->file && !ctx->in_flight) {
        ngx_ticket_file_discard(ctx->desk, ctx->file);
        ctx->file = NULL;
    }
}


static tkt_status_t
ngx_ticket_upload_open(ngx_ticket_ctx_t *ctx)
{
    ngx_err_t            err;
    ngx_http_cleanup_t  *cln;

    cln = ngx_http_cleanup_add(ctx->r, 0);
    if (cln == NULL) {
        return TKT_BUSY;
    }

    cln->handler = ngx_ticket_upload_cleanup;
    cln->data = ctx;

    ctx->file = ngx_ticket_file_create(ctx->desk, &err);

    return ctx->file ? TKT_OK
                     : ngx_ticket_upload_fault(ctx, err, "creating a file");
}


ngx_int_t
ngx_ticket_upload_read(ngx_ticket_ctx_t *ctx)
{
    ngx_int_t            rc;
    tkt_status_t         status;
    ngx_http_request_t  *r;

    r = ctx->r;

    if (r != r->main) {
        ngx_ticket_problem(ctx, TKT_INVALID_REQUEST,
                           "A file cannot be uploaded by a subrequest.");
        return ngx_ticket_send(ctx, &ctx->reply);
    }

    if (!ngx_ticket_upload_admit(ctx)) {
        return ngx_ticket_body_refuse(ctx);
    }

    status = ngx_ticket_upload_open(ctx);

    if (status != TKT_OK) {
        ngx_ticket_problem(ctx, status, NULL);
        return ngx_ticket_body_refuse(ctx);
    }

    r->request_body_in_single_buf = 0;
    r->request_body_in_file_only = 0;
    r->request_body_in_persistent_file = 0;
    r->request_body_no_buffering = (r->request_body == NULL);

    rc = ngx_http_read_client_request_body(r, ngx_ticket_upload_ready);

    return (rc >= NGX_HTTP_SPECIAL_RESPONSE) ? rc : NGX_DONE;
}


/* ---- while it comes ---- */


static tkt_status_t
ngx_ticket_upload_write(ngx_ticket_ctx_t *ctx, u_char *p, size_t n)
{
    off_t               before;
    ngx_ticket_file_t  *file = ctx->file;

    before = file->size;

    if ((off_t) n > (off_t) ctx->conf->attachment_max - before) {
        return TKT_TOO_LARGE;
    }

    if (ngx_ticket_file_write(file, p, n) != NGX_OK) {
        return ngx_ticket_upload_fault(ctx, file->err, file->failed);
    }

    if (before / NGX_TICKET_UPLOAD_CHECK_BYTES
        != file->size / NGX_TICKET_UPLOAD_CHECK_BYTES
        && !ngx_ticket_upload_fits(ctx, 0))
    {
        return TKT_STORAGE_FULL;
    }

    return TKT_OK;
}


static tkt_status_t
ngx_ticket_upload_copy(ngx_ticket_ctx_t *ctx, ngx_buf_t *b)
{
    off_t          at;
    size_t         n;
    u_char        *p;
    ssize_t        got;
    tkt_status_t   status;

    p = ngx_palloc(ctx->r->pool, NGX_TICKET_UPLOAD_COPY_BYTES);
    if (p == NULL) {
        return TKT_BUSY;
    }

    status = TKT_OK;

    for (at = b->file_pos; at < b->file_last && status == TKT_OK; at += n) {
        n = (size_t) ngx_min(b->file_last - at, NGX_TICKET_UPLOAD_COPY_BYTES);
        got = ngx_read_file(b->file, p, n, at);

        status = (got == (ssize_t) n)
                 ? ngx_ticket_upload_write(ctx, p, n)
                 : ngx_ticket_upload_fault(ctx, ngx_errno, "reading the body");
    }

    return status;
}


/* Takes what has been read; nginx may use its buffers again. */
static tkt_status_t
ngx_ticket_upload_take(ngx_ticket_ctx_t *ctx, off_t *taken)
{
    ngx_buf_t                *b;
    ngx_chain_t              *cl;
    tkt_status_t              status;
    ngx_http_request_body_t  *rb;

    rb = ctx->r->request_body;
    status = TKT_OK;

    while (rb && (cl = rb->bufs) != NULL && status == TKT_OK) {
        b = cl->buf;
        *taken += ngx_buf_size(b);

        if (ngx_buf_size(b) == 0) {
            status = TKT_OK;            /* the last one, which has no memory */

        } else if (b->in_file) {
            status = ngx_ticket_upload_copy(ctx, b);

        } else {
            status = ngx_ticket_upload_write(ctx, b->pos, b->last - b->pos);
            b->pos = b->last;
        }

        rb->bufs = cl->next;
        ngx_free_chain(ctx->r->pool, cl);
    }

    return status;
}


/* The rest of the body is not wanted: the connection ends after the answer. */
static void
ngx_ticket_upload_refuse(ngx_ticket_ctx_t *ctx, tkt_status_t status)
{
    ngx_http_request_t  *r;

    r = ctx->r;

    if (r->reading_body) {
        r->keepalive = 0;
        r->read_event_handler = ngx_http_block_reading;
    }

    ngx_ticket_problem(ctx, status, NULL);
    ngx_http_finalize_request(r, ngx_ticket_send(ctx, &ctx->reply));
}


/* All of it is there: a thread makes it durable. */
static void
ngx_ticket_upload_seal(ngx_ticket_ctx_t *ctx)
{
    tkt_status_t         status;
    ngx_http_request_t  *r;

    r = ctx->r;
    status = TKT_BUSY;

    if (ngx_ticket_command_cleanups(ctx) == NGX_OK
        && r->main->blocked < NGX_TICKET_BLOCKED_MAX)
    {
        status = ngx_ticket_file_seal(ctx->desk, ctx->file,
                                      ngx_ticket_upload_sealed, ctx);
    }

    if (status == TKT_OK) {
        ngx_ticket_command_pin(ctx);
        return;
    }

    ngx_ticket_upload_refuse(ctx, status);
}


/* Called when reading has begun, or with all of a body that came with it. */
static void
ngx_ticket_upload_ready(ngx_http_request_t *r)
{
    if (r->reading_body) {
        r->read_event_handler = ngx_ticket_upload_more;
    }

    ngx_ticket_upload_more(r);
}


/*
 * Lets others have their turn.  Meanwhile nothing is waited for, and nginx has
 * taken its timer away; a worker that is to leave stays for timers alone.
 */
static void
ngx_ticket_upload_yield(ngx_http_request_t *r)
{
    ngx_event_t               *rev;
    ngx_http_core_loc_conf_t  *clcf;

    rev = r->connection->read;

    if (!rev->timer_set) {
        clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);
        ngx_add_timer(rev, clcf->client_body_timeout);
    }

    ngx_post_event(rev, &ngx_posted_next_events);
}


/*
 * Takes what there is and asks for more until it is complete; a client that
 * sends without end lets the others have their turn in between.  An HTTP/2
 * stream comes in frames and cannot.
 */
static void
ngx_ticket_upload_more(ngx_http_request_t *r)
{
    off_t              taken;
    tkt_status_t       status;
    ngx_ticket_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_ticket_module);

    for (taken = 0; ; /* void */) {

        status = ngx_ticket_upload_take(ctx, &taken);

        if (status != TKT_OK) {
            ngx_ticket_upload_refuse(ctx, status);
            return;
        }

        if (!r->reading_body) {
            break;
        }

        if (taken > NGX_TICKET_UPLOAD_TURN_BYTES && r->stream == NULL) {
            ngx_ticket_upload_yield(r);
            return;
        }

        if (ngx_ticket_body_more(r) != NGX_OK) {
            return;
        }
    }

    r->read_event_handler = ngx_http_block_reading;

    ngx_ticket_upload_seal(ctx);
}


/* ---- and then ---- */


/* The file is durable, or cannot be. */
static void
ngx_ticket_upload_sealed(void *obj, void *data)
{
    tkt_str_t           none = { NULL, 0 };
    tkt_upload_t        upload;
    ngx_connection_t   *c;
    ngx_ticket_ctx_t   *ctx = data;
    ngx_ticket_file_t  *file = obj;

    c = ctx->r->connection;

    if (ngx_ticket_command_gone(ctx)) {
        ngx_ticket_file_discard(ctx->desk, file);
        ctx->file = NULL;
        ngx_ticket_command_unpin(ctx);
        return;
    }

    ngx_ticket_command_unpin(ctx);

    if (file->err) {
        ngx_ticket_upload_refuse(ctx, ngx_ticket_upload_fault(ctx, file->err,
                                                              file->failed));
        ngx_http_run_posted_requests(c);
        return;
    }

    upload.size = (uint64_t) file->size;
    upload.head.data = file->head;
    upload.head.len = file->head_len;
    upload.file = tkt_str_z(file->name);
    ngx_memcpy(upload.hash, file->digest, sizeof(upload.hash));

    /* a slow client may have begun hours ago: the command is of now */

    ctx->req.now_ms = ngx_ticket_now_ms();
    ctx->req.upload = &upload;
    ngx_ticket_command(ctx, none);
    ngx_http_run_posted_requests(c);
}


void
ngx_ticket_upload_settle(ngx_ticket_ctx_t *ctx, const tkt_command_t *cmd)
{
    ngx_ticket_file_t  *file = ctx->file;

    ctx->file = NULL;

    if (tkt_command_keeps_file(cmd)) {
        ngx_ticket_file_free(file);

    } else {
        ngx_ticket_file_discard(ctx->desk, file);
    }
}
