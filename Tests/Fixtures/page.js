// Runs the program of a page of attention maps without a browser and says what it shows, as JSON.
//
//     node page.js PAGE.html
//
// It has as much of a document as the page uses: elements with attributes, text, children and listeners, and
// canvases that keep the pixels they are given.
"use strict";
const fs = require("fs");

class Node {
  constructor(tag) {
    Object.assign(this, { tag, attributes: {}, children: [], listeners: {}, style: {}, text: "", lit: new Set() });
    this.classList = { toggle: (name, on) => on ? this.lit.add(name) : this.lit.delete(name) };
  }
  get textContent() { return this.text + this.children.map((child) => child.textContent).join(""); }
  set textContent(text) { this.text = text; this.children = []; }
  setAttribute(name, value) { this.attributes[name] = String(value); }
  append(...nodes) { this.children.push(...nodes); }
  replaceChildren(...nodes) { this.text = ""; this.children = nodes; }
  addEventListener(name, act) { (this.listeners[name] ??= []).push(act); }
  fire(name, event = {}) { for (const act of this.listeners[name] ?? []) { act(event); } }
  getBoundingClientRect() { return { left: 100, top: 50 }; }
  getContext() {
    return {
      measureText: (text) => ({ width: 8 * text.length }),
      createImageData: (columns, rows) => ({ data: new Uint8ClampedArray(4 * columns * rows) }),
      putImageData: (image) => { this.pixels = Array.from(image.data); },
      fillRect: () => {},
    };
  }
  all(tag) { return this.children.flatMap((child) => [...(child.tag === tag ? [child] : []), ...child.all(tag)]); }
}

const page = fs.readFileSync(process.argv[2], "utf8");
const scripts = Array.from(page.matchAll(/<script([^>]*)>([^]*?)<\/script>/g));
const byId = {};
for (const match of page.matchAll(/<(\w+)[^>]*\bid="([^"]+)"/g)) { byId[match[2]] = new Node(match[1]); }
byId.data.textContent = scripts.find((script) => script[1].includes("json"))[2];
const document = Object.assign(new Node("document"), {
  getElementById: (id) => byId[id], createElement: (tag) => new Node(tag),
  createElementNS: (space, tag) => new Node(tag),
});
const window = new Node("window");
const location = { hash: "" };
const history = { replaceState: (state, title, address) => { location.hash = address; } };
new Function("document", "window", "location", "history", scripts.find((script) => !script[1])[2])(
  document, window, location, history);

const shown = () => {
  const [canvas] = byId.plot.all("canvas");
  const labels = byId.plot.all("text").filter((text) => text.attributes.class !== "axis");
  return {
    title: byId.title.textContent, hash: location.hash, reading: byId.reading.textContent,
    pixels: canvas ? canvas.pixels ?? [] : [], most: byId.most.textContent,
    // Each has its token in full as a title.
    rows: labels.filter((text) => text.attributes.class === "row").map((text) => [text.text, text.all("title")[0].text]),
    columns: labels.filter((text) => text.attributes.class !== "row").map((text) => [text.text, text.all("title")[0].text]),
    pressed: ["kinds", "layers", "heads"].map((id) =>
      byId[id].all("button").filter((button) => button.attributes["aria-pressed"] === "true").map((b) => b.textContent)),
    overview: byId.overview.all("button").map((button) => button.attributes["aria-pressed"] === "true"),
    statistics: byId.statistics.all("tr").slice(1).map((row) => row.all("td").map((cell) => cell.textContent)),
    sentence: byId.sentence.all("span").map((span) => span.textContent),
  };
};
const press = (id, index) => byId[id].all("button")[index].fire("click");
const key = (name) => document.fire("keydown", { key: name, preventDefault: () => {} });
const result = { first: shown(), maps: [], keys: {} };
const count = (id) => byId[id].all("button").length;
for (let kind = 0; kind < count("kinds"); kind++) {
  press("kinds", kind);
  for (let layer = 0; layer < count("layers"); layer++) {
    press("layers", layer);
    for (let head = 0; head < count("heads"); head++) {
      press("heads", head);
      result.maps.push(shown());
    }
  }
}
if (result.maps.length > 0) {
  // Every map by its address, the last first, and from the overview.
  result.byAddress = result.maps.toReversed().map((map) => {
    location.hash = map.hash;
    window.fire("hashchange");
    return shown().title;
  }).toReversed();
  press("kinds", 0);
  result.byOverview = byId.overview.all("button").map((_, index) => {
    byId.overview.all("button")[index].fire("click");
    return shown().title;
  });
  location.hash = result.maps[0].hash;
  window.fire("hashchange");
  for (const name of ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "k", "s", "+", "s"]) {
    key(name);
    result.keys[name] = shown();
  }
  // A row that is kept, then a kind with fewer rows, by its address.
  location.hash = result.maps[0].hash;
  window.fire("hashchange");
  const rows = byId.plot.all("text").filter((text) => text.attributes.class === "row");
  if (rows.length > 0) {
    rows.at(-1).fire("click");
    result.kept = shown();
    location.hash = result.maps.at(-1).hash;
    window.fire("hashchange");
    result.released = shown();
    // The pointer in the middle of the last cell, whose side is a row's height.
    const [canvas] = byId.plot.all("canvas");
    const [width, height] = ["width", "height"].map((side) => Number(canvas.attributes.style.match(`${side}:([0-9.]+)px`)[1]));
    if (width * height > 0) {
      byId.plot.all("svg")[0].fire("mousemove", { clientX: 100 + width - 1, clientY: 50 + height - 1 });
      result.pointed = shown();
    }
  }
}
console.log(JSON.stringify(result));
