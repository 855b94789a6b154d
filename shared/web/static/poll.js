// Keeps a part of the page fresh: <div id="queue" data-poll="/desk/queue" data-poll-seconds="5">.
// With data-poll-now it asks at once, too. Asks with the last ETag while the tab is visible; swaps the inside when the answer differs. Whoever types, has a
// menu open or a row in focus keeps their place. A lost session or server is left alone and asked less often.
const SLOWEST_S = 60;

function isBusy(element) {
  const active = document.activeElement;
  return (element.contains(active) && active.matches("input:not([type=checkbox]), textarea, select")) || element.querySelector("details[open]:not(.more), dialog[open]") !== null;
}

function swap(element, html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const fresh = (element.id && page.getElementById(element.id)) || page.body;
  const active = element.contains(document.activeElement) ? document.activeElement : null;
  const open = [...element.querySelectorAll("details[open]")].map((part) => part.closest("[id]")?.id);
  const mark = active && (active.id ? `#${CSS.escape(active.id)}` : active.getAttribute("href") && `[href="${CSS.escape(active.getAttribute("href"))}"]` || active.matches("[type=checkbox]") && `[value="${CSS.escape(active.value)}"]`);
  const scroller = element.closest(".pane") ?? document.scrollingElement;
  const top = scroller.scrollTop;
  element.replaceChildren(...fresh.childNodes);
  for (const id of open) if (id) element.querySelector(`#${CSS.escape(id)} details`)?.setAttribute("open", "");
  scroller.scrollTop = top;
  if (mark) element.querySelector(mark)?.focus({ preventScroll: true });
  element.dispatchEvent(new CustomEvent("frontdesk:swapped", { bubbles: true }));
}

function watch(element) {
  const pace_s = Number(element.dataset.pollSeconds ?? 5);
  let wait_s = pace_s;
  let etag = element.dataset.pollEtag ?? "";
  async function ask() {
    if (!element.isConnected) return;
    if (document.visibilityState === "visible" && !isBusy(element)) {
      try {
        const headers = { Accept: "text/html", ...(etag && { "If-None-Match": etag }) };
        const answer = await fetch(element.dataset.poll, { headers, cache: "no-store", redirect: "error", credentials: "same-origin", signal: AbortSignal.timeout(10_000) });
        if (answer.status === 200) {
          const html = await answer.text();
          if (!isBusy(element)) { etag = answer.headers.get("ETag") ?? ""; swap(element, html); }
        }
        wait_s = answer.ok || answer.status === 304 ? pace_s : Math.min(wait_s * 2, SLOWEST_S);
        element.toggleAttribute("data-stale", wait_s > pace_s);
      } catch {
        wait_s = Math.min(wait_s * 2, SLOWEST_S);
        element.toggleAttribute("data-stale", true);
      }
    }
    setTimeout(ask, wait_s * 1000);
  }
  setTimeout(ask, "pollNow" in element.dataset ? 0 : wait_s * 1000);
  document.addEventListener("visibilitychange", () => { wait_s = pace_s; });
}

document.querySelectorAll("[data-poll]").forEach(watch);
