/** The scorecard's style sheet: light and dark, from a telephone's width up; no font or picture from elsewhere. */
export const SCORECARD_STYLE = `
:root {
  color-scheme: light dark;
  --page: #f7f8fa; --sheet: #ffffff; --ink: #17202b; --soft: #566273; --rule: #d9dee5;
  --forecast: #1559b3; --against: #b3541e; --persistence: #6d7785; --climatology: #8a6d00; --truth: #17202b;
  --lead0: #2f97d8; --lead1: #2f6bc0; --lead2: #5a4fb8; --lead3: #8a3aa3; --lead4: #b3256f;
  --b1: #e6f0fb; --b2: #c4dcf5; --b3: #93bfea; --b4: #5c9bdc; --b5: #1f5fae;
  --w1: #fcebe6; --w2: #f7cfc4; --w3: #efa592; --w4: #e37b62; --w5: #b0301c;
  --same: #f0f1f3; --on-b4: #0d1722; --on-w4: #0d1722; --on-5: #ffffff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #10151c; --sheet: #171e27; --ink: #e8edf3; --soft: #a3afbd; --rule: #2d3744;
    --forecast: #6fb0ff; --against: #f0a070; --persistence: #9aa6b5; --climatology: #d9b93c; --truth: #e8edf3;
    --lead0: #8fd0ff; --lead1: #7aa8ff; --lead2: #a493ff; --lead3: #cf8bf0; --lead4: #ff8fc0;
    --b1: #1b2a3c; --b2: #1d3a5c; --b3: #1f4d82; --b4: #2a69b5; --b5: #8cc0f7;
    --w1: #38221e; --w2: #55291f; --w3: #7a3224; --w4: #a9402c; --w5: #f59a84;
    --same: #222a34; --on-b4: #ffffff; --on-w4: #ffffff; --on-5: #0d1722;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1200px; margin: 0 auto; padding: 24px 16px 48px; }
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 19px; margin: 0 0 4px; }
p { margin: 0 0 12px; max-width: 76ch; }
.soft, small, figcaption + svg .title { color: var(--soft); }
section { background: var(--sheet); border: 1px solid var(--rule); border-radius: 10px; padding: 16px; margin-top: 16px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 12px 0 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
header .warning { margin-top: 12px; border-left: 4px solid var(--against); padding-left: 10px; }
.controls { display: flex; flex-wrap: wrap; gap: 8px 20px; align-items: center; margin: 16px 0 0; }
.controls label { margin-right: 10px; white-space: nowrap; }
select { font: inherit; color: inherit; background: var(--sheet); border: 1px solid var(--rule); border-radius: 6px; padding: 4px 8px; max-width: 100%; }
.scroll { overflow-x: auto; }
table { border-collapse: separate; border-spacing: 2px; font-variant-numeric: tabular-nums; font-size: 14px; }
caption { text-align: left; color: var(--soft); padding-bottom: 6px; overflow-wrap: anywhere; position: sticky; left: 0; max-width: min(90vw, 76ch); }
th, td { padding: 3px 8px; text-align: right; white-space: nowrap; border-radius: 4px; }
th { font-weight: 600; }
th[scope="row"], th[scope="col"]:first-child { text-align: left; position: sticky; left: 0; background: var(--sheet); z-index: 1; }
th[scope="rowgroup"] { text-align: left; padding-top: 12px; }
th small, td small { display: block; font-weight: 400; font-size: 11.5px; line-height: 1.2; color: inherit; }
th[scope="rowgroup"] small { display: inline; }
.relative td { min-width: 72px; }
td.none { color: var(--soft); }
.same { background: var(--same); }
.b1 { background: var(--b1); } .b2 { background: var(--b2); } .b3 { background: var(--b3); }
.w1 { background: var(--w1); } .w2 { background: var(--w2); } .w3 { background: var(--w3); }
.b4 { background: var(--b4); color: var(--on-b4); } .w4 { background: var(--w4); color: var(--on-w4); }
.b5 { background: var(--b5); color: var(--on-5); } .w5 { background: var(--w5); color: var(--on-5); }
.key, .legend { list-style: none; display: flex; flex-wrap: wrap; padding: 0; margin: 0 0 12px; font-size: 13px; }
.key li { padding: 1px 8px; min-width: 38px; text-align: center; }
.legend { gap: 4px 18px; }
.legend li { display: flex; align-items: center; gap: 6px; overflow-wrap: anywhere; }
.legend svg { width: 28px; height: 8px; flex: none; }
.charts { grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr)); gap: 16px; }
div.charts { display: grid; }
figure { margin: 0; min-width: 0; }
figure svg { display: block; width: 100%; height: auto; }
figcaption { font-weight: 600; margin-bottom: 4px; }
svg text { font: 11px system-ui, sans-serif; fill: var(--soft); }
.grid { stroke: var(--rule); stroke-width: 1; } .axis, .tick { fill: none; stroke: var(--soft); stroke-width: 1; }
.curve path { fill: none; stroke: var(--line); stroke-width: 1.8; stroke-linejoin: round; }
.curve circle { fill: var(--line); }
.forecast { --line: var(--forecast); } .forecast path { stroke-width: 2.4; }
.against { --line: var(--against); } .against path { stroke-dasharray: 8 3; }
.persistence { --line: var(--persistence); } .persistence path { stroke-dasharray: 5 4; }
.climatology { --line: var(--climatology); } .climatology path { stroke-dasharray: 2 3; }
.truth { --line: var(--truth); } .truth path { stroke-dasharray: 2 3; }
.lead0 { --line: var(--lead0); } .lead1 { --line: var(--lead1); } .lead2 { --line: var(--lead2); }
.lead3 { --line: var(--lead3); } .lead4 { --line: var(--lead4); }
details { margin-top: 16px; } summary { cursor: pointer; font-weight: 600; }
footer { margin-top: 24px; color: var(--soft); font-size: 13px; }
:focus-visible { outline: 2px solid var(--forecast); outline-offset: 2px; }
@media (max-width: 600px) {
  main { padding: 16px 8px 32px; } section { padding: 12px 10px; } dl { grid-template-columns: 1fr; } dt { margin-top: 6px; }
  .key { font-size: 12px; } .key li { padding: 1px 2px; min-width: 28px; }
  th, td { padding: 3px 5px; } .relative td { min-width: 60px; }
}
`;
