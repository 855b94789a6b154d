// Loads what a disclosure holds when it is opened: <details data-unfold="/address" data-unfold-part="id of the part">.
// Without this module the link in it leads to the whole page.
for (const fold of document.querySelectorAll("details[data-unfold]")) {
  fold.addEventListener("toggle", async () => {
    if (!fold.open || fold.hasAttribute("aria-busy")) return;
    const inside = fold.querySelector("summary + *");
    fold.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(fold.dataset.unfold, { headers: { Accept: "text/html" }, redirect: "error", credentials: "same-origin", signal: AbortSignal.timeout(10_000) });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      inside.replaceChildren(...page.getElementById(fold.dataset.unfoldPart).childNodes);
    } catch {
      if (!inside.querySelector("[role=alert]")) {
        const said = document.createElement("p");
        said.setAttribute("role", "alert");
        said.textContent = fold.dataset.notLoaded;
        inside.prepend(said);
      }
    } finally {
      fold.removeAttribute("aria-busy");
    }
  });
}
