// The page of a person who connects accounts: sign in, connect, confirm, re-authorize, unlink.
//
// Names that browser tests may rely on (each id is also a data-testid):
//   sign-in, sign-out, user              signing in, and who is signed in
//   message                              the result of the last action; inside it [data-kind="success|info|error"],
//                                        for errors also [data-code="<code of the problem>"], and buttons
//                                        [data-testid="retry"], [data-testid="start-again"],
//                                        [data-testid="problem-reauthorize"] (also where consent is asked)
//   providers                            [data-provider="<provider id>"], and in each
//     connect-<name>, login-hint-<name>  name in lower case, anything but letters and digits between words
//                                        as "-" (a second provider of that name: <name>-<provider id>)
//   pending                              the panel that asks; confirm-link, not-now
//   accounts                             [data-account="<account id>"][data-status="<status>"], and in each
//                                        [data-testid="status"], [data-testid="reauthorize"], [data-testid="unlink"],
//                                        [data-testid="show-activity"], and [data-testid="activity"] with [data-outcome]
//   unlink-dialog                        confirm-unlink, cancel-unlink
// body[data-ready="true"] once the page has nothing left to load; body[data-signed-in] is "true" or "false".

import { call, Problem } from './api.js';
import { callbackUri, finishSignIn, forget, goToSignIn, remember, session, takeArrival } from './auth.js';
import { button, clearMessage, element, facts, loading, tell, tellProblem, whileBusy, when } from './view.js';
import { explanationOf, moment, outcomeOf, statusOf } from './words.js';

const PENDING = 'demo.pending';
const NEEDED = 'demo.needed';
const $ = (id) => document.getElementById(id);

let config;
let unlinking;
/** What each list shows, as the broker gave it. */
const shown = new Map();

// ---- Arriving ------------------------------------------------------------------------------------------------------

async function begin() {
  const arrival = takeArrival();
  takeNeeded();
  await attempt(async () => {
    config = await call('The demo’s server', '/config.json');
    if (arrival) await finish(arrival);
  }, begin);
  await show();
  tellNeeded();
}

/** What a back end was refused and only this person can put right comes behind the #, which no server sees. */
function takeNeeded() {
  const needed = new URLSearchParams(location.hash.slice(1)).get('needed');
  if (!needed) return;
  history.replaceState(null, '', '/');
  sessionStorage.setItem(NEEDED, needed);
}

/** It waits until somebody is signed in. Anybody can write a link, so nothing begins before the person says so. */
function tellNeeded() {
  const needed = sessionStorage.getItem(NEEDED);
  if (!needed || !config || !session()) return;
  sessionStorage.removeItem(NEEDED);
  const problem = neededProblem(needed);
  if (problem) tellProblem(problem, remedies(problem, null));
}

function neededProblem(text) {
  try {
    const { code, reauthorize } = JSON.parse(text);
    const name = document.querySelector(`[data-account="${CSS.escape(reauthorize.account_id)}"] h3`)?.textContent;
    const what = reauthorize.scopes?.length > 0 ? ` for ${reauthorize.scopes.join(' ')}` : '';
    const detail = `It wants to use ${name ?? 'one of your accounts'}${what}.`;
    return new Problem({ status: 403, code: String(code), title: 'An application needs you', detail, reauthorize });
  } catch {
    return null;
  }
}

async function finish(arrival) {
  if (arrival.journey?.kind === 'sign-in') {
    await attempt(() => finishSignIn(config, arrival), () => goToSignIn(config));
  } else if (arrival.journey?.kind === 'link') {
    await finishLink(arrival);
  } else {
    tell('info', 'Nothing to do', 'That answer was used before, or belongs to another tab. Nothing has changed.');
  }
}

async function finishLink({ journey, state, code, iss, error, errorDescription }) {
  const outcome = error ? { state, error, error_description: errorDescription } : { state, code, iss };
  // A code works once, so the way to try again is to start again.
  await attempt(async () => linkedOrPending(await broker('POST', '/authorizations/complete', outcome), journey.request), null,
    () => button('Start again', () => attempt(() => connect(journey.request)), { id: 'start-again', 'data-testid': 'start-again' }));
}

