extension Report {
  /// The style of the page. Variables `--c0` to `--c7` are the colours of series, ``Gnuplot`` names them.
  static let style = """
    :root {
      --paper: #f6f7f9; --card: #ffffff; --ink: #1b2026; --soft: #5c6672; --line: #dde2e8;
      --grid: #e3e7ec; --accent: #0067a5; --warn: #8a4b00; --warnpaper: #fff4e0;
      --c0: #0072b2; --c1: #d55e00; --c2: #009e73; --c3: #c4679a; --c4: #3aa3dc; --c5: #b8860b;
      --c6: #6a4c93; --c7: #7f7f7f; --bar: #b9dcf2;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --paper: #12161b; --card: #1a2027; --ink: #e6eaef; --soft: #9aa6b2; --line: #2d3640;
        --grid: #2a323b; --accent: #6db9ec; --warn: #ffc46b; --warnpaper: #33270f;
        --c0: #4aa8e0; --c1: #ff8a3d; --c2: #2fcf9e; --c3: #e79ac4; --c4: #8ad0f5; --c5: #e0b13c;
        --c6: #b79be0; --c7: #a9b1ba; --bar: #1f4f70;
      }
    }
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
    body {
      margin: 0 auto; padding: 2rem 1rem 4rem; max-width: 1180px; background: var(--paper);
      color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
    }
    h1 { margin: 0; font-size: 2.4rem; letter-spacing: -0.02em; line-height: 1.1; }
    .subtitle { margin: .4rem 0 1.2rem; color: var(--soft); }
    h2 { margin: 0 0 .8rem; font-size: 1.5rem; line-height: 1.25; letter-spacing: -0.01em; }
    h2 small {
      display: block; font-size: .8rem; letter-spacing: .08em; text-transform: uppercase;
      color: var(--accent);
    }
    h3 { margin: 1.6rem 0 .5rem; font-size: 1.1rem; }
    section { margin-top: 3rem; padding-top: 1.6rem; border-top: 2px solid var(--line); }
    nav { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .6rem; }
    nav a {
      padding: .6rem .8rem; border: 1px solid var(--line); border-radius: 10px;
      background: var(--card); color: inherit; text-decoration: none;
    }
    nav a:hover { border-color: var(--accent); }
    nav b { display: block; color: var(--accent); }
    nav span { color: var(--soft); font-size: .9rem; }
    ul { margin: .6rem 0; padding-left: 1.2rem; }
    .findings { font-size: 1.05rem; }
    .warnings, .notes { list-style: none; padding: .7rem 1rem; border-radius: 8px; }
    .warnings { background: var(--warnpaper); color: var(--warn); border-left: 4px solid; }
    .warnings li { font-weight: 600; }
    .notes { background: var(--card); color: var(--soft); border: 1px solid var(--line); }
    details { margin: 1rem 0; }
    summary { cursor: pointer; color: var(--accent); font-weight: 600; }
    dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.2rem; margin: .6rem 0; }
    dt { color: var(--soft); }
    dd { margin: 0; overflow-wrap: anywhere; }
    .figures {
      display: grid; gap: 1rem; margin: 1.2rem 0;
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr));
    }
    figure {
      margin: 0; padding: .9rem .9rem .5rem; min-width: 0; background: var(--card);
      border: 1px solid var(--line); border-radius: 12px;
    }
    @media (min-width: 1040px) { figure.wide { grid-column: 1 / -1; } }
    figcaption { font-weight: 600; margin-bottom: .4rem; }
    figure svg { display: block; width: 100%; height: auto; color: var(--ink); }
    pre {
      margin: .6rem 0; padding: .8rem; overflow-x: auto; background: var(--card);
      border: 1px solid var(--line); border-radius: 8px; font-size: .82rem; line-height: 1.4;
    }
    pre.plot { border: 0; padding: 0; line-height: 1.15; }
    .scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 10px; }
    table { border-collapse: collapse; width: 100%; background: var(--card); font-size: .9rem; }
    th, td { padding: .28rem .7rem; text-align: left; white-space: nowrap; }
    .n { text-align: right; font-variant-numeric: tabular-nums; }
    thead th { color: var(--soft); font-weight: 600; border-bottom: 1px solid var(--line); }
    tbody + tbody tr:first-child td { border-top: 1px solid var(--line); }
    tbody tr:hover td { background-color: var(--paper); }
    th:first-child, td:first-child { position: sticky; left: 0; background: var(--card); }
    td.hole { color: var(--soft); font-style: italic; white-space: normal; min-width: 16rem; }
    td.bar {
      min-width: 9rem; background: linear-gradient(var(--bar), var(--bar)) no-repeat left center
        / var(--share) 62%;
    }
    tr.whole td { font-weight: 600; }
    .strip { width: 200px; height: 16px; display: block; }
    .strip path { stroke: var(--c0); stroke-opacity: .55; stroke-width: 1.5; fill: none; }
    .numbers { color: var(--soft); font-size: .8rem; }
    footer { margin-top: 3rem; color: var(--soft); font-size: .9rem; }
    a { color: var(--accent); }
    @media (max-width: 600px) {
      body { padding: 1.2rem .8rem 3rem; font-size: 15px; }
      h1 { font-size: 1.9rem; }
      dl { grid-template-columns: 1fr; gap: 0; }
      dd { margin-bottom: .5rem; }
      th:first-child, td:first-child { max-width: 45vw; white-space: normal; }
    }
    @media print {
      body { max-width: none; background: none; }
      details:not([open]) { display: none; }
    }
    """
}
