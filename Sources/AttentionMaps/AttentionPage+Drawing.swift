extension AttentionPage {
  /// The heat map with its labels, what the pointer shows, the overview and the table.
  static let drawing = #"""
    let axes = null;
    function drawMap() {
      const [kind, map, cell] = [current(), selected(), state.cell];
      const [rows, columns] = [kind.queries.length, kind.keys.length];
      const size = Math.min(14, Math.max(7, cell * 0.72));
      measure.font = "bold " + size + "px sans-serif";
      const width = (label) => measure.measureText(label).width;
      const [queries, keys] = [kind.queries.map(shortened), kind.keys.map(shortened)];
      const left = Math.max(0, ...queries.map(width)) + 28;
      // Labels that fit their cells stand upright.
      const upright = keys.every((k) => width(k) < cell);
      const top = (upright ? 0 : Math.max(0, ...keys.map(width)) * Math.sin(Math.PI / 3)) + size + 22;
      const overhang = Math.max(10, ...keys.map((k, i) =>
        (i + 0.5 - columns) * cell + width(k) * 0.5 + size));
      const total = [Math.ceil(left + columns * cell + overhang), Math.ceil(top + Math.max(rows * cell, 80)) + 4];
      const plot = byId("plot");
      plot.style.width = total[0] + "px";
      plot.style.height = total[1] + "px";
      const canvas = element("canvas", undefined, {
        role: "img", "aria-label": byId("title").textContent,
        style: `left:${left}px;top:${top}px;width:${columns * cell}px;height:${rows * cell}px`,
      });
      paint(canvas, kind, map);
      const svg = drawing("svg", { width: total[0], height: total[1], "font-size": size });
      svg.append(drawing("text", { x: left, y: 11, class: "axis" }, kind.columns + " →"));
      svg.append(drawing("text", {
        transform: `translate(11 ${top + Math.max(rows * cell, 80)}) rotate(-90)`, class: "axis",
      }, "← " + kind.rows));
      // Closer lines would veil the colours.
      if (cell >= 8) {
        for (const [strong, path] of lines(left, top, cell, rows, columns)) {
          svg.append(drawing("path", { d: path, class: strong ? "strong line" : "line" }));
        }
      }
      axes = { left, top, canvas, rows: [], columns: [] };
      queries.forEach((label, i) => {
        const text = drawing("text", {
          x: left - 6, y: top + (i + 0.5) * cell + size * 0.35, "text-anchor": "end", class: "row",
        }, label);
        text.append(drawing("title", {}, kind.queries[i]));
        text.addEventListener("click", () => { state.row = state.row === i ? -1 : i; point(i, -1); });
        text.addEventListener("mouseenter", () => point(i, -1));
        axes.rows.push(text);
        svg.append(text);
      });
      keys.forEach((label, j) => {
        const x = left + (j + 0.5) * cell;
        const text = drawing("text", upright
          ? { x, y: top - 5, "text-anchor": "middle" }
          : { transform: `translate(${x + size * 0.3} ${top - 5}) rotate(-60)` }, label);
        text.append(drawing("title", {}, kind.keys[j]));
        axes.columns.push(text);
        svg.append(text);
      });
      axes.cross = drawing("rect", { class: "cross", visibility: "hidden" });
      svg.append(axes.cross);
      svg.addEventListener("mousemove", (event) => {
        const box = canvas.getBoundingClientRect();
        const [i, j] = [event.clientY - box.top, event.clientX - box.left].map((x) => Math.floor(x / cell));
        if (i >= 0 && j >= 0 && i < rows && j < columns) { point(i, j); }
      });
      svg.addEventListener("mouseleave", () => point(state.row, -1));
      svg.addEventListener("click", (event) => {
        const box = canvas.getBoundingClientRect();
        const [i, j] = [event.clientY - box.top, event.clientX - box.left].map((x) => Math.floor(x / cell));
        if (i >= 0 && j >= 0 && i < rows && j < columns) {
          state.row = state.row === i ? -1 : i;
          point(i, j);
        }
      });
      plot.replaceChildren(canvas, svg);
      const scale = byId("scale").getContext("2d");
      rgb.forEach((color, i) => {
        scale.fillStyle = `rgb(${color.join(",")})`;
        scale.fillRect(i, 0, 1, 1);
      });
      byId("most").textContent = digits(top_(map));
    }

    // Lines between the cells, every fifth stronger, that lead the eye to the labels.
    function lines(left, top, cell, rows, columns) {
      const paths = [[false, ""], [true, ""]];
      for (let j = 1; j < columns; j++) {
        paths[j % 5 ? 0 : 1][1] += `M${left + j * cell} ${top}v${rows * cell}`;
      }
      for (let i = 1; i < rows; i++) {
        paths[i % 5 ? 0 : 1][1] += `M${left} ${top + i * cell}h${columns * cell}`;
      }
      return paths.filter((p) => p[1]);
    }

    // Lights a cell, or a row where `column` is -1, or nothing.
    function point(row, column) {
      const [kind, map, cell] = [current(), selected(), state.cell];
      const shown = state.row >= 0 && column < 0 ? state.row : row;
      axes.rows.forEach((text, i) => text.classList.toggle("lit", i === shown));
      axes.columns.forEach((text, j) => text.classList.toggle("lit", j === column));
      const box = axes.cross;
      box.setAttribute("visibility", shown >= 0 && kind.keys.length > 0 ? "visible" : "hidden");
      if (shown >= 0) {
        box.setAttribute("x", axes.left + (column < 0 ? 0 : column * cell));
        box.setAttribute("y", axes.top + shown * cell);
        box.setAttribute("width", column < 0 ? kind.keys.length * cell : cell);
        box.setAttribute("height", cell);
      }
      if (column >= 0) {
        byId("reading").textContent = kind.queries[shown] + " → " + kind.keys[column] + ": "
          + digits(map.weights[shown * kind.keys.length + column]);
      } else if (shown >= 0) {
        const row = map.weights.subarray(shown * kind.keys.length, (shown + 1) * kind.keys.length);
        const best = row.reduce((a, w, j) => w > row[a] ? j : a, 0);
        byId("reading").textContent = kind.queries[shown]
          + (row.length ? ": most on " + kind.keys[best] + ", " + digits(row[best]) : "");
      } else {
        byId("reading").textContent =
          "Point at a cell, or press a token on the left to keep its row.";
      }
      sentence(state.row >= 0 ? state.row : shown);
    }

    // The keys as a sentence, shaded by how much a query looks at each.
    function sentence(row) {
      const [kind, map] = [current(), selected()];
      byId("sentence-title").textContent = row < 0 ? "" : "What “" + kind.queries[row] + "” looks at";
      byId("sentence").replaceChildren(...(row < 0 ? [] : kind.keys.map((key, j) => {
        const weight = map.weights[row * kind.keys.length + j];
        const color = rgb[level(map, weight)];
        const bright = 0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2] > 140;
        return element("span", key, {
          style: `background:rgb(${color.join(",")});color:${bright ? "#000" : "#fff"}`,
          title: digits(weight),
        });
      })));
    }

    function drawOverview() {
      const [kind, place] = [current(), byId("overview")];
      const side = kind.heads.length > 8 ? 56 : 84;
      const scale = side / Math.max(1, kind.queries.length, kind.keys.length);
      place.style.gridTemplateColumns = `auto repeat(${kind.heads.length}, max-content)`;
      place.replaceChildren(element("span", ""));
      for (const head of kind.heads) { place.append(element("span", name(head))); }
      for (const layer of kind.layers) {
        place.append(element("span", name(layer)));
        for (const head of kind.heads) {
          const index = kind.maps.findIndex((m) => m.layer === layer && m.head === head);
          if (index < 0) { place.append(element("span", "")); continue; }
          const button = element("button", undefined, {
            type: "button", "aria-pressed": index === state.map,
            "aria-label": `layer ${name(layer)}, head ${name(head)}`,
            title: `layer ${name(layer)}, head ${name(head)}`,
          });
          const canvas = element("canvas", undefined, {
            style: `width:${Math.max(2, kind.keys.length * scale)}px;`
              + `height:${Math.max(2, kind.queries.length * scale)}px`,
          });
          paint(canvas, kind, kind.maps[index]);
          button.append(canvas);
          button.addEventListener("click", () => show(state.kind, index));
          place.append(button);
        }
      }
    }

    function drawStatistics() {
      const names = ["layer", "head", "entropy", "normalized", "distance", "confidence", "diagonality"];
      const head = element("thead");
      const titles = element("tr");
      titles.append(...names.map((text) => element("th", text, { scope: "col" })));
      head.append(titles);
      const body = element("tbody");
      current().maps.forEach((map, index) => {
        const row = element("tr", undefined, { "aria-selected": index === state.map });
        row.append(element("td", name(map.layer)), element("td", name(map.head)),
          ...map.statistics.map((x) => element("td", x === null ? "–" : x.toFixed(3))));
        row.addEventListener("click", () => show(state.kind, index));
        body.append(row);
      });
      byId("statistics").replaceChildren(head, body);
    }

    function draw() {
      const map = selected();
      byId("title").textContent = current().title
        + (map.layer === null ? ", mean of all layers" : ", layer " + map.layer)
        + (map.head === null ? ", mean of all heads" : ", head " + map.head);
      drawChoices();
      drawMap();
      drawOverview();
      drawStatistics();
      point(state.row, -1);
    }

    """#
}
