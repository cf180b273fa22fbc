#!/bin/sh
# Gets an access token of a linked account by curl alone, and uses it. See README.md.
set -eu

broker=${BROKER:-http://localhost:8080}
api=${API:-http://localhost:9012/arm/subscriptions}

# The key comes by standard input, for a command line is everybody's to read.
answer=$(printf 'user = "%s:%s"\n' "${CLIENT:-demo}" "$KEY" | curl -sS --fail-with-body --config - "$broker/oauth2/token" \
  --data-urlencode grant_type=urn:ietf:params:oauth:grant-type:token-exchange \
  --data-urlencode "audience=$ACCOUNT" \
  --data-urlencode "resource=${RESOURCE:-https://management.azure.com}") || { echo "$answer" >&2; exit 1; }

token=$(echo "$answer" | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
printf 'header = "Authorization: Bearer %s"\n' "$token" | curl -sS --fail-with-body --config - "$api"
echo
