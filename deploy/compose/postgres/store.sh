#!/bin/sh
# Run by PostgreSQL's image at its first start: the broker's database, and a user who owns it and nothing else.
set -eu

psql --username=postgres --set=ON_ERROR_STOP=1 --set=password="$STORE_PASSWORD" <<'SQL'
CREATE ROLE token_broker LOGIN PASSWORD :'password';
CREATE DATABASE token_broker OWNER token_broker;
REVOKE CONNECT ON DATABASE token_broker FROM PUBLIC;
SQL
