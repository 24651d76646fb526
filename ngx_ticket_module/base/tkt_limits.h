/*
 * Every bound of the system, with its unit in its name.  A limit that a
 * client can meet is described in docs/api.md.
 */

#ifndef TKT_LIMITS_H
#define TKT_LIMITS_H


/* JSON in */
#define TKT_JSON_DEPTH_MAX_LEVELS         16
#define TKT_JSON_MEMBERS_MAX              256
#define TKT_JSON_ITEMS_MAX                1000
/* four bytes for each of TKT_TEXT_MAX_CHARS */
#define TKT_JSON_STRING_MAX_BYTES         81920
#define TKT_JSON_NUMBER_MAX_CHARS         20
#define TKT_JSON_ERRORS_MAX               16
#define TKT_BODY_MAX_BYTES                (1024 * 1024)

/* fields, in Unicode code points */
#define TKT_SUBJECT_MAX_CHARS             200
#define TKT_TEXT_MAX_CHARS                20000
#define TKT_LINE_MAX_CHARS                200
#define TKT_SLUG_MAX_CHARS                64
#define TKT_LOGIN_MAX_CHARS               100
#define TKT_REASON_MAX_CHARS              2000
#define TKT_ERROR_TEXT_MAX_CHARS          4000
#define TKT_TAGS_MAX                      32
#define TKT_TAG_MAX_CHARS                 64
#define TKT_TAGS_MAX_BYTES                2048
#define TKT_CUSTOM_MAX_BYTES              8192

/* HTTP */
#define TKT_REQUEST_ID_MAX_BYTES          128
#define TKT_IDEMPOTENCY_KEY_MAX_BYTES     255
#define TKT_IDEMPOTENCY_TTL_MS            (24 * 3600 * 1000LL)
#define TKT_IDEMPOTENCY_SWEEP_MAX         4
#define TKT_TOKEN_MAX_BYTES               128
#define TKT_TOKENS_PER_USER_MAX           100
#define TKT_QUERY_PARAMS_MAX              32
#define TKT_LIST_LIMIT_MAX                200
#define TKT_LIST_LIMIT_DEFAULT            50
#define TKT_LIST_STEPS_MAX                2000
#define TKT_COUNT_STEPS_MAX               5000
#define TKT_LIST_PAGE_MAX_BYTES           (1024 * 1024)
#define TKT_INCLUDE_MAX_ITEMS             50
#define TKT_CURSOR_MAX_BYTES              256

/* identity; seconds where the name says so */
#define TKT_BEARER_MAX_BYTES              8192
#define TKT_JWT_KEYS_MAX                  16
#define TKT_JWT_LEEWAY_S                  30
#define TKT_JWT_CACHE_ENTRIES             1024
#define TKT_TOKEN_USE_MS                  (3600 * 1000LL)
#define TKT_TOKEN_USES_MAX                256
#define TKT_SESSION_TTL_S                 (12 * 3600)
#define TKT_SESSION_TTL_MAX_S             (30 * 86400)
#define TKT_TOKEN_TTL_MAX_S               (36500 * 86400U)
#define TKT_LINK_TTL_S                    (90 * 86400)
#define TKT_PASSWORD_MIN_CHARS            10
#define TKT_PASSWORD_MAX_CHARS            200
#define TKT_CODE_DIGITS                   8
#define TKT_CODE_TTL_S                    900
#define TKT_CODE_TRIES_MAX                5
#define TKT_CODE_COOL_DOWN_S              60
#define TKT_LOGIN_FREE_TRIES              3
#define TKT_LOGIN_DELAY_MAX_S             900
#define TKT_TENANT_DEPTH_MAX              3
#define TKT_ROLES_PER_TENANT_MAX          64

/* quotas */
#define TKT_QUOTA_WINDOW_S                60
#define TKT_REVEALS_PER_HOUR_MAX          30

/* sealed text */
#define TKT_CONFIDENTIAL_MAX_CHARS        4000
#define TKT_SHRED_GRACE_S                 (7 * 86400)
#define TKT_MASTER_KEYS_MAX               16
#define TKT_KEY_FILE_MAX_BYTES            65536
#define TKT_REWRAP_BATCH_MAX              64

/* timers; work of one command */
#define TKT_JOB_BATCH_MAX                 32