function linkedOrPending(answer, request = {}) {
  if (answer.status === 'pending') {
    sessionStorage.setItem(PENDING, JSON.stringify({ ...answer, user_id: session().id }));
  } else {
    sessionStorage.removeItem(PENDING);
    const name = nameOf(answer.account);
    const title = request.scopes?.length > 0 ? `You gave consent for ${name}` : `${name} is connected`;
    tell('success', title, 'Applications can now use it in your name.');
  }
}

// ---- What the person can do ----------------------------------------------------------------------------------------

async function connect(request) {
  const { state, authorize_url } = await broker('POST', '/authorizations/start', { ...request, redirect_uri: callbackUri() });
  const destination = new URL(authorize_url);
  if (!['https:', 'http:'].includes(destination.protocol)) throw new Problem({ title: 'The broker named an address this page does not open' });
  remember(state, { kind: 'link', request });
  location.assign(destination);
}

function reauthorize(account) {
  const hint = account.display_name?.includes('@') ? { login_hint: account.display_name } : {};
  return connect({ provider_id: account.provider.id, account_id: account.id, ...hint });
}

async function confirmLink() {
  clearMessage();
  try {
    linkedOrPending(await broker('POST', '/authorizations/resolve', { pending_link_id: pendingLink().pending_link_id }));
  } catch (problem) {
    // Asking again is safe and gives the same answer; anything final closes the panel.
    if (!problem.temporary) sessionStorage.removeItem(PENDING);
    throw problem;
  } finally {
    showPending();
  }
  await showLists();
  goToTop();
}

function declineLink() {
  sessionStorage.removeItem(PENDING);
  showPending();
  tell('info', 'Not connected', 'The account was not linked. You can connect it later.');
  goToTop();
}

/** What was focused is gone; the heading below the message is where to go on from, without scrolling past it. */
function goToTop() {
  $('title').focus({ preventScroll: true });
}

function askToUnlink(account) {
  unlinking = account;
  $('unlink-title').textContent = `Unlink ${nameOf(account)}?`;
  $('unlink-dialog').showModal();
}

async function unlink() {
  const account = unlinking;
  $('unlink-dialog').close();
  await broker('DELETE', `/accounts/${encodeURIComponent(account.id)}`);
  tell('success', `${nameOf(account)} is unlinked`);
  await showLists();
  goToTop();
}

function signOut() {
  forget();
  sessionStorage.removeItem(PENDING);
  sessionStorage.removeItem(NEEDED);
  tell('info', 'You are signed out');
  show();
  $('sign-in').focus();
}

// ---- Asking the broker ---------------------------------------------------------------------------------------------

async function broker(method, path, json) {
  const user = session();
  if (!user) throw new Problem({ status: 401, code: 'unauthorized' });
  return call('The broker', `${config.broker_url}${path}`, { method, token: user.token, json });
}

/**
 * Does something and says so when it fails. `retry` is what its retry button does; null leaves the button out.
 * `otherwise` makes a button for a problem that has no remedy of its own.
 */
async function attempt(work, retry = work, otherwise = () => null) {
  try {
    await work();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (problem.signedOut) return endSession(problem);
    const buttons = remedies(problem, retry);
    tellProblem(problem, buttons.length > 0 ? buttons : [otherwise()]);
  }
}

function remedies(problem, retry) {
  const buttons = [];
  if (problem.reauthorize) {
    const { account_id, provider_id, claims, scopes } = problem.reauthorize;
    // JSON leaves out what is undefined: the broker refuses fields it does not expect, and null is not a value of these.
    const request = { provider_id, account_id, claims: claims ?? undefined, scopes: scopes ?? undefined };
    const label = problem.code === 'consent_required' ? 'Give consent' : 'Re-authorize';
    buttons.push(button(label, () => attempt(() => connect(request)), { 'data-testid': 'problem-reauthorize' }));
  }
  if (problem.temporary && retry) {
    buttons.push(button('Try again', () => {
      clearMessage();
      return attempt(retry);
    }, { id: 'retry', 'data-testid': 'retry' }));
  }
  return buttons;
}

