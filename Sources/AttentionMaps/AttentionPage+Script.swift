extension AttentionPage {
  /// The page's program. Tokens reach the page as text content only, so that nothing in them is markup.
  static let script = basics + drawing + control

  /// The data, what is shown of them, and small helpers.
  private static let basics = #"""
    "use strict";
    const data = JSON.parse(document.getElementById("data").textContent);
    const byId = (id) => document.getElementById(id);
    const SVG = "http://www.w3.org/2000/svg";
    const rgb = data.colors.map((c) => [1, 3, 5].map((i) => parseInt(c.slice(i, i + 2), 16)));
    for (const kind of data.kinds) {
      for (const map of kind.maps) {
        const text = atob(map.weights);
        const view = new DataView(Uint8Array.from(text, (c) => c.charCodeAt(0)).buffer);
        map.weights = Float32Array.from({ length: view.byteLength / 4 },
          (_, i) => view.getFloat32(4 * i, true));
        map.largest = map.weights.reduce((a, b) => Math.max(a, b), 0);
      }
      kind.layers = [...new Set(kind.maps.map((m) => m.layer))];
      kind.heads = [...new Set(kind.maps.map((m) => m.head))];
    }
    const state = { kind: 0, map: 0, cell: data.cell, fixed: false, row: -1 };
    // Short sentences get larger cells.
    const longest = Math.max(1, ...data.kinds.map((k) => Math.max(k.queries.length, k.keys.length)));
    state.cell = Math.max(data.cell, Math.min(34, Math.floor(620 / longest)));
    const current = () => data.kinds[state.kind];
    const selected = () => current().maps[state.map];
    const name = (number) => number === null ? "mean" : String(number);
    const top_ = (map) => data.top || (state.fixed ? 1 : map.largest) || 1;
    const level = (map, weight) => Math.round(255 * Math.min(1, Math.max(0, weight / top_(map))));
    const digits = (x) => x === 0 ? "0" : x < 0.0001 ? x.toExponential(1) : x.toFixed(4);

    function element(tag, text, attributes) {
      const node = document.createElement(tag);
      if (text !== undefined) { node.textContent = text; }
      for (const key in attributes) { node.setAttribute(key, attributes[key]); }
      return node;
    }

    function drawing(tag, attributes, text) {
      const node = document.createElementNS(SVG, tag);
      for (const key in attributes) { node.setAttribute(key, attributes[key]); }
      if (text !== undefined) { node.textContent = text; }
      return node;
    }

    function paint(canvas, kind, map) {
      const [rows, columns] = [kind.queries.length, kind.keys.length];
      canvas.width = Math.max(1, columns);
      canvas.height = Math.max(1, rows);
      if (rows * columns === 0) { return; }
      const context = canvas.getContext("2d");
      const image = context.createImageData(columns, rows);
      for (let i = 0; i < rows * columns; i++) {
        const color = rgb[level(map, map.weights[i])];
        image.data.set([color[0], color[1], color[2], 255], 4 * i);
      }
      context.putImageData(image, 0, 0);
    }

    const measure = document.createElement("canvas").getContext("2d");
    function shortened(label) {
      const parts = Array.from(label);
      return parts.length > data.labelLimit ? parts.slice(0, data.labelLimit - 1).join("") + "…" : label;
    }

    function choose(kind, map) {
      // Another kind has other rows.
      if (kind !== state.kind) { state.row = -1; }
      state.kind = kind;
      state.map = map;
    }

    function show(kind, map) {
      choose(kind, map);
      const chosen = selected();
      history.replaceState(null, "",
        "#" + [current().kind, name(chosen.layer), name(chosen.head)].join("/"));
      draw();
    }

    // The map of a layer and head; where there is none, the first of the layer.
    function find(kind, layer, head) {
      const maps = data.kinds[kind].maps;
      const exact = maps.findIndex((m) => m.layer === layer && m.head === head);
      if (exact >= 0) { return exact; }
      return Math.max(0, maps.findIndex((m) => m.layer === layer));
    }

    function choice(place, label, items) {
      place.replaceChildren(...(label ? [element("span", label)] : []));
      for (const item of items) {
        const button = element("button", item.text, { type: "button", "aria-pressed": item.on });
        button.addEventListener("click", item.act);
        place.append(button);
      }
    }

    function drawChoices() {
      const chosen = selected();
      choice(byId("kinds"), "", data.kinds.map((kind, i) => ({
        text: kind.title, on: i === state.kind,
        act: () => show(i, find(i, chosen.layer, chosen.head)),
      })));
      choice(byId("layers"), "layer", current().layers.map((layer) => ({
        text: name(layer), on: layer === chosen.layer,
        act: () => show(state.kind, find(state.kind, layer, chosen.head)),
      })));
      const heads = current().maps.filter((m) => m.layer === chosen.layer).map((m) => m.head);
      choice(byId("heads"), "head", heads.map((head) => ({
        text: name(head), on: head === chosen.head,
        act: () => show(state.kind, find(state.kind, chosen.layer, head)),
      })));
      byId("fixed").checked = state.fixed;
      byId("fixed").disabled = data.top !== null;
    }

    """#

  /// What keys, buttons and the address do, and the beginning.
  private static let control = #"""
    // The next of a list, around its ends.
    const beside = (list, item, step) =>
      list[(list.indexOf(item) + step + list.length) % list.length];
    function resize(factor) {
      state.cell = Math.min(64, Math.max(4, Math.round(state.cell * factor)));
      draw();
    }
    const keys = {
      ArrowLeft: () => show(state.kind, stepHead(-1)),
      ArrowRight: () => show(state.kind, stepHead(1)),
      ArrowUp: () => show(state.kind, stepLayer(-1)),
      ArrowDown: () => show(state.kind, stepLayer(1)),
      k: () => {
        const kind = (state.kind + 1) % data.kinds.length;
        show(kind, find(kind, selected().layer, selected().head));
      },
      s: () => { if (data.top === null) { state.fixed = !state.fixed; draw(); } },
      "+": () => resize(1.25),
      "=": () => resize(1.25),
      "-": () => resize(0.8),
    };
    function stepHead(step) {
      const heads = current().maps.filter((m) => m.layer === selected().layer).map((m) => m.head);
      return find(state.kind, selected().layer, beside(heads, selected().head, step));
    }
    function stepLayer(step) {
      return find(state.kind, beside(current().layers, selected().layer, step), selected().head);
    }
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || data.kinds.length === 0) { return; }
      const act = keys[event.key];
      if (act) {
        event.preventDefault();
        act();
      }
    });
    byId("fixed").addEventListener("change", (event) => { state.fixed = event.target.checked; draw(); });
    byId("smaller").addEventListener("click", () => resize(0.8));
    byId("larger").addEventListener("click", () => resize(1.25));

    // An address may name a map: #cross/0/3
    function follow() {
      const [kind, layer, head] = location.hash.slice(1).split("/");
      const index = data.kinds.findIndex((k) => k.kind === kind);
      const number = (text) => text === "mean" || text === undefined ? null : Number(text);
      if (index >= 0) { choose(index, find(index, number(layer), number(head))); }
    }
    if (data.kinds.length > 0) {
      follow();
      draw();
      window.addEventListener("hashchange", () => { follow(); draw(); });
    } else {
      byId("title").textContent = "no attention weights";
    }

    """#
}
