-- The transaction as an application sends it, one statement a round trip.
\set requester random(1, :users)
BEGIN;
INSERT INTO ticket (tenant_id, requester_id, state, priority, version,
                    subject, created_at, updated_at)
VALUES (1, :requester, 1, 2, 1, :subject, now(), now())
RETURNING id \gset
INSERT INTO message (ticket_id, author_id, body, created_at)
VALUES (:id, :requester, :body, now());
INSERT INTO event (ticket_id, actor_id, action, state_from, state_to,
                   created_at)
VALUES (:id, :requester, 1, 0, 1, now());
COMMIT;
