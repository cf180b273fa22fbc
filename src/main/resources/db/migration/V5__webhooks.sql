-- Events that FusionAuth has told one of the replicas: the others look here, and none takes one a second time.
CREATE TABLE webhook_events (
    event_id VARCHAR(36) NOT NULL PRIMARY KEY,
    -- What has changed: a user, or one account.
    user_id VARCHAR(36),
    account_id VARCHAR(1400),
    -- By the database's clock.
    received_at BIGINT NOT NULL
);

CREATE INDEX webhook_events_by_age ON webhook_events (received_at);
