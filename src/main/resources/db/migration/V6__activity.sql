-- Who has used an account: one row for each client, resource, door and outcome. Instants are milliseconds since 1970.
CREATE TABLE activity (
    account_id VARCHAR(1400) NOT NULL,
    -- The link that was used: a new one, or one of another user, begins with none.
    user_id VARCHAR(36) NOT NULL,
    linked_at BIGINT NOT NULL,
    client VARCHAR(64) NOT NULL,
    -- Empty where the provider decides.
    resource VARCHAR(512) NOT NULL,
    door VARCHAR(32) NOT NULL,
    -- A token's source, or a problem's code.
    outcome VARCHAR(64) NOT NULL,
    uses BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, user_id, linked_at, client, resource, door, outcome)
);

CREATE INDEX activity_of_account ON activity (account_id, last_at);
CREATE INDEX activity_by_end ON activity (last_at);
