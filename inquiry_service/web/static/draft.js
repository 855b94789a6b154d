// The answer is kept as a draft 800 ms after the last key. What cannot be saved is said, kept in the box, and tried again.
// Where another page saved another text meanwhile, both are shown, and a person decides. Nothing of the form goes before its text
// is kept: a send that meets the sign-in page, or no server, takes nothing along.
const QUIET_MS = 800;
const AGAIN_MS = 10_000;

for (const form of document.querySelectorAll("form[data-draft]")) {
  const box = form.querySelector("textarea");
  const place = form.querySelector("[data-saved]");
  const conflict = form.querySelector("[data-conflict]");
  const version = form.elements.version;
  let saved = box.value;
  let saving = Promise.resolve();
  let timer = 0;
  let isSending = false;
  let isLeaving = false;
  let isAsked = !conflict.hidden;

  // one at a time: the next one carries the version that the last one was given
  function save() {
    return (saving = saving.then(saveNow));
  }
  async function saveNow() {
    if (isSending || isAsked || box.value === saved) return;
    const text = box.value;
    const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value, body: text, version: version.value });
    try {
      const answer = await fetch(form.dataset.draft, { method: "POST", body, headers: { Accept: "application/json" }, credentials: "same-origin", redirect: "error", keepalive: text.length < 15_000 });
      if (isSending) return;
      if (answer.ok) {
        const now = await answer.json();
        saved = text;
        version.value = now.version;
        place.textContent = now.saved;
      } else if (answer.status === 409) {
        ask(await answer.json());
      } else if (answer.status === 422) {
        warn((await answer.json()).problem);
      } else if (answer.status === 401 || answer.status === 429 || answer.status >= 500) {
        warn(answer.status === 401 ? form.dataset.signedOut : form.dataset.notSaved);
        later(AGAIN_MS);
      } else {
        warn(form.dataset.refused); // such as a thread that was erased: trying again changes nothing
      }
    } catch {
      warn(form.dataset.notSaved);
      later(AGAIN_MS);
    }
  }
  // said once where it is seen: on a small screen the place is below the buttons
  function warn(words) {
    if (place.textContent === words) return;
    place.textContent = words;
    place.scrollIntoView({ block: "nearest" });
  }
  function ask(other) {
    isAsked = true;
    conflict.querySelector("[data-other]").textContent = other.body;
    version.value = other.version;
    conflict.hidden = false;
    conflict.scrollIntoView({ block: "nearest" });
  }
  function decided() {
    isAsked = false;
    conflict.hidden = true;
    box.focus();
    later(0);
  }
  function later(wait_ms) {
    clearTimeout(timer);
    timer = setTimeout(save, wait_ms);
  }

  conflict.querySelector("[data-keep-mine]").addEventListener("click", decided);
  conflict.querySelector("[data-use-other]").addEventListener("click", (event) => {
    event.preventDefault();
    box.value = saved = conflict.querySelector("[data-other]").textContent;
    decided();
  });
  box.addEventListener("input", () => later(QUIET_MS));
  form.addEventListener("submit", async (event) => {
    clearTimeout(timer);
    isSending = box.value === saved;
    if (isSending) return;
    event.preventDefault();
    if (isAsked) conflict.scrollIntoView({ block: "nearest" });
    if (isAsked || isLeaving) return;
    isLeaving = true;
    await save();
    isLeaving = false;
    if (box.value === saved) form.requestSubmit(event.submitter);
  });
  addEventListener("pageshow", () => { isSending = false; });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(); });
  form.querySelector("[data-save-draft]")?.setAttribute("hidden", ""); // it saves by itself
}
