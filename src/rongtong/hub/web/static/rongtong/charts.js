// Charts: every picture is drawn from the table that stands below it, so the table is never forgotten.
// <div class="rt-chart" data-chart="bar|barh|share|line|graph" data-from="id of the table" role="img" aria-label="…"></div>
// A graph reads {"nodes": […], "links": […]} from data-json of the element named. Colours come from tokens.css; the
// picture is drawn again when the system changes between light and dark. Tooltips are drawn on the canvas: an HTML one
// would carry inline styles, which the content security policy refuses.
const echarts = window.echarts;
const probe = document.createElement("i"); probe.hidden = true; document.body.append(probe);
const token = name => { probe.style.color = `var(--rt-${name})`; return getComputedStyle(probe).color; };
const alpha = (rgb, a) => rgb.replace("rgb(", "rgba(").replace(")", `, ${a})`);

function theme() {
  const [ink, ink2, line, sheet] = ["ink", "ink-2", "line", "sheet"].map(token);
  const axis = { axisLine: { lineStyle: { color: token("rule") } }, axisTick: { show: false }, axisLabel: { color: ink2, fontSize: 12 }, splitLine: { lineStyle: { color: line } }, nameTextStyle: { color: ink2, fontSize: 12 } };
  return {
    color: ["c1", "c2", "c3", "c4", "c5"].map(token), backgroundColor: "transparent",
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: ink },
    legend: { textStyle: { color: ink2 }, itemWidth: 12, itemHeight: 12, icon: "rect", left: 0, top: 0 },
    tooltip: { renderMode: "richText", borderRadius: 3, backgroundColor: sheet, borderColor: line, textStyle: { color: ink, fontSize: 13 } },
    categoryAxis: { ...axis, splitLine: { show: false } }, valueAxis: { ...axis, axisLine: { show: false } },
    bar: { itemStyle: { borderColor: token("ink-2"), borderWidth: .5 } }, line: { symbol: "rect", symbolSize: 6, lineStyle: { width: 2 } },
  };
}
function fromTable(id) {
  const t = document.getElementById(id), text = c => c.dataset.short || c.textContent.trim();
  const head = [...t.tHead.rows[0].cells].map(text), rows = [...t.tBodies[0].rows].map(r => [...r.cells].map(text));
  const num = s => s === "" || s === "—" ? null : Number(s.replace(/[,%]/g, ""));
  const pick = head.map((h, i) => i).filter(i => i && !("skip" in t.tHead.rows[0].cells[i].dataset));
  return { cats: rows.map(r => r[0]), series: pick.map(i => ({ name: head[i], data: rows.map(r => num(r[i])) })) };
}
const decals = [null, { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4 }, null, { symbol: "circle", dashArrayX: [[5, 5], [0, 5, 5, 0]], dashArrayY: [5, 0], symbolSize: .5 }];
function bars(d, horizontal, stack) {
  const cat = { type: "category", data: d.cats, inverse: horizontal, axisLabel: { interval: 0 } }, val = { type: "value", minInterval: 1 };
  return { aria: { enabled: true, decal: { show: d.series.length > 1, decals: decals.map(x => x ? { ...x, color: alpha(token("ink"), .35) } : { symbol: "none" }) } }, grid: { left: 4, right: 24, top: d.series.length > 1 ? 32 : 10, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    legend: { show: d.series.length > 1 }, tooltip: { renderMode: "richText", trigger: "axis", axisPointer: { type: "shadow" } }, xAxis: horizontal ? val : cat, yAxis: horizontal ? cat : val,
    series: d.series.map(s => ({ type: "bar", stack: stack ? "all" : null, barMaxWidth: horizontal ? 14 : 34, barGap: "15%", label: { show: !stack, position: horizontal ? "right" : "top", color: token("ink-2"), fontSize: 12 }, labelLayout: { hideOverlap: true }, ...s })) };
}
const make = {
  bar: d => bars(d), barh: d => bars(d, true),
  line: d => {       // columns: middle, low, high → a line in a band
    const [mid, low, high] = d.series;
    return { grid: { left: 4, right: 16, top: 34, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" }, legend: { data: [mid.name], itemHeight: 3 }, tooltip: { renderMode: "richText", trigger: "axis" }, xAxis: { type: "category", data: d.cats, boundaryGap: false }, yAxis: { type: "value", axisLabel: { formatter: "{value}%" } },
      series: [{ type: "line", data: low.data, stack: "b", symbol: "none", lineStyle: { opacity: 0 }, tooltip: { show: false } }, { type: "line", data: high.data.map((h, i) => h - low.data[i]), stack: "b", symbol: "none", lineStyle: { opacity: 0 }, areaStyle: { color: token("c1"), opacity: .18 }, tooltip: { show: false } }, { type: "line", ...mid, itemStyle: { color: token("c1") } }] };
  },
  graph: (d, el) => {      // tiers from left to right; shape and word carry the risk, colour repeats it
    const hue = { 0: token("c1"), 1: token("c2"), 2: token("c5") }, shape = { 0: "circle", 1: "rect", 2: "diamond" };
    const narrow = innerWidth < 600, W = el.clientWidth - (narrow ? 84 : 150), H = el.clientHeight - (narrow ? 60 : 74);
    const at = n => narrow ? [n.y / 550 * W, n.x / 1000 * H] : [n.x / 1000 * W, n.y / 550 * H];   // pixels, so that symbols keep their shape
    return { tooltip: { renderMode: "richText", formatter: p => p.data.tip || p.name }, series: [{ type: "graph", layout: "none", roam: true, left: narrow ? 42 : 70, right: narrow ? 42 : 80, top: 30, bottom: narrow ? 30 : 44, preserveAspect: "contain", label: { show: true, position: "bottom", formatter: p => p.name + (p.data.sub ? "\n" + p.data.sub : ""), fontSize: narrow ? 11 : 12, color: token("ink"), distance: 3, backgroundColor: alpha(token("sheet"), .8), padding: [0, 2], width: narrow ? 84 : 116, overflow: "break" },
      lineStyle: { color: token("line-2"), opacity: .75, curveness: .08 }, edgeSymbol: ["none", "arrow"], edgeSymbolSize: 7, emphasis: { focus: "adjacency" },
      data: d.nodes.map(n => { const [x, y] = at(n); return { ...n, x, y, symbol: n.big ? "roundRect" : shape[n.risk], symbolSize: n.big ? 34 : [12, 16, 22][n.risk], itemStyle: { color: hue[n.risk], borderColor: token("ink-2"), borderWidth: .75 }, label: { show: !narrow || n.risk > 0 || !!n.big, fontWeight: n.risk === 2 || n.big ? "bold" : "normal" } }; }),
      links: d.links.map(l => ({ source: l[0], target: l[1], lineStyle: l[3] ? { color: token("c5"), width: 3, opacity: 1, type: l[3] === 2 ? "dashed" : "solid" } : { width: l[2] } })) }] };
  },
};
make.share = d => {  // rows as bars of 100%
  const sum = d.cats.map((_, i) => d.series.reduce((a, s) => a + s.data[i], 0)), o = bars({ cats: d.cats, series: d.series.map(s => ({ name: s.name, data: s.data.map((v, i) => Math.round(v / sum[i] * 1000) / 10) })) }, true, true);
  o.xAxis.max = 100; o.xAxis.axisLabel = { formatter: "{value}%" }; o.series.forEach(s => { s.barMaxWidth = 30; }); return o;
};

const charts = [...document.querySelectorAll("[data-chart]")].map(el => ({ el, chart: null }));
const draw = () => charts.forEach(c => {
  c.chart?.dispose();
  const src = document.getElementById(c.el.dataset.from);
  c.chart = echarts.init(c.el, theme(), { renderer: c.el.dataset.chart === "graph" ? "canvas" : "svg" });
  c.chart.setOption({ animation: !matchMedia("(prefers-reduced-motion: reduce)").matches, ...make[c.el.dataset.chart]("json" in src.dataset ? JSON.parse(src.dataset.json) : fromTable(src.id), c.el) });
});
draw();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
addEventListener("resize", () => charts.forEach(c => c.chart.resize()));
