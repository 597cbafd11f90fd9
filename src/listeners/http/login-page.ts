/**
 * The pages of the login: plain HTML, one style sheet and one script, all of them constants. Nothing that a request
 * says is ever written into a page (the script reads the address of the page itself, and puts it only into values and
 * into JSON), so there is nothing to inject into; the policy names the style and the script by their hashes and allows
 * nothing else.
 */
import { createHash } from 'node:crypto'
import type { AuthorizationParameter } from '../../services/auth/oauth/request.ts'
import { AUTHORIZATION_PARAMETERS } from '../../services/auth/oauth/request.ts'
import { LOGIN_SCRIPT } from './login-script.ts'
import { LOGIN_STYLE } from './login-style.ts'
import { LOGIN_TEXTS as TEXTS } from './login-texts.ts'

export interface Page { readonly html: string; readonly policy: string }

/** A wheel in three parts around a hub. */
const MARK = '<svg class="mark" viewBox="0 0 32 32" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="4">'
  + '<circle cx="16" cy="16" r="12" stroke-dasharray="19.13 6" transform="rotate(-76 16 16)"/>'
  + '<circle cx="16" cy="16" r="4" fill="currentColor" stroke="none"/></svg>'

/** `program`: the name of the client; null: one that listens on the person's own machine. */
export function loginPage(program: string | null): Page {
  const to = program === null ? TEXTS.toLoopback : TEXTS.to.replace('{program}', program)
  return page(TEXTS.title, `
<h1>${text(TEXTS.title)}</h1>
<p class="to">${text(to)}</p>
<noscript><p class="problem">${text(TEXTS.noScript)}</p></noscript>
<form id="login" method="post" novalidate>
<label for="name">${text(TEXTS.name)}</label>
<input id="name" name="username" type="text" autocomplete="username" autocapitalize="none" autocorrect="off"
 spellcheck="false" maxlength="320" required autofocus>
<label for="password">${text(TEXTS.password)}</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="1024" required>
<button id="show" class="show" type="button" aria-controls="password">${text(TEXTS.show)}</button>
<p id="problem" class="problem" role="alert" aria-live="assertive"></p>
<button id="send" class="send" type="submit" disabled>${text(TEXTS.send)}</button>
</form>`, LOGIN_SCRIPT)
}

export function badRequestPage(parameter: AuthorizationParameter | 'post_logout_redirect_uri'): Page {
  const rule = AUTHORIZATION_PARAMETERS[parameter === 'post_logout_redirect_uri' ? 'redirect_uri' : parameter]
  return page(TEXTS.badTitle, `
<h1>${text(TEXTS.badTitle)}</h1>
<p>${text(TEXTS.bad)}</p>
<p class="problem"><code>${parameter}</code> ${text(rule)}</p>
<p>${text(TEXTS.badNext)}</p>`)
}

export function signedOutPage(): Page {
  return page(TEXTS.outTitle, `
<h1>${text(TEXTS.outTitle)}</h1>
<p>${text(TEXTS.out)}</p>`)
}

/** `content`: HTML, whose texts went through `text`. */
export function page(title: string, content: string, script: string | null = null): Page {
  const html = `<!doctype html>
<html lang="${TEXTS.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${text(`${title} · ${TEXTS.product}`)}</title>
<style>${LOGIN_STYLE}</style>
</head>
<body>
<main>
<p class="product">${MARK}${text(TEXTS.product)}</p>${content}
</main>
${script === null ? '' : `<script>${script}</script>\n`}</body>
</html>
`
  return { html, policy: policyOf(script) }
}

function policyOf(script: string | null): string {
  return [
    "default-src 'none'",
    `style-src ${hashOf(LOGIN_STYLE)}`,
    ...(script === null ? [] : [`script-src ${hashOf(script)}`, "connect-src 'self'"]),
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** CSP Level 3 §2.3.1. */
function hashOf(inline: string): string {
  return `'sha256-${createHash('sha256').update(inline).digest('base64')}'`
}

export function text(plain: string): string {
  return plain.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}
