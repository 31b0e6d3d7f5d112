// Drafts save themselves: <form data-autosave="/…/draft" data-version="3">. Sends the form two seconds after the last
// change; the server answers {"version": 4, "saved_at": "2026-11-23T14:05:00+08:00"} or 409 with
// {"theirs": {…}, "yours": {…}, "version": 5, "by": "…", "html": "…"}: then both versions are shown and nothing is lost.
const WAIT = 2000;

function clock(iso) {
  const at = new Date(iso);
  return `${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;
}

class Draft {
  constructor(form) {
    this.form = form;
    this.note = document.querySelector("[data-saved]");
    this.timer = null;
    this.sending = false;
    this.dirty = false;
    form.addEventListener("input", () => this.changed());
    form.addEventListener("change", () => this.changed());
    form.addEventListener("submit", () => { this.dirty = false; clearTimeout(this.timer); });
    addEventListener("online", () => { if (this.dirty) this.save(); });
    addEventListener("beforeunload", event => { if (this.dirty) event.preventDefault(); });
  }

  changed() {
    this.dirty = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), WAIT);
  }

  say(text) { if (this.note) this.note.textContent = text; }

  async save() {
    if (this.sending) { this.changed(); return; }
    this.sending = true;
    this.dirty = false;
    this.say(this.note?.dataset.saving ?? "");
    const data = new FormData(this.form);
    [...data].forEach(([name, value]) => { if (value instanceof File) data.delete(name); });   // files are sent with the form
    data.set("version", this.form.dataset.version ?? "");
    try {
      const answer = await fetch(this.form.dataset.autosave, { method: "POST", body: data, headers: { "Accept": "application/json", "X-Requested-With": "fetch" } });
      await this.read(answer);
    } catch {
      this.dirty = true;
      this.say(this.note?.dataset.offline ?? "");
    } finally {
      this.sending = false;
    }
  }

  async read(answer) {
    if (answer.ok) {
      const said = await answer.json();
      this.form.dataset.version = said.version;
      this.form.querySelectorAll("input[name=version]").forEach(el => { el.value = said.version; });
      this.say(`${this.note?.dataset.done ?? ""} ${clock(said.saved_at)}`);
    } else if (answer.status === 409) {
      this.conflict(await answer.json());
    } else {
      this.dirty = true;
      this.say(await reason(answer) || (this.note?.dataset.failed ?? ""));
    }
  }

  conflict(said) {
    this.dirty = true;
    this.say(said.what ?? this.note?.dataset.failed ?? "");
    document.querySelector("[data-conflict-box]")?.remove();
    const box = document.createElement("div");
    box.dataset.conflictBox = "";
    box.className = "rt-errors";
    box.tabIndex = -1;
    box.setAttribute("role", "alert");
    const heading = document.createElement("h2");
    heading.textContent = said.what ?? "";
    box.append(heading, table(said, this.form));
    this.form.prepend(box);
    this.form.dataset.version = said.version;
    box.focus();
  }
}

// what the server says of its refusal, where it says it as JSON
async function reason(answer) {
  const said = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
  return said.what ?? "";
}

// field · yours · theirs; a button takes theirs into the form
function table(said, form) {
  const out = document.createElement("table");
  out.className = "rt-table rt-dense";
  for (const [name, theirs] of Object.entries(said.theirs ?? {})) {
    const control = form.elements.namedItem(name), mine = control?.value ?? said.yours?.[name] ?? "";
    if (String(mine) === String(theirs ?? "")) continue;
    const row = out.insertRow(), take = document.createElement("button");
    row.insertCell().textContent = (control?.labels?.[0]?.firstChild?.textContent ?? name).trim();
    row.insertCell().textContent = mine;
    take.type = "button";
    take.className = "btn btn-sm";
    take.textContent = theirs ?? "";
    take.disabled = !control;      // what the form does not show cannot be taken over here
    take.addEventListener("click", () => { control.value = theirs ?? ""; row.remove(); form.dispatchEvent(new Event("input")); });
    row.insertCell().append(take);
  }
  return out;
}

export function start(root) {
  root.querySelectorAll("form[data-autosave]").forEach(form => new Draft(form));
}
