// What is offered for an answer comes after the page; a key puts it where the cursor is. Files go along as soon as they are chosen.
const form = document.querySelector("form[data-insert-at]");
const MB = 1024 * 1024;

if (form) {
  const box = form.elements.body;
  const place = form.querySelector("[data-saved]");
  const here = form.querySelector("[data-offers-here]");
  let wasThere = false;
  const firstOffers = form.querySelector("[data-offers]").dataset.offers;

  async function offer(address) {
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" }, credentials: "same-origin", redirect: "error" });
      if (answer.ok) here.innerHTML = await answer.text();
    } catch { /* the answer can be written without */ }
    if (form.contains(document.activeElement)) showWhole(); // what came may have pushed it down
  }
  // whoever writes sees the whole box, and below it how it is sent
  function showWhole() {
    for (const part of [form.querySelector(".button.primary").closest(".buttons"), box]) part.scrollIntoView({ block: "nearest" });
  }
  async function insert(button) {
    const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value, insert: button.value, body: box.value });
    try {
      const answer = await fetch(form.dataset.insertAt, { method: "POST", body, headers: { Accept: "application/json" }, credentials: "same-origin", redirect: "error" });
      const said = await answer.json();
      if (answer.ok) put(said.text);
      place.textContent = said.words ?? said.problem ?? form.dataset.notSaved;
    } catch {
      place.textContent = form.dataset.notSaved;
    }
  }
  // a word or a link stands at the cursor, paragraphs stand apart; where nobody was in the box yet, it comes after what is there
  function put(text) {
    const isWord = !text.includes("\n") && text.length < 400;
    const start = wasThere ? box.selectionStart : box.value.length;
    const before = box.value.slice(0, start).trimEnd();
    const after = box.value.slice(wasThere ? box.selectionEnd : start).trimStart();
    const apart = isWord ? " " : "\n\n";
    const inserted = (before && before + (isWord && /\n$/.test(box.value.slice(0, start)) ? box.value.slice(before.length, start) : apart)) + text;
    box.focus();
    box.setRangeText(inserted + (after && apart + after), 0, box.value.length, "end");
    box.setSelectionRange(inserted.length, inserted.length);
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  box.addEventListener("focus", () => { wasThere = true; showWhole(); });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    const opener = event.target.closest("a[data-offers]");
    if (button) { event.preventDefault(); insert(button); }
    else if (opener && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      offer(opener.dataset.offers).then(() => here.querySelector("[data-offer-filter], .offer")?.focus());
    }
  });
  here.addEventListener("input", (event) => {
    event.stopPropagation();
    const wanted = event.target.value.toLocaleLowerCase();
    for (const item of here.querySelectorAll(".offer-list > li")) item.hidden = !item.textContent.toLocaleLowerCase().includes(wanted);
  });
  form.elements.files.addEventListener("change", () => {
    const sizes = [...form.elements.files.files].map((file) => file.size);
    if (sizes.some((size) => size > 10 * MB) || sizes.reduce((all, size) => all + size, 0) > 15 * MB) {
      form.elements.files.value = "";
      place.textContent = form.dataset.tooLarge;
    } else if (sizes.length) form.querySelector("[data-attach]").click();
  });
  if (!here.children.length) offer(firstOffers);
}
