// What cannot be undone is asked once more, in a dialog. Words come from data-ask and from <template id="ask">.
let ready = false, agreed = null;

function open(text, submitter, form) {
  const dialog = document.getElementById("ask").content.firstElementChild.cloneNode(true);
  dialog.querySelector("[data-ask-text]").textContent = text;
  dialog.querySelector("[data-ask-yes]").textContent = (submitter?.textContent || "").trim() || dialog.dataset.yes;
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    const yes = dialog.returnValue === "yes";
    dialog.remove();
    if (yes) { agreed = form; form.requestSubmit(submitter ?? undefined); agreed = null; } else { submitter?.focus(); }
  });
  dialog.showModal();
}

export function start() {
  if (ready || !document.getElementById("ask")) return;
  ready = true;
  document.addEventListener("submit", event => {
    const text = event.submitter?.dataset.ask || event.target.dataset.ask;
    if (!text || agreed === event.target) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    open(text, event.submitter, event.target);
  }, true);
}
