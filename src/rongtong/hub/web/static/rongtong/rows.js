// Repeatable rows of a formset: added and removed by keyboard, filled by pasting from Excel. Works on the table that
// c.rows() draws; the server reads the same names without scripts.
import { cells, clean } from "./paste.js";

const say = (box, text) => { box.querySelector("[data-rows-said]").textContent = text; };
const total = box => box.querySelector(`input[name='${box.dataset.rows}-TOTAL_FORMS']`);
const body = box => box.querySelector("tbody");
const shown = box => [...body(box).rows].filter(row => !row.hidden);
const controls = row => [...row.querySelectorAll("input, select, textarea")].filter(el => el.type !== "hidden" && !el.closest("[data-plain]"));

export function add(box) {
  if (shown(box).length >= Number(box.dataset.most)) { say(box, box.dataset.full); return null; }
  const index = Number(total(box).value);
  const row = box.querySelector("template").content.firstElementChild.cloneNode(true);
  row.querySelectorAll("*").forEach(el => {
    for (const attribute of [...el.attributes]) {
      const value = attribute.value.replaceAll("__prefix__", index).replaceAll("__number__", shown(box).length + 1);
      if (value !== attribute.value) el.setAttribute(attribute.name, value);
    }
  });
  body(box).append(row);
  total(box).value = index + 1;
  dress(box, row);
  say(box, box.dataset.added);
  return row;
}

function remove(box, row) {
  const rows = shown(box), next = rows[rows.indexOf(row) + 1] ?? rows[rows.indexOf(row) - 1];
  const mark = row.querySelector("input[name$='-DELETE']");
  if (mark) mark.checked = true;
  controls(row).forEach(el => { el.required = false; });
  row.hidden = true;                       // stays in the form, so that the server learns that it went
  box.dispatchEvent(new Event("change", { bubbles: true }));
  say(box, box.dataset.removed);
  (next ? controls(next)[0] : box.querySelector("[data-add]")).focus();
}

function dress(box, row) {
  row.querySelectorAll("[data-plain]").forEach(el => { el.hidden = true; });
  const button = row.querySelector("[data-remove]");
  if (button) { button.hidden = false; button.addEventListener("click", () => remove(box, row)); }
}

function onKey(box, event) {
  const row = event.target.closest("tr"), column = row && controls(row).indexOf(event.target);
  if (!row || column < 0) return;
  const rows = shown(box), at = rows.indexOf(row);
  if (event.key === "Enter" && event.target.matches("input")) {   // like a spreadsheet: down, and a new row at the end
    event.preventDefault();
    const next = rows[at + 1] ?? add(box);
    if (next) controls(next)[column]?.focus();
  } else if (event.key === "Backspace" && (event.ctrlKey || event.metaKey) && event.shiftKey) {
    event.preventDefault();
    remove(box, row);
  }
}

function onPaste(box, event) {
  const grid = cells(event.clipboardData.getData("text/plain"));
  const row = event.target.closest("tr");
  if (!row || (grid.length === 1 && grid[0].length === 1)) return;
  event.preventDefault();
  const column = controls(row).indexOf(event.target);
  let left = 0, filled = 0, at = shown(box).indexOf(row);
  for (const line of grid) {
    const target = shown(box)[at] ?? add(box);
    if (!target) { left += 1; continue; }
    line.forEach((text, i) => { const el = controls(target)[column + i]; if (el) put(el, text); });
    filled += 1; at += 1;
  }
  say(box, `${box.dataset.pasted} ${filled}${left ? `, ${box.dataset.cut} ${left}` : ""}`);
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

function put(el, text) {
  if (el.tagName === "SELECT") {
    const option = [...el.options].find(one => one.value === text || one.textContent.trim() === text);
    if (option) el.value = option.value;
  } else if (el.type === "checkbox") {
    el.checked = ["1", "✓", "★", "是", "yes", "true"].includes(text.toLowerCase());
  } else {
    el.value = el.inputMode === "decimal" || el.inputMode === "numeric" ? clean(text) : text;
  }
}

export function start(root) {
  const boxes = [...(root.matches?.("[data-rows]") ? [root] : []), ...root.querySelectorAll("[data-rows]")];
  boxes.forEach(box => {
    const button = box.querySelector("[data-add]");
    button.hidden = false;
    button.addEventListener("click", () => { const row = add(box); if (row) controls(row)[0]?.focus(); });
    box.querySelectorAll("[data-paste-hint]").forEach(el => { el.hidden = false; });
    [...body(box).rows].forEach(row => { dress(box, row); row.hidden = !!row.querySelector("input[name$='-DELETE']")?.checked; });
    body(box).addEventListener("keydown", event => onKey(box, event));
    body(box).addEventListener("paste", event => onPaste(box, event));
  });
}
