// What every page does when scripts are there. Each module looks for its own data-attributes and is silent without them.
import { start as ask } from "./ask.js";
import { start as autosave } from "./autosave.js";
import { start as errors } from "./errors.js";
import { start as filters } from "./filters.js";
import { start as menus } from "./menus.js";
import { start as rows } from "./rows.js";
import { start as upload } from "./upload.js";

const modules = [menus, filters, errors, rows, upload, autosave, ask];

function enhance(root) {
  root.querySelectorAll("[data-plain]").forEach(el => { el.hidden = true; });   // what is only needed without scripts
  modules.forEach(start => start(root));
}

enhance(document);
document.body.addEventListener("htmx:load", event => { if (event.target !== document.body) enhance(event.target); });
