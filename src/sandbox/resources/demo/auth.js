// Who is signed in, and where the browser has been sent. Signing in is OAuth 2.0's authorization code grant with PKCE
// (RFC 7636) at FusionAuth's hosted page.
//
// Everything is kept in sessionStorage: it survives the way to another site and back, belongs to this tab only, and is
// gone when the tab closes.

import { call, Problem } from './api.js';

const SESSION = 'demo.session';
const JOURNEYS = 'demo.journeys';

/** The one address that sign-in and linking come back to. */
export function callbackUri() {
  return `${location.origin}/callback`;
}

/** The signed-in user `{token, id, name}`, or null when there is none or the token has run out. */
export function session() {
  const stored = read(SESSION);
  return stored && stored.expiresAt > Date.now() ? stored : null;
}

/** Forgets the user and everything begun in their name. */
export function forget() {
  sessionStorage.removeItem(SESSION);
  sessionStorage.removeItem(JOURNEYS);
}

export async function goToSignIn({ fusionauth_url, application_id }) {
  const state = randomText();
  const verifier = randomText();
  remember(state, { kind: 'sign-in', verifier });
  location.assign(`${fusionauth_url}/oauth2/authorize?${new URLSearchParams({
    client_id: application_id,
    redirect_uri: callbackUri(),
    response_type: 'code',
    scope: 'openid',
    state,
    code_challenge: base64url(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))),
    code_challenge_method: 'S256',
  })}`);
}

export async function finishSignIn({ fusionauth_url, application_id }, { journey, code, error }) {
  if (!code) {
    throw new Problem({
      status: 400,
      code: error ?? 'no_code',
      title: 'You are not signed in',
      detail: error === 'access_denied' ? 'The sign-in was cancelled.' : 'The sign-in page sent you back without signing you in.',
    });
  }
  const tokens = await call('The sign-in service', `${fusionauth_url}/oauth2/token`, {
    method: 'POST',
    form: {
      grant_type: 'authorization_code',
      client_id: application_id,
      redirect_uri: callbackUri(),
      code,
      code_verifier: journey.verifier,
    },
  });
  const claims = claimsOf(tokens.access_token);
  write(SESSION, {
    token: tokens.access_token,
    id: claims.sub,
    name: claims.email ?? claims.preferred_username ?? claims.sub,
    expiresAt: Date.now() + (tokens.expires_in ?? 600) * 1000,
  });
}

/** Notes under its `state` why the browser leaves, so that the answer can be told from any other. */
export function remember(state, journey) {
  write(JOURNEYS, { ...read(JOURNEYS), [state]: journey });
}

/**
 * What the callback's address says, or null when this is not the callback. The address is cleared and the journey
 * forgotten before anything is done with them: a reload, the back button or a second load finds nothing to repeat.
 */
export function takeArrival() {
  if (location.pathname !== '/callback') return null;
  const query = new URLSearchParams(location.search);
  history.replaceState(null, '', '/');

  const { [query.get('state')]: journey = null, ...others } = read(JOURNEYS) ?? {};
  write(JOURNEYS, others);
  const value = (name) => query.get(name) ?? undefined;
  return {
    journey,
    state: value('state'),
    code: value('code'),
    iss: value('iss'),
    error: value('error'),
    errorDescription: value('error_description'),
  };
}

/** For showing a name only: what the user may do is decided by the broker, which checks the signature. */
function claimsOf(jwt) {
  try {
    const bytes = Uint8Array.from(atob(jwt.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return { sub: 'unknown user' };
  }
}

function randomText() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)).buffer);
}

function base64url(buffer) {
  return btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function read(key) {
  return JSON.parse(sessionStorage.getItem(key));
}

function write(key, value) {
  sessionStorage.setItem(key, JSON.stringify(value));
}
