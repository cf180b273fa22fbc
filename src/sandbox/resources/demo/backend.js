// The page of a back end: whose accounts, which resource, and what the broker answers.
//
// Names that browser tests may rely on (each id is also a data-testid):
//   user-id, resource, other-resource, force-refresh, load-accounts, mint-all, message, count, retry
//   accounts    [data-account="<account id>"], and in each [data-testid="status"], [data-testid="mint"],
//               [data-testid="change"] and [data-testid="outcome"][data-outcome="none|loading|token|changed|problem"]; a token shows its source as
//               [data-source="cache|refresh|stale"], a problem its code as [data-code], and where the person can help
//               a link [data-testid="ask-person"]

import { call, Problem } from './api.js';
import { button, clearMessage, element, facts, loading, problemNote, tellProblem, whileBusy, when } from './view.js';
import { duration, moment, sourceOf, statusOf } from './words.js';

const $ = (id) => document.getElementById(id);

async function showAccounts() {
  const userId = $('user-id').value.trim();
  clearMessage();
  $('result').hidden = false;
  $('mint-all').hidden = true;
  $('count').textContent = '';
  $('accounts').replaceChildren(loading('Loading…'));
  try {
    const { accounts } = await call('The demo’s back end', `/backend/accounts?${new URLSearchParams({ user_id: userId })}`);
    history.replaceState(null, '', `?${new URLSearchParams({ user_id: userId })}`);
    $('mint-all').hidden = accounts.length === 0;
    $('accounts').replaceChildren(accounts.length === 0
      ? element('p', { className: 'empty' }, 'This user has connected no account that this back end may use.')
      : element('ul', { className: 'cards' }, accounts.map(accountCard)));
    $('count').textContent = accounts.length === 1 ? '1 account' : `${accounts.length} accounts`;
  } catch (problem) {
    $('result').hidden = true;
    report(problem, showAccounts);
  }
}

function accountCard(account) {
  const name = account.display_name || account.provider_user_id;
  const outcome = element('div', { className: 'outcome', 'aria-live': 'polite', 'data-testid': 'outcome', 'data-outcome': 'none' });
  return element('li', { className: 'card', 'data-account': account.id },
    element('div', { className: 'card-top' },
      element('div', { className: 'identity' },
        element('span', { className: 'monogram', 'aria-hidden': 'true' }, [...name][0]?.toUpperCase() ?? '?'),
        element('div', {}, element('h3', {}, name), element('p', { className: 'muted' }, account.provider.name))),
      element('span', { className: `status ${account.status}`, 'data-testid': 'status' }, statusOf(account))),
    facts([['Account id', element('code', {}, account.id)]]),
    outcome,
    element('div', { className: 'actions' },
      button('Get a token', () => mint(account.id, outcome), { 'data-testid': 'mint', 'aria-label': `Get a token for ${name}` }),
      button('Change something in Azure', () => change(account.id, outcome),
        { 'data-testid': 'change', 'aria-label': `Change something in Azure as ${name}` })));
}

/** Azure takes changes only of people who have signed in with a second factor; for others the refusal asks for one. */
async function change(accountId, outcome) {
  const about = facts([['Resource', 'Azure Resource Manager, a change']]);
  outcome.dataset.outcome = 'loading';
  outcome.replaceChildren(loading('Asking the broker, then Azure…'));
  delete outcome.dataset.source;
  try {
    await call('The demo’s back end', '/backend/change', { method: 'POST', json: { account_id: accountId } });
    outcome.dataset.outcome = 'changed';
    outcome.replaceChildren(about, element('p', {}, 'Azure took the change.'));
  } catch (problem) {
    showProblem(problem, about, outcome);
  }
}

function showProblem(problem, about, outcome) {
  if (!(problem instanceof Problem)) throw problem;
  delete outcome.dataset.source;
  outcome.dataset.outcome = 'problem';
  outcome.replaceChildren(about, problemNote(problem, problem.reauthorize ? [askPerson(problem)] : []));
}

async function mint(accountId, outcome) {
  const resource = chosenResource();
  // The choice above may change later; the answer stays about this one.
  const about = facts([['Resource', resource || 'the provider’s default']]);
  outcome.dataset.outcome = 'loading';
  outcome.replaceChildren(loading('Asking the broker…'));
  try {
    const token = await call('The demo’s back end', '/backend/mint', {
      method: 'POST',
      json: { account_id: accountId, resource, force_refresh: $('force-refresh').checked },
    });
    outcome.dataset.source = token.source;
    outcome.dataset.outcome = 'token';
    outcome.replaceChildren(about, ...tokenFacts(token));
  } catch (problem) {
    showProblem(problem, about, outcome);
  }
}

/** The way to the person's page: a real back end would send a message, or let its own page ask. */
function askPerson({ code, reauthorize }) {
  const needed = new URLSearchParams({ needed: JSON.stringify({ code, reauthorize }) });
  return element('a', { href: `/#${needed}`, 'data-testid': 'ask-person' }, 'Ask the person');
}

function tokenFacts(token) {
  const { aud, tid, upn, preferred_username, scp, exp } = token.claims ?? {};
  return [
    facts([
      ['Source', sourceOf(token)],
      ['Expires', element('span', {}, 'in ', duration(token.expires_in), ' (', when(token.expires_at), ')')],
      ['Scope', token.scope],
      ['Token', element('code', {}, token.access_token)],
    ]),
    token.claims && element('h4', {}, 'What the token says'),
    token.claims && facts([
      ['Audience', text(aud)],
      ['Tenant', text(tid)],
      ['User', text(upn ?? preferred_username)],
      ['Permissions', text(scp)],
      ['Valid until', exp && moment(exp * 1000)],
    ]),
  ].filter(Boolean);
}

function text(claim) {
  return Array.isArray(claim) ? claim.join(' ') : claim === undefined ? undefined : String(claim);
}

function report(problem, retry) {
  if (!(problem instanceof Problem)) throw problem;
  tellProblem(problem, problem.temporary ? [button('Try again', retry, { id: 'retry', 'data-testid': 'retry' })] : []);
}

function chosenResource() {
  const chosen = $('resource').value;
  return chosen === 'other' ? $('other-resource').value.trim() : chosen;
}

function mintAll() {
  return Promise.all([...document.querySelectorAll('[data-account]')].map((card) =>
    mint(card.dataset.account, card.querySelector('[data-testid="outcome"]'))));
}

$('resource').addEventListener('change', () => {
  $('other-field').hidden = $('resource').value !== 'other';
});
whileBusy($('ask'), showAccounts);
whileBusy($('mint-all'), mintAll);

$('user-id').value = new URLSearchParams(location.search).get('user_id') ?? '';
if ($('user-id').value) showAccounts();