async function endSession(problem) {
  forget();
  await show();
  tellProblem(new Problem({ status: 401, code: problem.code, title: 'You are signed out', request_id: problem.requestId,
    detail: 'Your sign-in has ended. Sign in again to go on.' }));
}

// ---- Showing -------------------------------------------------------------------------------------------------------

async function show() {
  const user = config ? session() : null;
  $('starting').hidden = true;
  $('signed-out').hidden = user !== null || !config;
  $('signed-in').hidden = user === null;
  $('who').hidden = user === null;
  $('user').textContent = user?.name ?? '';
  $('backend-link').href = user ? `/backend.html?${new URLSearchParams({ user_id: user.id })}` : '/backend.html';
  document.body.dataset.signedIn = String(user !== null);
  if (user) {
    showPending();
    await showLists();
  } else {
    // The next person at this tab must not find them in the page.
    shown.clear();
    $('accounts').replaceChildren();
    $('providers').replaceChildren();
  }
  document.body.dataset.ready = 'true';
}

/** Both lists at once; if both fail, it is for the same reason, and one message is enough. */
async function showLists() {
  await attempt(async () => {
    const lists = await Promise.allSettled([
      showList('providers', 'providers', providerCard, 'No provider is set up for connecting accounts.'),
      showList('accounts', 'accounts', accountCard, 'No account is connected yet. Connect the first one below.'),
    ]);
    const failed = lists.find((list) => list.status === 'rejected');
    if (failed) throw failed.reason;
    nameProviderOfPending();
  });
}

async function showList(id, field, card, whenEmpty) {
  const place = $(id);
  const token = session()?.token;
  if (!place.querySelector('ul')) {
    shown.delete(id);
    place.replaceChildren(loading('Loading…'));
  }
  place.setAttribute('aria-busy', 'true');
  try {
    const items = (await broker('GET', `/${id}`))[field];
    // The person may have signed out meanwhile.
    if (session()?.token !== token) return;
    // Replacing what is the same would lose a press that is under way, and what was typed.
    const now = JSON.stringify(items);
    if (shown.get(id) === now) return;
    shown.set(id, now);
    place.replaceChildren(items.length === 0
      ? element('p', { className: 'empty' }, whenEmpty)
      : element('ul', { className: 'cards' }, items.map(card)));
  } catch (problem) {
    shown.delete(id);
    place.replaceChildren(element('p', { className: 'empty' }, 'This could not be loaded.'));
    throw problem;
  } finally {
    place.removeAttribute('aria-busy');
  }
}

function providerCard(provider, index, all) {
  const twin = all.findIndex((other) => slugOf(other) === slugOf(provider)) < index;
  const slug = twin ? `${slugOf(provider)}-${provider.id}` : slugOf(provider);
  const hint = element('input', { id: `login-hint-${slug}`, type: 'text', inputMode: 'email', autocomplete: 'off',
    autocapitalize: 'off', spellcheck: false, placeholder: 'name@example.com', 'data-testid': `login-hint-${slug}` });
  const form = element('form', { className: 'connect', noValidate: true },
    element('div', { className: 'field' },
      element('label', { htmlFor: hint.id }, 'Which account? ', element('span', { className: 'muted' }, '(optional)')),
      hint),
    element('button', { type: 'submit', id: `connect-${slug}`, 'data-testid': `connect-${slug}` }, `Connect ${provider.name}`));
  whileBusy(form, () => attempt(() => {
    const login_hint = hint.value.trim() || undefined;
    return connect({ provider_id: provider.id, login_hint });
  }));
  return element('li', { className: 'card', 'data-provider': provider.id, 'data-name': provider.name },
    heading(provider.name, URL.canParse(provider.issuer) && new URL(provider.issuer).host), form);
}

/** The provider's name as part of an id: it may hold anything. */
function slugOf(provider) {
  return provider.name.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean).join('-');
}