/* desk */
#define TKT_CONFIG_PER_KIND_MAX           1000
#define TKT_CONFIG_OWN_MAX                100
#define TKT_CONFIG_RECORD_MAX_BYTES       16384
#define TKT_FORM_FIELDS_MAX               64
#define TKT_FORM_BOUND_MAX                1000000000
#define TKT_FORM_TEXT_MAX_CHARS           2000
/* of a number, either way: every integer up to it is a double */
#define TKT_FORM_NUMBER_MAX               INT64_C(1000000000000000)
#define TKT_KEYWORD_TEXT_MAX_BYTES        2048
#define TKT_KEYWORD_RECORDS_MAX           200
#define TKT_TEAMS_MAX                     200
#define TKT_TEAM_MEMBERS_MAX              500
#define TKT_GRANTS_PER_AGENT_MAX          200
#define TKT_GRANT_LEVEL_MAX               5
#define TKT_CAPACITY_MAX                  1000
#define TKT_PRESENCE_SEEN_MS              (5 * 60 * 1000LL)
#define TKT_PRESENCE_TTL_MS               (20 * 60 * 1000LL)
#define TKT_RETURN_AFTER_S                900
#define TKT_ROUTE_BATCH_MAX               32
#define TKT_ROUTE_LOOK_MAX                64
#define TKT_ROUTE_STEPS_MAX               512
#define TKT_CAPACITY_DEFAULT              10
#define TKT_MACRO_BODY_MAX_CHARS          10000
#define TKT_VIEW_FILTER_MAX_CHARS         500
#define TKT_BATCH_MAX                     500
#define TKT_BATCH_BODIES_BYTES            (4 * 1024 * 1024)
#define TKT_QUEUE_POSITION_MAX            1000
#define TKT_SIMILAR_STEPS_MAX             500

/* parts of a ticket */
#define TKT_WATCHERS_MAX                  32
#define TKT_LINKS_MAX                     32
#define TKT_LINK_DEPTH_MAX                16
#define TKT_MERGED_MAX                    16
#define TKT_UNMERGE_WINDOW_MS             (24 * 3600 * 1000LL)
#define TKT_MENTIONS_MAX                  16
#define TKT_NOTICES_MAX                   200
#define TKT_NOTICES_ROW_MAX               16
#define TKT_NOTICES_SLACK                 (2 * TKT_NOTICES_ROW_MAX)
#define TKT_TOLD_MAX                      64
#define TKT_SUPERVISORS_TOLD_MAX          8
#define TKT_SUPERVISOR_STEPS_MAX          1000
#define TKT_CHAIN_STEPS_MAX               200
#define TKT_DUPLICATES_MAX                20
#define TKT_VIEWER_TTL_MS                 (30 * 1000LL)
#define TKT_VIEWERS_MAX                   16

/* attachments */
#define TKT_ATTACHMENT_MAX_BYTES          (100 * 1024 * 1024LL)
#define TKT_ATTACHMENT_TTL_MS             (24 * 3600 * 1000LL)
#define TKT_ATTACHMENT_TOKEN_CHARS        43
#define TKT_FILE_NAME_MAX_CHARS           255
#define TKT_ATTACHMENT_LIMIT_BYTES        (4095 * 1024 * 1024LL)
#define TKT_UPLOADS_UNBOUND_MAX           64
#define TKT_BLOB_FILE_MAX_BYTES           96
#define TKT_QUOTA_RETRY_AFTER_S           3600
#define TKT_MEDIA_HEAD_BYTES              1024
#define TKT_ORPHAN_AGE_MS                 (24 * 3600 * 1000LL)

/* workflow */
#define TKT_TIER_MAX                      3
#define TKT_COMPLEXITY_MAX                5
#define TKT_SCORE_MAX                     5
#define TKT_REOPEN_WINDOW_MS              (14 * 86400 * 1000LL)
#define TKT_RATING_WINDOW_MS              (30 * 86400 * 1000LL)
#define TKT_URGE_COOL_DOWN_MS             (30 * 60 * 1000LL)

/* store */
#define TKT_KEY_MAX_BYTES                 511
#define TKT_NOTES_MAX                     512        /* a power of two */
#define TKT_NOTE_MAX_BYTES                30
#define TKT_VALUE_INLINE_MAX_BYTES        1900
#define TKT_CHUNK_MAX_BYTES               1900
#define TKT_CHUNKS_MAX                    256
/* an entry of the audit log: a record before and after, and the reason */
#define TKT_RECORD_MAX_BYTES              65536
#define TKT_READERS_MAX                   4096
#define TKT_DBS_MAX                       31
#define TKT_MERGE_RANGES_MAX              512
#define TKT_MAP_WARN_PERCENT              80
#define TKT_MAP_REFUSE_PERCENT            90
#define TKT_DISK_RESERVE_BYTES            (16 * 1024 * 1024LL)
#define TKT_OPEN_RETRY_MS                 5000

/* answers kept by a worker */
#define TKT_ANSWERS_MAX_BYTES             (32 * 1024 * 1024)
#define TKT_ANSWER_BODY_MAX_BYTES         (256 * 1024)

/* worker */
#define TKT_READER_CHECK_MS               5000
#define TKT_WRITE_STUCK_MS                5000
#define TKT_RETRY_AFTER_S                 1


#endif /* TKT_LIMITS_H */
