// The summary of faults takes the focus when the page comes back; its links go to the field itself.
function jump(event) {
  const link = event.target.closest("a[href^='#']");
  const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!field) return;
  event.preventDefault();
  const control = field.matches("input, select, textarea, button") ? field : field.querySelector("input, select, textarea") || field;
  if (control.closest("details")) control.closest("details").open = true;
  control.focus();
  control.scrollIntoView({ block: "center" });
}

export function start(root) {
  root.querySelectorAll("[data-errors]").forEach(summary => {
    summary.addEventListener("click", jump);
    summary.focus();
  });
}