function accountCard(account) {
  const name = nameOf(account);
  const works = account.status === 'active';
  const explanation = explanationOf(account);
  const activity = element('div', { className: 'outcome', 'data-testid': 'activity', 'aria-live': 'polite' });
  return element('li', { className: 'card', 'data-account': account.id, 'data-status': account.status },
    element('div', { className: 'card-top' },
      heading(name, account.provider.name),
      element('span', { className: `status ${account.status}`, 'data-testid': 'status' }, statusOf(account))),
    explanation && element('p', { className: 'explanation' }, explanation),
    facts([['Linked', when(account.linked_at)], ['Last authorized', when(account.last_authorized_at)]]),
    activity,
    element('div', { className: 'actions' },
      button('Who used it', () => attempt(() => showActivity(account, activity)),
        { className: 'quiet', 'data-testid': 'show-activity', 'aria-label': `Who used ${name}` }),
      button('Re-authorize', () => attempt(() => reauthorize(account)),
        { className: works ? '' : 'primary', 'data-testid': 'reauthorize', 'aria-label': `Re-authorize ${name}` }),
      button('Unlink', () => askToUnlink(account),
        { className: 'quiet', 'data-testid': 'unlink', 'aria-label': `Unlink ${name}` })));
}

/** Which applications have used the account. Asked for only when somebody wants to know. */
async function showActivity(account, place) {
  const { activity, next } = await broker('GET', `/accounts/${encodeURIComponent(account.id)}/activity?limit=20`);
  place.replaceChildren(
    activity.length === 0
      ? element('p', { className: 'muted' }, 'No application has used it in the last 90 days.')
      : element('ul', { className: 'uses' }, activity.map(useOf)),
    next ? element('p', { className: 'small' }, 'Only the last 20 are shown.') : '');
}

function useOf(use) {
  return element('li', { 'data-outcome': use.outcome },
    element('p', {}, element('strong', {}, use.client), ` ${outcomeOf(use)}`),
    element('p', { className: 'small' }, use.resource || 'what the organization gives', ' · ',
      use.count === 1 ? 'once' : `${use.count} times`, ', last ', when(use.last_at)));
}

function heading(name, under) {
  return element('div', { className: 'identity' },
    element('span', { className: 'monogram', 'aria-hidden': 'true' }, [...name][0]?.toUpperCase() ?? '?'),
    element('div', {},
      element('h3', {}, name),
      under && element('p', { className: 'muted' }, under)));
}

function showPending() {
  const pending = pendingLink();
  const appears = pending && $('pending').hidden;
  $('pending').hidden = !pending;
  if (!pending) return;
  const { email, display_name } = pending.identity;
  $('pending-title').textContent = `Link ${email || display_name || 'this account'} to your account?`;
  nameProviderOfPending();
  if (appears) $('pending-title').focus();
}

/** The answer names the provider by its id; its name is known once the providers are. */
function nameProviderOfPending() {
  const pending = pendingLink();
  if (!pending) return;
  const card = [...document.querySelectorAll('[data-provider]')].find((c) => c.dataset.provider === pending.identity.provider_id);
  const where = card ? ` at ${card.dataset.name}` : '';
  $('pending-text').textContent = `You have just signed in${where} with this account. Confirm only if it is yours. `
    + `The question is open until ${moment(pending.expires_at)}.`;
}

/** The question that is still open; it is kept, so that a reload does not lose it. */
function pendingLink() {
  const pending = JSON.parse(sessionStorage.getItem(PENDING));
  const open = pending?.user_id === session()?.id && Date.parse(pending?.expires_at) > Date.now();
  return open ? pending : null;
}

function nameOf(account) {
  return account.display_name || account.provider_user_id;
}

// ---- Wiring --------------------------------------------------------------------------------------------------------

whileBusy($('sign-in'), () => attempt(() => goToSignIn(config)));
whileBusy($('confirm-link'), () => attempt(confirmLink));
whileBusy($('confirm-unlink'), () => attempt(unlink, null));
$('sign-out').addEventListener('click', signOut);
$('not-now').addEventListener('click', declineLink);
$('cancel-unlink').addEventListener('click', () => $('unlink-dialog').close());
// A page that the back button brings back alive would still be busy leaving.
addEventListener('pageshow', (event) => event.persisted && location.reload());

begin();
