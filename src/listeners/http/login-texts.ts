/** Every text of the login pages, in one place. `{…}` is filled in. */

export const LOGIN_TEXTS = {
  language: 'en',
  product: 'Rota',
  title: 'Sign in',
  to: 'to go on to {program}',
  toLoopback: 'to go on to a program on this computer',
  name: 'User name or address',
  password: 'Password',
  show: 'Show password',
  hide: 'Hide password',
  send: 'Sign in',
  sending: 'Signing in…',
  noScript: 'This page needs JavaScript. Allow it for this address, then load the page again.',

  empty: 'Enter your name and your password.',
  wrong: 'The name or the password is wrong.',
  waitSeconds: 'Too many attempts. Try again in {count} seconds.',
  waitMinutes: 'Too many attempts. Try again in {count} minutes.',
  refused: 'The server refused the request. {detail}',
  away: 'The server cannot log anybody in at the moment. Try again in a moment.',
  offline: 'The server cannot be reached. Check your connection, then try again.',

  badTitle: 'This sign-in cannot go on',
  bad: 'The program that sent you here asked for something that this server refuses:',
  badNext: 'Go back and begin again. If this page comes again, show it to whoever runs the program.',

  outTitle: 'You are signed out',
  out: 'The session of this browser has ended. You can close this page.',
} as const
