// A file can be dropped on its field; the chosen names and sizes are said before sending.
const size = bytes => bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

export function start(root) {
  root.querySelectorAll("[data-drop]").forEach(box => {
    const input = box.querySelector("input[type=file]"), names = box.querySelector("[data-drop-names]");
    if (!input) return;
    const button = box.querySelector("[data-drop-button]");
    if (button) { button.hidden = false; input.className = "visually-hidden"; }   // the browser's own words may be of another language
    box.querySelectorAll("[data-drop-hint]").forEach(el => { el.hidden = false; });
    const show = () => { names.textContent = [...input.files].map(file => `${file.name} · ${size(file.size)}`).join("　"); };
    input.addEventListener("change", show);
    box.addEventListener("dragover", event => { event.preventDefault(); box.classList.add("rt-over"); });
    box.addEventListener("dragleave", () => box.classList.remove("rt-over"));
    box.addEventListener("drop", event => {
      event.preventDefault();
      box.classList.remove("rt-over");
      if (!event.dataTransfer.files.length) return;
      input.files = event.dataTransfer.files;
      show();
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  });
}
