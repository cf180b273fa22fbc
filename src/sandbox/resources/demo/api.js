// Talks HTTP and turns every way it can fail into one kind of error, a Problem, that the page can put into words.

// The broker may wait 35 seconds for FusionAuth while it completes a link.
const PATIENCE_MS = 45_000;

/** Something a person should be told: an RFC 9457 problem, or the lack of any answer (status 0). */
export class Problem extends Error {
  constructor({ status = 0, code = '', title, detail = '', request_id = '', errors = [], reauthorize = null }, retryAfter = 0) {
    super(title || 'Something went wrong');
    Object.assign(this, { status, code, detail, requestId: request_id, errors, reauthorize, retryAfter });
  }

  /** The broker no longer accepts the user's token; a 401 of the sign-in service itself has other codes. */
  get signedOut() {
    return this.code === 'unauthorized';
  }

  /** Whether the same request may succeed later without the person doing anything else. */
  get temporary() {
    return [0, 429, 502, 503, 504].includes(this.status) && this.code !== 'provider_misconfigured';
  }
}

/**
 * Sends one request and gives back the parsed body, or null for an empty one.
 * `who` is the name people know the other side by, for the message that it cannot be reached.
 */
export async function call(who, url, { method = 'GET', token, json, form } = {}) {
  const headers = { Accept: 'application/json' };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (json) headers['Content-Type'] = 'application/json';
  const body = json ? JSON.stringify(json) : form && new URLSearchParams(form);

  const { response, text } = await exchange(who, url, { method, headers, body });
  const answer = parse(text);
  if (response.ok && (text === '' || answer !== undefined)) return answer ?? null;
  throw problemFrom(who, response, answer);
}

async function exchange(who, url, request) {
  try {
    const response = await fetch(url, { ...request, cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) });
    return { response, text: await response.text() };
  } catch (failure) {
    const slow = failure.name === 'TimeoutError';
    throw new Problem({
      code: slow ? 'no_answer' : 'unreachable',
      title: slow ? `${who} did not answer in time` : `${who} cannot be reached`,
      detail: slow ? 'It may be busy.' : 'It may be down, or the network may be.',
    });
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problemFrom(who, response, answer) {
  const retryAfter = Number(response.headers.get('Retry-After')) || 0;
  const isObject = answer !== null && typeof answer === 'object';
  if (isObject && typeof answer.title === 'string') {
    return new Problem({ ...answer, status: response.status }, retryAfter);
  }
  // OAuth endpoints answer {"error": "…"} instead (RFC 6749 §5.2).
  const code = isObject && typeof answer.error === 'string' ? answer.error : 'unexpected_answer';
  return new Problem({ status: response.status, code, title: `${who} gave an answer this page does not understand` }, retryAfter);
}
