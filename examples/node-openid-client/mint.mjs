// Gets an access token of a linked account by openid-client, and uses it. See README.md.
import * as client from 'openid-client'

const {
  BROKER = 'http://localhost:8080',
  CLIENT = 'demo',
  KEY,
  ACCOUNT,
  RESOURCE = 'https://management.azure.com',
  API = 'http://localhost:9012/arm/subscriptions'
} = process.env

const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
// Renew what is about to expire: a request takes its time too.
const MARGIN_SECONDS = 60

// Only a broker of the sandbox is without TLS.
const insecure = BROKER.startsWith('http://localhost') ? [client.allowInsecureRequests] : []
const config = await client.discovery(new URL(BROKER), CLIENT, undefined, client.ClientSecretBasic(KEY),
  { algorithm: 'oauth2', execute: insecure })

// openid-client keeps no tokens, so these few lines do.
let kept
async function token () {
  if (!kept || kept.until < Date.now()) {
    const answer = await client.genericGrantRequest(config, TOKEN_EXCHANGE, { audience: ACCOUNT, resource: RESOURCE })
    kept = { value: answer.access_token, until: Date.now() + (answer.expires_in - MARGIN_SECONDS) * 1000 }
  }
  return kept.value
}

try {
  for (let call = 1; call <= 2; call++) {
    const answer = await fetch(API, { headers: { Authorization: `Bearer ${await token()}` } })
    console.log(`call ${call}: ${answer.status} ${await answer.text()}`)
  }
} catch (failure) {
  const { error, error_description: text, broker_code: code, reauthorize, request_id: request } = await refusal(failure)
  if (!error) throw failure
  console.error(`${error} (${code}): ${text} Request ${request}.`)
  // What the page of the person gives to POST /authorizations/start, together with redirect_uri.
  if (reauthorize) console.error(`reauthorize: ${JSON.stringify(reauthorize)}`)
  process.exitCode = 1
}

// openid-client reads the body of most refusals; that of a 401 or a 5xx it leaves to us.
async function refusal ({ cause, response }) {
  const unread = [response, cause].find(answer => answer instanceof Response && !answer.bodyUsed)
  return (unread ? await unread.json() : cause) ?? {}
}
