// The verdict beside a promised value, as it is typed. The server judges again, exactly, when the draft is saved.
// <tr data-target data-comparison="le" data-low="0.5" data-high=""> … <span data-judgement> … <template data-verdict="met">
const NUMBER = "[-+−]?\\d[\\d,]*(?:\\.\\d+)?";
const SPAN = new RegExp(`^\\s*(${NUMBER})(?:\\s*[–—~〜～至到-]\\s*(${NUMBER}))?\\s*$`);
const number = text => Number(text.replaceAll(",", "").replace("−", "-"));

function verdict(row, text) {
  const found = SPAN.exec(text);
  if (!found) return text.trim() ? null : "none";
  const low = number(found[1]), high = found[2] === undefined ? low : number(found[2]);
  const from = Number(row.dataset.low), to = row.dataset.high === "" ? from : Number(row.dataset.high);
  const met = { ge: low >= from, le: high <= from, eq: low === from && high === from, between: low >= from && high <= to };
  return met[row.dataset.comparison] ? "met" : "short";
}

function watch(row) {
  const input = row.querySelector("input[name$='-value']"), place = row.querySelector("[data-judgement]");
  input.addEventListener("input", () => {
    const template = row.querySelector(`template[data-verdict='${verdict(row, input.value)}']`);
    place.replaceChildren(...(template ? [template.content.cloneNode(true)] : []));
  });
}

document.querySelectorAll("[data-target]").forEach(watch);
