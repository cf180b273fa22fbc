-- Which caller has had a turn to refresh although it need not, and until when it gets no other.
CREATE TABLE refresh_turns (
    -- SHA-256 of the caller and of what it may refresh once.
    turn VARCHAR(64) NOT NULL PRIMARY KEY,
    taken_by VARCHAR(36) NOT NULL,
    -- By the database's clock.
    taken_until BIGINT NOT NULL
);

CREATE INDEX refresh_turns_by_end ON refresh_turns (taken_until);
