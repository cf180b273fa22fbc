// What the page says about a problem or a state. The broker's title and detail say what happened; this says what to do.

const ADVICE = {
  unreachable: 'Check that it runs, then try again.',
  no_answer: 'Wait a moment, then try again.',
  invalid_state: 'Start again from this page.',
  state_expired: 'Start again; you have about ten minutes.',
  pending_link_expired: 'Connect the account again and confirm it sooner.',
  authorization_denied: 'You, or your organization’s rules, did not allow it. Nothing has changed; connect the account again when you want to.',
  authorization_failed: 'Nothing has changed. Start again; if it keeps failing, tell whoever runs this service.',
  redirect_uri_not_allowed: 'The operator must allow this page’s callback address in the broker’s settings.',
  invalid_scope: 'Ask for something that the provider knows.',
  invalid_target: 'Choose another resource; the provider does not know this one.',
  forbidden: 'The operator decides who may do this.',
  consent_required: 'Consent is given at the organization’s own page; in some organizations only an administrator can.',
  interaction_required: 'The organization wants to see you: re-authorize the account.',
  blocked_by_policy: 'The organization’s rules forbid it. Its administrator can change them.',
  account_disabled: 'Ask the organization’s administrator about this account.',
  provider_not_found: 'Reload the page to see which providers there are now.',
  account_not_found: 'It may have been unlinked. Reload the page.',
  reauthorization_required: 'Re-authorize the account.',
  no_refresh_token: 'Re-authorize the account.',
  linked_to_another_user: 'Unlink it there first, or connect a different account.',
  identity_mismatch: 'You signed in with a different account than the one to authorize again. Nothing has changed; start again and choose the same account.',
  link_limit_reached: 'Unlink an account of this provider first.',
  rate_limited: 'Wait a moment, then try again.',
  provider_misconfigured: 'The operator must correct this provider’s settings.',
  provider_unavailable: 'Try again in a moment.',
  fusionauth_unavailable: 'Try again in a moment.',
  upstream_timeout: 'Try again in a moment.',
};

// Problems that a person meets while connecting an account. The broker speaks about the person; here it is said to them,
// and with the advice above that is all.
const TITLES = {
  authorization_denied: 'The sign-in was declined',
  identity_mismatch: 'That was another account',
  state_expired: 'The sign-in took too long',
  pending_link_expired: 'The question was open for too long',
  linked_to_another_user: 'This account is linked to somebody else',
  link_limit_reached: 'No more accounts can be linked here',
};

const REASONS = {
  revoked: 'the organization has ended the earlier sign-in',
  expired: 'the earlier sign-in is too old',
  password_changed: 'the password has changed',
  password_expired: 'the password has expired',
  sign_in_frequency: 'the organization wants you to sign in again from time to time',
  credential_removed: 'a way to sign in was removed from the account',
};

const STATUSES = {
  active: 'Active',
  reauthorization_required: 'Needs sign-in',
  no_refresh_token: 'No refresh token',
};

const SOURCES = {
  cache: 'from the broker’s cache',
  refresh: 'fresh from the tenant',
  stale: 'older than asked, because the tenant cannot be reached',
};

/** What a person can do about a problem; empty when there is nothing to say. */
export function advice(problem) {
  if (ADVICE[problem.code]) return ADVICE[problem.code];
  if (problem.temporary) return 'Try again in a moment.';
  return problem.status >= 500 ? 'If it happens again, tell whoever runs this service and name the request below.' : '';
}

/** What happened; the detail is empty where title and advice say it all. */
export function whatHappened(problem) {
  const title = TITLES[problem.code];
  if (title) return { title, detail: '' };
  return { title: problem.message, detail: problem.detail === problem.message ? '' : problem.detail };
}

export function statusOf(account) {
  return STATUSES[account.status] ?? account.status;
}

/** Why an account does not work and what that means; empty for one that does. */
export function explanationOf(account) {
  switch (account.status) {
    case 'active':
      return '';
    case 'no_refresh_token':
      return 'The organization gave no lasting permission. Re-authorize to let applications use the account.';
    default:
      return account.reason
        ? `Re-authorize it: ${REASONS[account.reason] ?? 'the organization no longer accepts the earlier sign-in'}.`
        : 'Re-authorize it to let applications use it again.';
  }
}

export function sourceOf(token) {
  return SOURCES[token.source] ? `${token.source}: ${SOURCES[token.source]}` : token.source;
}

/** What became of an application's request for a token. */
export function outcomeOf(use) {
  return SOURCES[use.outcome] ? `got a token, ${SOURCES[use.outcome]}` : `was refused: ${use.outcome.replaceAll('_', ' ')}`;
}

const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** A moment as people write it, in their own time zone. */
export function moment(instant) {
  return MOMENT.format(new Date(instant));
}

export function duration(seconds) {
  if (seconds < 120) return `${seconds} seconds`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
}
