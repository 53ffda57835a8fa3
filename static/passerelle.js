// Optional help: every page works without this file.

// Suggestions while typing an occupation or a skill.
for (const input of document.querySelectorAll("input[data-concepts]")) {
  const occupation = input.dataset.concepts === "occupation";
  const list = document.createElement("datalist");
  list.id = `${input.id}-list`;
  input.after(list);
  input.setAttribute("list", list.id);
  let timer;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    const text = input.value.trim();
    if (text.length < 2 || text.startsWith("http")) return;
    timer = setTimeout(async () => {
      const query = new URLSearchParams({ q: text, language: document.documentElement.lang, kind: occupation ? "occupation" : "skill" });
      const answer = await fetch(`/api/v1/concepts?${query}`, { headers: { accept: "application/json" } });
      if (!answer.ok) return;
      const { items } = await answer.json();
      list.replaceChildren(
        ...items
          .filter((item) => !occupation || /^\d{4}$/.test(item.isco ?? ""))
          .map((item) => {
            const option = document.createElement("option");
            option.value = occupation ? item.isco : item.uri;
            option.textContent = item.label;
            return option;
          }),
      );
    }, 180);
  });
}

// After a refused form, the summary of errors is read first.
document.getElementById("errors")?.focus();

// A form with unsaved changes asks before it is left.
for (const form of document.querySelectorAll("form.record")) {
  let changed = false;
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}

// A long form keeps a draft while it is being filled in.
for (const form of document.querySelectorAll("form[data-draft]")) {
  let changed = false;
  const said = document.createElement("p");
  said.className = "hint";
  said.setAttribute("role", "status");
  form.append(said);
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  setInterval(async () => {
    if (!changed) return;
    changed = false;
    const answer = await fetch(form.dataset.draft, { method: "POST", body: new URLSearchParams(new FormData(form)) }).catch(() => null);
    if (answer?.ok) said.textContent = form.dataset.kept;
    else changed = true;
  }, 5000);
}

// Passkeys: the browser makes or uses one, and its answer goes with the form.
for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential?.parseCreationOptionsFromJSON) continue;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const body = new URLSearchParams({ csrf: form.elements.csrf.value });
      const answer = await fetch(form.dataset.options, { method: "POST", body });
      if (!answer.ok) throw new Error(answer.statusText);
      const options = await answer.json();
      const credential = form.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
      form.elements.credential.value = JSON.stringify(credential);
      form.submit();
    } catch {
      let said = form.querySelector("[role=alert]");
      if (!said) {
        said = document.createElement("p");
        said.className = "error";
        said.setAttribute("role", "alert");
        form.append(said);
      }
      said.textContent = form.dataset.failed;
    }
  });
}
