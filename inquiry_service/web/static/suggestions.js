// While a question is typed, published answers to questions like it appear below; nothing waits for them.
const PAUSE_MS = 400;
const SHORTEST = 12;

for (const place of document.querySelectorAll("[data-suggestions]")) {
  const form = place.closest("form");
  const text = form.elements[place.dataset.for];
  let timer = 0;
  let asked = null;
  let shown = "";

  const look = async () => {
    const typed = text.value.trim().slice(0, 300);
    asked?.abort();
    if (typed.length < SHORTEST) return place.replaceChildren();
    asked = new AbortController();
    const query = new URLSearchParams({ q: typed, program: form.elements.program?.value ?? "" });
    try {
      const answer = await fetch(`${place.dataset.suggestions}?${query}`, { signal: asked.signal });
      const html = answer.ok ? await answer.text() : "";
      // an answer that is open stays open while its list stays the same
      if (html !== shown) place.innerHTML = shown = html;
    } catch { /* no connection: the form works without */ }
  };
  const later = () => { clearTimeout(timer); timer = setTimeout(look, PAUSE_MS); };
  text.addEventListener("input", later);
  form.elements.program?.addEventListener("change", later);
  if (text.value) later();
}
