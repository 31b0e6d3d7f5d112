// The map of a chain on one canvas: firms in columns by tier, flows between them. It draws only what is in sight, labels only
// where there is room, and everything in a few strokes a frame, so that thousands of firms move with the hand.
// <div data-chain-map="address of the numbers" data-links="address of the links of a firm"><canvas>…</div>
const box = document.querySelector("[data-chain-map]"), canvas = box.querySelector("canvas"), pen = canvas.getContext("2d");
const probe = document.createElement("i"); probe.hidden = true; document.body.append(probe);
const token = name => { probe.style.color = `var(--rt-${name})`; return getComputedStyle(probe).color; };
const COLUMN = 240, ROW = 30, LABEL = 13, panel = box.querySelector("[data-map-firm]");
let colours, nodes = [], flows = [], tiers = [], near = [], grid = new Map(), view = { x: 0, y: 0, k: 1 }, picked = -1, over = -1, way = [], asked = 0, wide = COLUMN, moved = false;

function readColours() {
  const names = ["ink", "ink-2", "line", "line-2", "sheet", "accent", "c1", "c2", "c5"];
  colours = Object.fromEntries(names.map(name => [name, token(name)]));
}
const hue = node => node.risk === null ? colours.c1 : node.risk >= .2 ? colours.c5 : node.risk >= .05 ? colours.c2 : colours.c1;
const cell = (x, y) => `${Math.floor(x / 120)},${Math.floor(y / 120)}`;

function spot(n, among, lanes, height) {
  const turn = Math.floor(n.place * among), lane = turn % Math.min(lanes, Math.max(1, among));
  return { x: (n.tier - .5) * wide + (lane - (lanes - 1) / 2) * ROW, y: n.place * height };
}
function lay(data) {
  tiers = data.tiers;
  const count = tiers.map((_, i) => data.nodes.filter(n => n.tier === i + 1).length), fullest = Math.max(8, ...count);
  let lanes = 1;      // a tier of many firms is wound into several lanes, so that the whole is wider than high
  while (tiers.length * (COLUMN + (lanes - 1) * ROW) < 1.8 * Math.ceil(fullest / lanes) * ROW) lanes++;
  const height = Math.ceil(fullest / lanes) * ROW;
  wide = COLUMN + (lanes - 1) * ROW;
  const largest = Math.max(1, ...data.nodes.map(n => n.size)), most = Math.max(1, ...data.flows.map(f => f[2]));
  nodes = data.nodes.map(n => ({ ...n, ...spot(n, count[n.tier - 1], lanes, height), r: 4 + 10 * Math.sqrt(n.size / largest) }));
  flows = data.flows.map(([a, b, value, abroad]) => ({ a, b, abroad, w: value / most }));
  near = nodes.map(() => []);
  flows.forEach((f, i) => { near[f.a].push(i); near[f.b].push(i); });
  grid = new Map();
  nodes.forEach((n, i) => { const c = cell(n.x, n.y); if (!grid.has(c)) grid.set(c, []); grid.get(c).push(i); });
  nodes.order = nodes.map((_, i) => i).sort((a, b) => nodes[b].size - nodes[a].size);
  nodes.height = height;
}
function fit() {
  moved = false;
  const w = Math.max(1, tiers.length) * wide, h = nodes.height || 1, W = canvas.clientWidth, H = canvas.clientHeight - 26;
  view.k = Math.min(W / w, H / h, 1.6);
  view.x = (W - w * view.k) / 2; view.y = 26 + (H - h * view.k) / 2;
  ask();
}
function zoom(by, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) {
  moved = true;
  const k = Math.min(6, Math.max(.02, view.k * by)), f = k / view.k;
  view.x = x - (x - view.x) * f; view.y = y - (y - view.y) * f; view.k = k;
  ask();
}
const ask = () => { asked ||= requestAnimationFrame(() => { asked = 0; draw(); }); };

