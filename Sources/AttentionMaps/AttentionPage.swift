/// The page's parts that are the same for all models.
enum AttentionPage {
  static let body = """
    <noscript><p>This page draws the weights with JavaScript, which is turned off.</p></noscript>
    <nav>
    <div id="kinds" class="choice" role="group" aria-label="kind of attention"></div>
    <div id="layers" class="choice" role="group" aria-label="layer"></div>
    <div id="heads" class="choice" role="group" aria-label="head"></div>
    <div class="choice">
    <label><input type="checkbox" id="fixed"/> scale from 0 to 1</label>
    <button type="button" id="smaller" aria-label="smaller cells">−</button>
    <button type="button" id="larger" aria-label="larger cells">+</button>
    </div>
    </nav>
    <main>
    <section id="map" aria-label="heat map">
    <h2 id="title"></h2>
    <p id="reading" aria-live="polite">Point at a cell, or press a token on the left to keep its row.</p>
    <div id="scroller"><div id="plot"></div></div>
    <div id="legend"><span id="least">0</span><canvas id="scale" width="256" height="1"></canvas>\
    <span id="most"></span></div>
    <h3 id="sentence-title"></h3>
    <p id="sentence"></p>
    </section>
    <section id="side">
    <h2>All heads</h2>
    <div id="overview"></div>
    <h2>What they do</h2>
    <div class="wide"><table id="statistics"></table></div>
    <p class="note">entropy in nats; normalized: as a share of the largest possible; distance: of the keys from \
    the diagonal, in tokens; confidence: mean of the largest weight; diagonality: 1 is the diagonal.</p>
    <p class="note">Keys: ← → head, ↑ ↓ layer, k kind, s scale, + and − size.</p>
    </section>
    </main>

    """

  static let styleSheet = """
    :root { color-scheme: light dark; --ink: #1c1c22; --paper: #fff; --soft: #666; --line: #ccc;
      --accent: #1f5fbf; --accent-ink: #fff; }
    @media (prefers-color-scheme: dark) {
      :root { --ink: #e8e8ee; --paper: #17171b; --soft: #a0a0aa; --line: #44444c;
        --accent: #7db0ff; --accent-ink: #10131a; }
    }
    body { margin: 1rem; background: var(--paper); color: var(--ink);
      font: 14px/1.4 "Noto Sans", system-ui, "Noto Sans CJK SC", "Noto Sans CJK JP", "PingFang SC",
        "Hiragino Sans", "Yu Gothic", "Microsoft YaHei", sans-serif; }
    h1 { font-size: 1.25rem; margin: 0 0 .6rem; overflow-wrap: anywhere; }
    h2 { font-size: 1rem; margin: 0 0 .3rem; }
    h3 { font-size: .9rem; margin: 1rem 0 .2rem; font-weight: normal; color: var(--soft); }
    nav { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; margin-bottom: .8rem; }
    .choice { display: flex; flex-wrap: wrap; gap: .25rem; align-items: center; }
    .choice > span { color: var(--soft); }
    button { font: inherit; color: inherit; background: none; border: 1px solid var(--line);
      border-radius: 4px; padding: .1rem .55rem; cursor: pointer; }
    button[aria-pressed="true"] { background: var(--accent); border-color: var(--accent);
      color: var(--accent-ink); }
    button:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
    main { display: flex; flex-wrap: wrap; gap: 2rem; align-items: flex-start; }
    #map { max-width: 100%; min-width: 0; }
    #reading { margin: 0 0 .4rem; min-height: 1.4em; font-variant-numeric: tabular-nums; }
    #scroller { overflow: auto; max-width: 100%; }
    #plot { position: relative; }
    #plot canvas { position: absolute; image-rendering: pixelated; }
    #plot svg { position: absolute; left: 0; top: 0; fill: currentColor; }
    #plot .axis { fill: var(--soft); font-size: 11px; }
    #plot .lit { font-weight: bold; fill: var(--accent); }
    #plot .row { cursor: pointer; }
    #plot .line { fill: none; stroke: #fff; stroke-opacity: .1; pointer-events: none; }
    #plot .strong { stroke-opacity: .3; }
    #plot .cross { fill: none; stroke: #fff; stroke-width: 1.5; pointer-events: none;
      paint-order: stroke; filter: drop-shadow(0 0 1px #000); }
    #legend { display: flex; gap: .5rem; align-items: center; margin-top: .4rem;
      font-variant-numeric: tabular-nums; }
    #legend canvas { width: 200px; height: 12px; }
    #sentence { margin: 0; max-width: 60rem; line-height: 2; }
    #sentence span { padding: .15rem .25rem; border-radius: 3px; margin-right: .15rem;
      display: inline-block; line-height: 1.3; }
    #side { min-width: 0; max-width: 100%; }
    #overview { display: grid; gap: 5px; overflow: auto; justify-content: start; margin-bottom: 1rem;
      padding: 3px; }
    #overview span { color: var(--soft); font-size: 11px; align-self: center; text-align: center; }
    #overview button { padding: 0; border: 2px solid transparent; border-radius: 2px; line-height: 0; }
    #overview button[aria-pressed="true"] { border-color: var(--accent); background: none; }
    #overview canvas { image-rendering: pixelated; display: block; }
    .wide { overflow: auto; max-height: 24rem; }
    table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
    th { position: sticky; top: 0; background: var(--paper); color: var(--soft); font-weight: normal; }
    th, td { text-align: right; padding: .05rem .55rem; }
    tbody tr { cursor: pointer; }
    tbody tr:hover { background: color-mix(in srgb, var(--accent) 15%, transparent); }
    tbody tr[aria-selected="true"] { background: color-mix(in srgb, var(--accent) 30%, transparent); }
    .note { color: var(--soft); max-width: 34rem; margin: .4rem 0 0; }

    """
}
