// Builds what is shown. Text always enters as text, never as HTML: names and reasons come from other people's systems.

import { advice, moment, whatHappened } from './words.js';

const message = () => document.getElementById('message');

/** An element with properties (`data-…` and `aria-…` as attributes) and children; empty children are left out. */
export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes('-')) node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== '' && child !== false));
  return node;
}

export function when(instant) {
  return instant ? element('time', { dateTime: instant }, moment(instant)) : '—';
}

/** A description list; rows without a value are left out. */
export function facts(rows) {
  return element('dl', { className: 'facts' }, rows
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))));
}

export function loading(text) {
  return element('p', { className: 'loading' }, text);
}

/** A button whose work may take a while. It stays focusable meanwhile, so that the keyboard does not lose its place. */
export function button(label, work, properties = {}) {
  return whileBusy(element('button', { type: 'button', ...properties }, label), work);
}

export function whileBusy(node, work) {
  const event = node.tagName === 'FORM' ? 'submit' : 'click';
  const pressed = node.tagName === 'FORM' ? node.querySelector('button[type=submit]') : node;
  node.addEventListener(event, async (happened) => {
    happened.preventDefault();
    if (pressed.getAttribute('aria-disabled') === 'true') return;
    pressed.setAttribute('aria-disabled', 'true');
    try {
      await work();
    } finally {
      pressed.removeAttribute('aria-disabled');
    }
  });
  return node;
}

export function clearMessage() {
  message().replaceChildren();
}

/** Says that something went well or is worth knowing. `kind` is `success` or `info`. */
export function tell(kind, title, text = '') {
  message().replaceChildren(element('div', { className: `note ${kind}`, 'data-kind': kind },
    element('p', { className: 'note-title' }, title),
    text && element('p', {}, text)));
  message().scrollIntoView({ block: 'nearest' });
}

/** Says what went wrong, and moves there: what the person was doing did not happen. */
export function tellProblem(problem, actions = []) {
  message().replaceChildren(problemNote(problem, actions));
  message().focus();
}

export function problemNote(problem, actions = []) {
  const { title, detail } = whatHappened(problem);
  const wait = problem.retryAfter > 1 ? `The service asks you to wait ${problem.retryAfter} seconds.` : '';
  const small = [problem.code, problem.requestId && `request ${problem.requestId}`].filter(Boolean).join(' · ');
  return element('div', { className: 'note error', 'data-kind': 'error', 'data-code': problem.code },
    element('p', { className: 'note-title' }, title),
    detail && element('p', {}, detail),
    problem.errors.length > 0 && element('ul', {}, problem.errors.map((e) => element('li', {}, `${e.field}: ${e.message}`))),
    element('p', { className: 'advice' }, [advice(problem), wait].filter(Boolean).join(' ')),
    actions.some(Boolean) && element('div', { className: 'actions' }, actions),
    small && element('p', { className: 'small' }, small));
}
