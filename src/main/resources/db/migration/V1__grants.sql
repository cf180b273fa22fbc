-- What a grant has become: one row for each linked account. Instants are milliseconds since 1970.
CREATE TABLE grants (
    -- As in the API: the identity provider and the identity there.
    account_id VARCHAR(1400) NOT NULL PRIMARY KEY,
    -- The link and the sign-in that the row continues.
    user_id VARCHAR(36) NOT NULL,
    linked_at BIGINT NOT NULL,
    root VARCHAR(64) NOT NULL,
    -- Sealed.
    refresh_token BYTEA NOT NULL,
    issued_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    lease_owner VARCHAR(36),
    -- By the database's clock, as no other instant here.
    lease_until BIGINT NOT NULL,
    status VARCHAR(32) NOT NULL,
    status_reason VARCHAR(255),
    status_since BIGINT NOT NULL,
    consecutive_failures BIGINT NOT NULL,
    -- Keep-alive's: since when FusionAuth shows no link, and when to look at the account next.
    gone_since BIGINT,
    next_look_at BIGINT NOT NULL
);

CREATE INDEX grants_of_user ON grants (user_id);
CREATE INDEX grants_by_age ON grants (issued_at);
CREATE INDEX grants_gone ON grants (gone_since);

-- Access tokens that all replicas share, tied to the link and the sign-in that they were got by.
CREATE TABLE access_tokens (
    account_id VARCHAR(1400) NOT NULL,
    -- SHA-256 of the scopes.
    target VARCHAR(64) NOT NULL,
    user_id VARCHAR(36) NOT NULL,
    linked_at BIGINT NOT NULL,
    root VARCHAR(64) NOT NULL,
    -- Sealed, with the granted scope.
    access_token BYTEA NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    renew_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, target)
);

CREATE INDEX access_tokens_by_end ON access_tokens (expires_at);
