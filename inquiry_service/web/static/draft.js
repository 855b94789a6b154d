// The answer is kept as a draft 800 ms after the last key. What cannot be saved is said, kept in the box, and tried again.
const QUIET_MS = 800;
const AGAIN_MS = 10_000;

for (const form of document.querySelectorAll("form[data-draft]")) {
  const box = form.querySelector("textarea");
  const place = form.querySelector("[data-saved]");
  let saved = box.value;
  let timer = 0;
  let isSending = false;

  async function save() {
    if (isSending || box.value === saved) return;
    const text = box.value;
    const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value, body: text });
    try {
      const answer = await fetch(form.dataset.draft, { method: "POST", body, headers: { Accept: "application/json" }, credentials: "same-origin", redirect: "error", keepalive: text.length < 15_000 });
      if (isSending) return;
      if (answer.ok) {
        saved = text;
        place.textContent = (await answer.json()).saved;
      } else if (answer.status === 422) {
        place.textContent = (await answer.json()).problem;
      } else {
        place.textContent = answer.status === 401 ? form.dataset.signedOut : form.dataset.notSaved;
        later(AGAIN_MS);
      }
    } catch {
      place.textContent = form.dataset.notSaved;
      later(AGAIN_MS);
    }
  }
  function later(wait_ms) {
    clearTimeout(timer);
    timer = setTimeout(save, wait_ms);
  }

  box.addEventListener("input", () => later(QUIET_MS));
  form.addEventListener("submit", () => { isSending = true; clearTimeout(timer); });
  addEventListener("pageshow", () => { isSending = false; });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(); });
  form.querySelector("[data-save-draft]")?.setAttribute("hidden", ""); // it saves by itself
}
