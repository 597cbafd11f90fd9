/**
 * What the login page does in the browser: it sends name and password with the parameters of its own address to
 * /api/auth, and goes where those lead once the server has said that they may. Written for browsers: nothing here runs
 * in this process.
 */
import { LOGIN_TEXTS } from './login-texts.ts'

const { empty, wrong, waitSeconds, waitMinutes, refused, away, offline, send, sending, show, hide } = LOGIN_TEXTS
/** In a script element only `</` would mean something to the parser of HTML. */
const TEXTS = JSON.stringify({ empty, wrong, waitSeconds, waitMinutes, refused, away, offline, send, sending, show, hide })
  .replaceAll('<', '\\u003c')

export const LOGIN_SCRIPT = `
'use strict';
const texts = ${TEXTS};
const asked = new URLSearchParams(location.search);
const [form, name, password, show, problem, send] =
  ['login', 'name', 'password', 'show', 'problem', 'send'].map(id => document.getElementById(id));

function tell(text) {
  problem.textContent = text;
  for (const field of [name, password]) {
    field.setAttribute('aria-invalid', String(text !== ''));
    if (text === '') field.removeAttribute('aria-describedby');
    else field.setAttribute('aria-describedby', 'problem');
  }
}

function wait(reply) {
  const seconds = Number(reply.headers.get('Retry-After')) || 60;
  return seconds < 120
    ? texts.waitSeconds.replace('{count}', seconds)
    : texts.waitMinutes.replace('{count}', Math.ceil(seconds / 60));
}

function ask() {
  return fetch('/api/auth', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      type: 'authCode', accountName: name.value.trim(), accountSecret: password.value,
      clientId: asked.get('client_id'), redirectUri: asked.get('redirect_uri'), scope: asked.get('scope'),
      state: asked.get('state'), codeChallenge: asked.get('code_challenge'),
      codeChallengeMethod: asked.get('code_challenge_method'),
    }),
  });
}

function leave(answer) {
  const to = new URL(asked.get('redirect_uri'));
  to.searchParams.set('code', answer.client_code);
  if (asked.get('state')) to.searchParams.set('state', asked.get('state'));
  to.searchParams.set('iss', answer.iss);
  location.replace(to.href);
}

/** The text of what went wrong; null: the page is left. */
async function signIn() {
  let reply;
  try {
    reply = await ask();
  } catch {
    return texts.offline;
  }
  if (reply.status === 429) return wait(reply);
  if (reply.status >= 500) return texts.away;
  const answer = await reply.json().catch(() => ({}));
  if (answer.type === 'failure') return texts.wrong;
  if (answer.type !== 'authenticated') return texts.refused.replace('{detail}', answer.detail || '');
  leave(answer);
  return null;
}

function working(yes) {
  send.disabled = yes;
  send.textContent = yes ? texts.sending : texts.send;
}

form.addEventListener('submit', async event => {
  event.preventDefault();
  if (send.disabled) return;
  const missing = [name, password].find(field => field.value === '');
  if (missing) {
    tell(texts.empty);
    missing.focus();
    return;
  }
  tell('');
  working(true);
  const wrong = await signIn();
  if (wrong === null) return;
  working(false);
  tell(wrong);
  password.focus();
  password.select();
});

show.addEventListener('click', () => {
  const visible = password.type === 'text';
  password.type = visible ? 'password' : 'text';
  show.textContent = visible ? texts.show : texts.hide;
});

// A page that comes back from the browser's memory must not be stuck in the middle of a login.
addEventListener('pageshow', event => { if (event.persisted) working(false); });

name.value = asked.get('login_hint') || name.value;
if (name.value !== '') password.focus();
working(false);
`
