-- Events that are to be sent, once for each receiver. Instants are milliseconds since 1970, by the brokers' clocks.
CREATE TABLE events (
    receiver VARCHAR(64) NOT NULL,
    event_id VARCHAR(36) NOT NULL,
    -- An account or a provider. Its events are sent in the order of position.
    subject VARCHAR(1400) NOT NULL,
    position BIGINT NOT NULL,
    type VARCHAR(64) NOT NULL,
    -- A CloudEvent as JSON.
    body VARCHAR(16000) NOT NULL,
    occurred_at BIGINT NOT NULL,
    -- From then on its three days count: before, it may have waited for another event of its subject.
    first_try_at BIGINT,
    attempts BIGINT NOT NULL,
    -- Not before: the receiver did not take it.
    next_try_at BIGINT NOT NULL,
    -- A replica is sending it, or has died of late. By the database's clock.
    claimed_until BIGINT NOT NULL,
    failure VARCHAR(255),
    -- Given up since.
    dead_since BIGINT,
    PRIMARY KEY (receiver, event_id)
);

CREATE INDEX events_in_order ON events (receiver, subject, position);
CREATE INDEX events_by_turn ON events (receiver, next_try_at, occurred_at);

-- Whether a provider refuses the broker's client.
CREATE TABLE provider_states (
    provider_id VARCHAR(36) NOT NULL PRIMARY KEY,
    status VARCHAR(32) NOT NULL,
    status_since BIGINT NOT NULL
);

-- The refresh token whose end an event has told of, by when it was issued.
ALTER TABLE grants ADD COLUMN expiry_told BIGINT;
