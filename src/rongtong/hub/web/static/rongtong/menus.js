// Menus are <details data-menu>: they close on Escape, on a click elsewhere, and when another opens. "/" goes to search.
let ready = false;

function close(menu, focus) {
  menu.open = false;
  if (focus) menu.querySelector("summary").focus();
}

function onKey(event) {
  if (event.key === "Escape") {
    document.querySelectorAll("details[data-menu][open]").forEach(menu => close(menu, menu.contains(document.activeElement)));
  }
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) toSearch(event);
}

function toSearch(event) {
  const box = document.querySelector("main [role=search] input[type=search]");
  const link = document.querySelector("[data-shortcut='/']");
  if (!box && !link) return;
  event.preventDefault();
  if (box) { box.focus(); box.select(); } else { link.click(); }
}

export function start() {
  if (ready) return;
  ready = true;
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", event => {
    document.querySelectorAll("details[data-menu][open]").forEach(menu => { if (!menu.contains(event.target)) close(menu, false); });
  });
}
