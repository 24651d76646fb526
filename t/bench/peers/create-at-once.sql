-- The three inserts as one statement: one round trip, the best the server
-- can do, though no application writes its rules like this.
\set requester random(1, :users)
WITH t AS (
    INSERT INTO ticket (tenant_id, requester_id, state, priority, version,
                        subject, created_at, updated_at)
    VALUES (1, :requester, 1, 2, 1, :subject, now(), now())
    RETURNING id
), m AS (
    INSERT INTO message (ticket_id, author_id, body, created_at)
    SELECT id, :requester, :body, now() FROM t
)
INSERT INTO event (ticket_id, actor_id, action, state_from, state_to,
                   created_at)
SELECT id, :requester, 1, 0, 1, now() FROM t;
