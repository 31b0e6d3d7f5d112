// Passkeys: <form data-passkey="login|get|create" data-options='{"request_options": …}'>. Asks the device, puts its
// answer into the hidden field "credential" and sends the form. Login asks the server for a challenge first.
// Uses webauthn-json.js, which comes with the sign-in package and also serves older browsers.
async function options(form) {
  if (form.dataset.passkey !== "login") return JSON.parse(form.dataset.options);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`challenge: ${answer.status}`);
  return answer.json();
}

function creation(given, form) {
  const wanted = structuredClone(given), choice = wanted.publicKey.authenticatorSelection;
  const passwordless = form.querySelector("input[name=passwordless]")?.checked ?? false;
  choice.residentKey = passwordless ? "required" : "discouraged";
  choice.requireResidentKey = passwordless;
  if (passwordless) choice.userVerification = "required";
  return wanted;
}

async function ask(form) {
  const fault = form.querySelector("[data-passkey-fault]");
  fault.hidden = true;
  try {
    const given = await options(form), device = window.webauthnJSON;
    const key = form.dataset.passkey === "create"
      ? await device.create(creation(given.creation_options, form))
      : await device.get(given.request_options);
    form.querySelector("input[name=credential]").value = JSON.stringify(key);
    form.submit();
  } catch (reason) {
    fault.textContent = form.dataset.failed;      // refused, timed out, or no key here: all the same to the reader
    fault.hidden = false;
    console.info("passkey:", reason.name);
  }
}

document.querySelectorAll("form[data-passkey]").forEach(form => form.addEventListener("submit", event => {
  event.preventDefault();
  ask(form);
}));
