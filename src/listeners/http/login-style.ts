/** The style of the login pages: one column, from 320 px on, dark and light as the system wants. */
export const LOGIN_STYLE = `
:root{
  --page:#eef1f4;--card:#fff;--ink:#17212b;--soft:#53606d;--line:#8a97a5;--accent:#0b5f73;--on:#fff;--bad:#a3161c;--badbg:#fdecec
}
@media (prefers-color-scheme:dark){:root{
  --page:#10161c;--card:#1a232c;--ink:#e8edf2;--soft:#a7b4c1;--line:#6d7c8b;--accent:#5cc3d8;--on:#06222a;--bad:#ffb3b0;--badbg:#3b1c1f
}}
*{box-sizing:border-box}
html{color-scheme:light dark;-webkit-text-size-adjust:100%}
body{
  margin:0;min-height:100vh;min-height:100dvh;padding:16px;display:grid;place-items:center;
  background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif
}
main{
  width:100%;max-width:400px;padding:32px;background:var(--card);border-radius:12px;overflow-wrap:anywhere;
  box-shadow:0 1px 2px rgb(0 0 0/.08),0 8px 32px rgb(0 0 0/.08)
}
.product{margin:0 0 24px;display:flex;align-items:center;gap:10px;font-weight:600;color:var(--accent)}
.mark{width:28px;height:28px}
h1{margin:0;text-wrap:balance;font-size:26px;line-height:1.25;font-weight:600}
p{margin:12px 0 0}
.to{margin:4px 0 0;color:var(--soft)}
form{margin-top:24px;display:grid;grid-template-columns:1fr auto;align-items:baseline}
label{grid-column:1/-1;margin-bottom:6px;font-weight:500}
label[for=password]{grid-column:1}
input{
  grid-column:1/-1;width:100%;min-height:44px;margin-bottom:18px;padding:8px 12px;font:inherit;color:inherit;
  background:var(--card);border:1px solid var(--line);border-radius:8px
}
input[aria-invalid=true]{border-color:var(--bad)}
#password{grid-row:4;margin-bottom:0}
button{font:inherit;border-radius:8px;cursor:pointer}
.show{
  grid-column:2;grid-row:3;min-height:24px;padding:0 4px;border:0;background:none;color:var(--accent);font-size:14px;
  text-decoration:underline;text-underline-offset:3px
}
.send{
  grid-column:1/-1;min-height:46px;margin-top:24px;padding:8px 16px;border:0;background:var(--accent);color:var(--on);
  font-weight:600
}
.send:hover:enabled{filter:brightness(1.08)}
.send:disabled{opacity:.6;cursor:default}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.problem{grid-column:1/-1;padding:10px 12px;border-radius:8px;background:var(--badbg);color:var(--bad)}
.problem:empty{display:none}
form .problem{margin-top:16px}
code{font:0.95em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-weight:600}
@media (max-width:420px){main{padding:24px 20px}}
@media (prefers-reduced-motion:no-preference){.send{transition:filter .15s,opacity .15s}}
@media (forced-colors:active){main{border:1px solid}.send{border:1px solid}}
`
