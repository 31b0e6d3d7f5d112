// Lists: a filter or sort acts when it changes; only the list is exchanged, the address follows. Selected rows are counted.
const WIDE = matchMedia("(min-width: 992px)");

function fetchList(form) {
  const pairs = [...new FormData(form)].filter(([, value]) => value !== "");
  const query = new URLSearchParams(pairs).toString();
  const address = form.getAttribute("action") + (query ? `?${query}` : "");
  if (!window.htmx || !document.getElementById("list")) { location.assign(address); return; }
  window.htmx.ajax("GET", address, { source: form, target: "#list", select: "#list", swap: "outerHTML show:none" })
    .then(() => history.replaceState(null, "", address));
}

function onFilter(form) {
  form.classList.add("rt-live");   // acts at once where it stands beside the list: needs no button there
  form.addEventListener("change", () => { if (WIDE.matches) fetchList(form); });
  form.addEventListener("submit", event => { tidy(form); event.submitter?.blur(); });
}

// an address without empty parameters is easier to read and to share
function tidy(form) {
  [...form.elements].forEach(el => { if (el.name && el.value === "" && el.type !== "hidden") el.disabled = true; });
  setTimeout(() => [...form.elements].forEach(el => { el.disabled = false; }));
}

function onSelect(form) {
  const bar = form.querySelector("[data-bulk]"), all = form.querySelector("[data-all]");
  const boxes = [...form.querySelectorAll("input[name=row]")], said = form.querySelector("[data-selected]");
  if (!bar) return;
  const show = () => {
    const chosen = boxes.filter(box => box.checked);
    said.textContent = chosen.length ? `${bar.dataset.some} ${chosen.length}` : bar.dataset.none;
    bar.classList.toggle("rt-bulk-none", !chosen.length);
    bar.querySelectorAll("button[type=submit]").forEach(button => { button.disabled = !chosen.length; });
    if (all) { all.checked = chosen.length === boxes.length; all.indeterminate = !!chosen.length && !all.checked; }
    boxes.forEach(box => box.closest("[data-row]").classList.toggle("rt-on", box.checked));
  };
  if (all) { all.hidden = false; all.addEventListener("change", () => { boxes.forEach(box => { box.checked = all.checked; }); show(); }); }
  boxes.forEach(box => box.addEventListener("change", show));
  show();
}

export function start(root) {
  const all = selector => [...(root.matches?.(selector) ? [root] : []), ...root.querySelectorAll(selector)];
  all("form[data-filters]").forEach(onFilter);
  all("form[data-search]").forEach(form => form.addEventListener("submit", () => tidy(form)));
  all("form[data-submit-on-change]").forEach(form => form.addEventListener("change", () => fetchList(form)));
  all("form[data-select]").forEach(onSelect);
}
