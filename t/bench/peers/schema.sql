-- The least a desk on PostgreSQL would keep: a ticket, its messages, its
-- events, three secondary indexes.  No foreign keys, no triggers, no rules:
-- what they would cost is not charged to this peer.

CREATE TABLE ticket (
    id           bigserial PRIMARY KEY,
    tenant_id    integer NOT NULL,
    requester_id bigint NOT NULL,
    assignee_id  bigint,
    state        smallint NOT NULL,
    priority     smallint NOT NULL,
    version      integer NOT NULL,
    subject      text NOT NULL,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL
);

CREATE INDEX ticket_by_requester ON ticket (requester_id, id);
CREATE INDEX ticket_by_queue ON ticket (tenant_id, state, priority, id);

CREATE TABLE message (
    id           bigserial PRIMARY KEY,
    ticket_id    bigint NOT NULL,
    author_id    bigint NOT NULL,
    body         text NOT NULL,
    created_at   timestamptz NOT NULL
);

CREATE INDEX message_by_ticket ON message (ticket_id, id);

CREATE TABLE event (
    id           bigserial PRIMARY KEY,
    ticket_id    bigint NOT NULL,
    actor_id     bigint NOT NULL,
    action       smallint NOT NULL,
    state_from   smallint NOT NULL,
    state_to     smallint NOT NULL,
    created_at   timestamptz NOT NULL
);
