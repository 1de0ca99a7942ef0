/** The style sheet of a report. Every text has a contrast of 7:1 and more (WCAG 2.2, 1.4.6). */
export const style = `
:root { color-scheme: light; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem 1.5rem 4rem; background: #fff; color: #1a1a1a; font: 1rem/1.5 system-ui, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin-top: 2.5rem; padding-top: .5rem; border-top: 1px solid #767676; font-size: 1.3rem; }
h3 { margin-top: 1.5rem; font-size: 1.05rem; }
a { color: #003f87; }
a:focus-visible, .wide:focus-visible, summary:focus-visible { outline: 3px solid #003f87; outline-offset: 2px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { position: static; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; list-style: none; }
dl { display: grid; gap: .25rem; margin: 1rem 0; }
dl > div { display: grid; grid-template-columns: minmax(8rem, 14rem) 1fr; gap: 1rem; }
dt { color: #404040; }
dd { margin: 0; overflow-wrap: anywhere; }
.wide { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-size: .92rem; }
caption { padding: .25rem 0; text-align: left; font-weight: 600; white-space: nowrap; }
th, td { padding: .3rem .75rem .3rem 0; border-bottom: 1px solid #c8c8c8; text-align: left; vertical-align: top; }
tbody th { font-weight: 400; overflow-wrap: anywhere; min-width: 6rem; }
td { max-width: 26rem; overflow-wrap: break-word; }
time { white-space: nowrap; }
code, pre { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .85em; }
code { overflow-wrap: anywhere; }
pre { padding: .75rem; background: #f4f4f4; white-space: pre-wrap; overflow-wrap: anywhere; }
figure { margin: 1rem 0; }
figcaption { color: #404040; font-size: .92rem; }
svg { max-width: 100%; height: auto; font-family: system-ui, "DejaVu Sans", sans-serif; }
.bad { color: #8a1500; font-weight: 600; }
footer { margin-top: 3rem; padding-top: .5rem; border-top: 1px solid #767676; color: #404040; font-size: .92rem; }
@media print { .wide { overflow: visible; } nav, .skip { display: none; } details { display: block; } section { break-inside: auto; } }
`;
