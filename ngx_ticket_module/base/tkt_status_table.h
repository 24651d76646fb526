/*
 * Every outcome that a client can be told, one row each:
 * X(NAME, HTTP status, code in the problem's type URI, title in English,
 *   title in Chinese, what it means and what to do).
 * The only place where a status is given its HTTP code and its words.
 */

X(INVALID_JSON,          400, "invalid-json",
  "The body is not valid JSON", "请求体不是有效的 JSON",
  "The body must be one JSON object in UTF-8, within the limits of depth, "
  "size and numbers. `detail` says where reading stopped.")
X(INVALID_REQUEST,       400, "invalid-request",
  "The request has invalid members", "请求中有无效的字段",
  "One or more members, headers or parameters are missing, unknown, given "
  "twice or out of range; `errors` lists each with a JSON Pointer.")
X(UNKNOWN_PARAMETER,     400, "unknown-parameter",
  "The query has an unknown or invalid parameter", "查询参数未知或无效",
  "Parameters are never ignored: each unknown, repeated or invalid one is "
  "listed in `errors`.")
X(UNAUTHORIZED,          401, "unauthorized",
  "Authentication is required", "需要身份认证",
  "Send a valid token as `Authorization: Bearer TOKEN`, or come in as the "
  "site has its users do. What is wrong, expired, revoked or disabled is "
  "answered the same way.")
X(FORBIDDEN,             403, "forbidden",
  "You may not do this", "没有权限执行此操作",
  "Your role, your token's scopes or your relation to this object do not "
  "allow this operation.")
X(NOT_FOUND,             404, "not-found",
  "There is no such resource", "资源不存在",
  "It does not exist, is not visible to you, or is not offered at this "
  "location: the answer is the same.")
X(METHOD_NOT_ALLOWED,    405, "method-not-allowed",
  "The method is not allowed here", "不允许使用此方法",
  "The `Allow` header lists the methods of this resource.")
X(INVALID_TRANSITION,    409, "invalid-transition",
  "The ticket's state does not allow this action", "工单当前状态不允许此操作",
  "`state` is the ticket's state now and `allowed_actions` what you may do.")
X(REOPEN_WINDOW_EXPIRED, 409, "reopen-window-expired",
  "The time to reopen this ticket has passed", "工单已超过可重新开放的期限",
  "Create a new ticket and name this one in its `follow_up_of`.")
X(CONFLICT,              409, "conflict",
  "It conflicts with what is there", "与现有内容冲突",
  "An object with the same unique name exists, or a rule about other objects "
  "stands against it; `detail` says which.")
X(IDEMPOTENCY_IN_FLIGHT, 409, "idempotency-in-flight",
  "The first request with this key is still being processed",
  "使用该键的首个请求仍在处理中",
  "Wait for a moment and send the same request again.")
X(BATCH_FAILED,          409, "batch-failed",
  "An operation failed, so none was done", "其中一项操作失败，全部未执行",
  "All or nothing was asked for: `failed` is the place of the operation that "
  "failed, counted from 0, and `data` has its problem. Nothing was stored.")
X(VERSION_MISMATCH,      412, "version-mismatch",
  "The object has changed since you read it", "对象在读取之后已被修改",
  "Read it again, decide anew, and send `If-Match` with its new `ETag`.")
X(TOO_LARGE,             413, "too-large",
  "The request is too large", "请求内容过大",
  "The body is larger than this location accepts.")
X(UNSUPPORTED_MEDIA_TYPE, 415, "unsupported-media-type",
  "The body's media type is not supported", "不支持的内容类型",
  "Send `application/json`, or `application/merge-patch+json` with PATCH.")
X(RANGE_NOT_SATISFIABLE, 416, "range-not-satisfiable",
  "The file has no such part", "文件中没有所请求的范围",
  "No range of `Range` begins within the file, or it is not written as it "
  "should be. `Content-Range` has the size of the file.")
X(IDEMPOTENCY_MISMATCH,  422, "idempotency-mismatch",
  "This idempotency key was used with another request",
  "该幂等键已用于其他请求",
  "A key belongs to one request; use a new key for a new request.")
X(FAILED_DEPENDENCY,     424, "failed-dependency",
  "What this depends on has failed", "所依赖的操作已失败",
  "The operation names the result of an earlier one of the same batch, which "
  "has none. Nothing was stored for it.")
X(PRECONDITION_REQUIRED, 428, "precondition-required",
  "If-Match is required here", "此处必须提供 If-Match",
  "The operator requires the version you have read: send its `ETag` in "
  "`If-Match`.")
X(QUOTA_EXCEEDED,        429, "quota-exceeded",
  "Too many requests of this kind", "请求过于频繁",
  "Wait for the time in `Retry-After`.")
X(INTERNAL,              500, "internal-error",
  "The server failed", "服务器内部错误",
  "Nothing was stored. The error log has the reason under `request_id`.")
X(OUTCOME_UNKNOWN,       500, "outcome-unknown",
  "It is not known whether the change was stored", "无法确定更改是否已保存",
  "The device failed while the change was being made durable. Send the same "
  "request with the same `Idempotency-Key` again: it is done at most once.")
X(BUSY,                  503, "busy",
  "The server cannot take this request now", "服务器繁忙",
  "Nothing was stored. Try again after the time in `Retry-After`.")
X(STORAGE_FULL,          507, "storage-full",
  "The store is full", "存储空间已满",
  "Nothing was stored. The operator must enlarge `map_size` or free space.")