function draw() {
  const ratio = devicePixelRatio || 1, W = canvas.clientWidth, H = canvas.clientHeight;
  if (canvas.width !== W * ratio || canvas.height !== H * ratio) { canvas.width = W * ratio; canvas.height = H * ratio; }
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, W, H);
  const { x, y, k } = view, on = new Set(way), focus = picked >= 0 ? new Set([picked, ...near[picked].flatMap(i => [flows[i].a, flows[i].b])]) : null;
  const place = n => [n.x * k + x, n.y * k + y], inside = (px, py, m = 30) => px > -m && px < W + m && py > -m && py < H + m;
  const strokes = { plain: [], abroad: [], near: [], way: [] };
  flows.forEach((f, i) => {
    const [ax, ay] = place(nodes[f.a]), [bx, by] = place(nodes[f.b]);
    if ((ax < 0 && bx < 0) || (ax > W && bx > W) || (ay < 0 && by < 0) || (ay > H && by > H)) return;
    const steps = way.indexOf(f.a), onWay = steps >= 0 && (way[steps + 1] === f.b || way[steps - 1] === f.b);
    (onWay ? strokes.way : picked >= 0 && (f.a === picked || f.b === picked) ? strokes.near : f.abroad ? strokes.abroad : strokes.plain).push([ax, ay, bx, by]);
  });
  const dim = focus || on.size ? .35 : 1, fine = flows.length > 2000;
  stroke(strokes.plain, colours["line-2"], fine ? .5 : 1, (fine ? .35 : .6) * dim);
  stroke(strokes.abroad, colours.c5, fine ? .8 : 1.6, (fine ? .5 : .9) * dim, [6, 4]);
  stroke(strokes.near, colours.accent, 1.6, 1);
  stroke(strokes.way, colours.c5, 3.5, 1);
  const groups = new Map(), shown = [];
  nodes.forEach((n, i) => {
    const [px, py] = place(n);
    if (!inside(px, py)) return;
    shown.push(i);
    const key = `${hue(n)}|${(focus && !focus.has(i)) || (on.size && !on.has(i)) ? .3 : 1}`;
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push([px, py, Math.max(1.5, n.r * Math.min(1, k * 1.2)), n.risk]);
  });
  groups.forEach((list, key) => { const [colour, alpha] = key.split("|"); symbols(list, colour, Number(alpha)); });
  [picked, over].filter(i => i >= 0).forEach(i => { const [px, py] = place(nodes[i]); ring(px, py, Math.max(4, nodes[i].r * Math.min(1, k * 1.2)) + 3); });
  labels(new Set(shown), place, focus, on);
  heads(W);
}
function stroke(lines, colour, width, alpha, dash = []) {
  if (!lines.length) return;
  pen.beginPath();
  lines.forEach(([ax, ay, bx, by]) => { const bend = (bx - ax) / 2 || 24; pen.moveTo(ax, ay); lines.length > 1500 ? pen.lineTo(bx, by) : pen.bezierCurveTo(ax + bend, ay, bx - bend, by, bx, by); });
  Object.assign(pen, { strokeStyle: colour, lineWidth: width, globalAlpha: alpha });
  pen.setLineDash(lines.length > 1500 ? [] : dash); pen.stroke(); pen.setLineDash([]); pen.globalAlpha = 1;
}
function symbols(list, colour, alpha) {      // shape repeats what the colour says
  pen.beginPath();
  list.forEach(([x, y, r, risk]) => {
    if (risk !== null && risk >= .2) { pen.moveTo(x, y - r * 1.2); pen.lineTo(x + r * 1.2, y); pen.lineTo(x, y + r * 1.2); pen.lineTo(x - r * 1.2, y); pen.closePath(); }
    else if (risk !== null && risk >= .05) pen.rect(x - r * .9, y - r * .9, r * 1.8, r * 1.8);
    else { pen.moveTo(x + r, y); pen.arc(x, y, r, 0, 7); }
  });
  Object.assign(pen, { fillStyle: colour, strokeStyle: colours["ink-2"], lineWidth: .6, globalAlpha: alpha });
  pen.fill(); if (list.length < 1500) pen.stroke(); pen.globalAlpha = 1;
}
function ring(x, y, r) { pen.beginPath(); pen.arc(x, y, r, 0, 7); Object.assign(pen, { strokeStyle: colours.ink, lineWidth: 2 }); pen.stroke(); }
function labels(shown, place, focus, on) {   // the chosen, then the largest, as far as they do not cover each other
  const taken = new Set(), first = [...on, ...(picked >= 0 ? [picked] : []), ...(over >= 0 ? [over] : []), ...(focus ? [...focus] : [])];
  Object.assign(pen, { font: `${LABEL}px ${getComputedStyle(document.body).fontFamily}`, textAlign: "center", textBaseline: "top" });
  let left = 160;
  for (const i of [...first, ...nodes.order]) {
    if (!left) break;
    if (!shown.has(i)) continue;
    const [x, y] = place(nodes[i]), text = nodes[i].name.length > 14 ? `${nodes[i].name.slice(0, 13)}…` : nodes[i].name;
    const wide = Math.ceil(text.length * LABEL / 56), spots = [];
    for (let c = 0; c < wide; c++) spots.push(`${Math.floor(x / 56) - (wide >> 1) + c},${Math.floor(y / 20)}`);
    if (!first.includes(i) && spots.some(s => taken.has(s))) continue;
    spots.forEach(s => taken.add(s));
    const top = y + Math.max(2, nodes[i].r * Math.min(1, view.k * 1.2)) + 3;
    Object.assign(pen, { strokeStyle: colours.sheet, lineWidth: 3, fillStyle: colours.ink, lineJoin: "round" });
    pen.strokeText(text, x, top); pen.fillText(text, x, top); left--;
  }
}
function heads(W) {
  Object.assign(pen, { fillStyle: colours.sheet }); pen.fillRect(0, 0, W, 24);
  Object.assign(pen, { fillStyle: colours["ink-2"], font: `12px ${getComputedStyle(document.body).fontFamily}`, textAlign: "center", textBaseline: "middle" });
  tiers.forEach((name, i) => { const x = (i + .5) * wide * view.k + view.x; if (x > 0 && x < W) pen.fillText(name || String(i + 1), x, 12); });
}
function at(event) {
  const r = canvas.getBoundingClientRect(), x = (event.clientX - r.left - view.x) / view.k, y = (event.clientY - r.top - view.y) / view.k;
  let best = -1, close = 14 / view.k;
  for (let dx = -1; dx < 2; dx++) for (let dy = -1; dy < 2; dy++) for (const i of grid.get(cell(x + dx * 120, y + dy * 120)) || []) {
    const d = Math.hypot(nodes[i].x - x, nodes[i].y - y) - nodes[i].r * Math.min(1, 1 / view.k);
    if (d < close) { best = i; close = d; }
  }
  return best;
}
function pick(i) {
  picked = i; panel.hidden = i < 0;
  if (i >= 0) {
    const n = nodes[i], part = name => panel.querySelector(`[data-of="${name}"]`);
    for (const name of ["name", "sells", "sold", "bought"]) part(name).textContent = n[name] || "—";
    part("links").href = box.dataset.links + n.key;
    part("href").hidden = !n.href; if (n.href) part("href").href = n.href;
  }
  ask();
}
async function findWay(form) {
  const [from, to] = ["from", "to"].map(name => form.elements[name].value);
  if (!from || !to) return;
  const answer = await fetch(`${box.dataset.chainMap}&from=${from}&to=${to}`), found = (await answer.json()).way;
  const index = new Map(nodes.map((n, i) => [n.key, i]));
  way = found.map(key => index.get(key)); picked = -1; ask();
}
function listen() {
  let held = null, dragged = 0;
  const fingers = new Map();
  canvas.addEventListener("pointerdown", e => { fingers.set(e.pointerId, e); held = e; dragged = 0; canvas.setPointerCapture(e.pointerId); });
  canvas.addEventListener("pointermove", e => {
    if (!fingers.has(e.pointerId)) { const i = at(e); if (i !== over) { over = i; canvas.title = i < 0 ? "" : nodes[i].name; ask(); } return; }
    if (fingers.size === 2) {
      const [a, b] = [...fingers.values()], before = Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
      fingers.set(e.pointerId, e);
      const [c, d] = [...fingers.values()], r = canvas.getBoundingClientRect();
      zoom(Math.hypot(c.clientX - d.clientX, c.clientY - d.clientY) / (before || 1), (c.clientX + d.clientX) / 2 - r.left, (c.clientY + d.clientY) / 2 - r.top);
      dragged = 99; return;
    }
    view.x += e.clientX - held.clientX; view.y += e.clientY - held.clientY; dragged += Math.abs(e.clientX - held.clientX) + Math.abs(e.clientY - held.clientY); moved = true;
    held = e; fingers.set(e.pointerId, e); ask();
  });
  const up = e => { fingers.delete(e.pointerId); if (dragged < 5 && e.type === "pointerup") pick(at(e)); held = [...fingers.values()][0] || null; };
  canvas.addEventListener("pointerup", up); canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("wheel", e => { e.preventDefault(); const r = canvas.getBoundingClientRect(); zoom(Math.exp(-e.deltaY / 400), e.clientX - r.left, e.clientY - r.top); }, { passive: false });
  canvas.addEventListener("keydown", e => {
    const step = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[e.key];
    if (step) { moved = true; view.x += step[0]; view.y += step[1]; ask(); } else if (e.key === "+" || e.key === "=") zoom(1.25); else if (e.key === "-") zoom(.8); else if (e.key === "0") fit(); else if (e.key === "Escape") { way = []; pick(-1); } else return;
    e.preventDefault();
  });
  box.querySelectorAll("[data-zoom]").forEach(b => b.addEventListener("click", () => b.dataset.zoom === "fit" ? fit() : zoom(Number(b.dataset.zoom))));
  const form = document.querySelector("[data-map-way]");
  panel.querySelectorAll("[data-end]").forEach(b => b.addEventListener("click", () => {
    const select = form.elements[b.dataset.end], n = nodes[picked];
    if (![...select.options].some(o => o.value === n.key)) select.add(new Option(n.name, n.key));
    select.value = n.key; findWay(form);
  }));
  form.addEventListener("change", () => findWay(form));
  new ResizeObserver(() => moved ? ask() : fit()).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => requestAnimationFrame(() => { readColours(); draw(); }));
  findWay(form);
}
readColours();
lay(await (await fetch(box.dataset.chainMap)).json());
readColours();      // again: light may have become dark while the numbers came
box.querySelectorAll("[data-map-tools], [data-map-hint]").forEach(one => { one.hidden = false; });
fit(); listen();
box.dataset.ready = nodes.length;
