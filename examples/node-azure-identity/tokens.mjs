// Gets an access token of a linked account by @azure/identity, which knows nothing of the broker, and uses it. See README.md.
import { createHash } from 'node:crypto'
import { ManagedIdentityCredential } from '@azure/identity'

// IDENTITY_ENDPOINT and IDENTITY_HEADER are read by the SDK itself.
const {
  AZURE_CLIENT_ID,
  RESOURCE = 'https://management.azure.com',
  API = 'http://localhost:9012/arm/subscriptions'
} = process.env

const credential = new ManagedIdentityCredential({ clientId: AZURE_CLIENT_ID })

try {
  for (let call = 1; call <= 2; call++) {
    // Hand the credential to a client of the Azure SDK, and it does this.
    const { token, expiresOnTimestamp } = await credential.getToken(`${RESOURCE}/.default`)
    const answer = await fetch(API, { headers: { Authorization: `Bearer ${token}` } })
    console.log(`call ${call}: token ${digest(token)}, valid until ${new Date(expiresOnTimestamp).toISOString()}, ` +
      `accepted: ${answer.status} ${await answer.text()}`)
  }
} catch (refused) {
  console.error(refused.message)
  process.exitCode = 1
}

// Enough to see that it is the same; a token itself is nothing to print.
function digest (token) {
  return createHash('sha256').update(token).digest('hex').slice(0, 12)
}
