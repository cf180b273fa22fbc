-- For lists of the accounts that need a person, page by page.
CREATE INDEX grants_by_status ON grants (status, account_id);
