import { instant } from "./age.ts";
import { html, type Markup, Markup as Raw } from "./html.ts";

const css = `
:root { color-scheme: light dark; --ink: #1c2430; --faint: #5d6877; --line: #d9dfe7; --ground: #fff; --box: #f5f7fa;
  --good: #0b6b3a; --bad: #a8201a; --warning: #8a5300; --added: #0b6b3a; --removed: #a8201a; --changed: #8a5300; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e9f0; --faint: #9aa6b5; --line: #343e4b; --ground: #12171e; --box: #1a212b;
  --good: #5fd39a; --bad: #ff8f87; --warning: #f0b75e; --added: #5fd39a; --removed: #ff8f87; --changed: #f0b75e; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 78rem; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .6rem; }
.faint, footer { color: var(--faint); } .lead { margin: .25rem 0 1.25rem; } footer { margin-top: 3rem; font-size: .85rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 600; font-size: .8rem; color: var(--faint); }
th, td { padding: .4rem .9rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td { overflow-wrap: break-word; } td:last-child { overflow-wrap: anywhere; } td:first-child { white-space: nowrap; }
code, pre { font: 13px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; white-space: pre-wrap; }
.badge { display: inline-block; padding: 0 .5rem; border: 1px solid currentColor; border-radius: 1rem; font-size: .8rem; white-space: nowrap; }
.good { color: var(--good); } .bad { color: var(--bad); } .warning { color: var(--warning); } .plain { color: var(--faint); }
.box { border: 1px solid var(--line); border-radius: .5rem; background: var(--box); padding: .75rem 1rem; margin: 0 0 .75rem; }
.box h3 { margin: 0 0 .25rem; font: 600 14px/1.5 ui-monospace, monospace; } .box p { margin: .25rem 0; }
.changes { margin: .4rem 0 0; padding: 0; list-style: none; } .changes li { padding-left: 1.2rem; text-indent: -1.2rem; }
.added { color: var(--added); } .removed { color: var(--removed); } .changed { color: var(--changed); }
`;

/**
 * A page that stands alone: no script, nothing fetched, so that it can be kept as a pipeline's artifact and opened
 * anywhere. @param now epoch milliseconds
 */
export function page(title: string, body: Markup, now: number): string {
  const policy = "default-src 'none'; style-src 'unsafe-inline'";
  const whole = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${title}</title>
<style>${new Raw(css)}</style>
</head>
<body>
${body}
<footer>Made by Fleetkeeper at ${instant(now)}.</footer>
</body>
</html>
`;
  return whole.text;
}
