// Counts the seconds of a toast down by the clock, not by ticks: a tab in the background lags and must not lie.
// At zero: data-then="remove" takes it away, "reload" loads the page anew unless someone is typing.
function start(element) {
  if (element.dataset.until) return;
  element.dataset.until = Date.now() + Number(element.dataset.seconds) * 1000;
  element.setAttribute("role", "group"); // was read once; a number that changes each second is not news
  const place = element.querySelector("[data-count]");
  const tick = () => {
    if (!element.isConnected) return;
    const left = Math.ceil((Number(element.dataset.until) - Date.now()) / 1000);
    if (left <= 0) { end(element); return; }
    if (place && element.dataset.words) place.textContent = element.dataset.words.replace("{n}", left);
    setTimeout(tick, 250);
  };
  tick();
}

function end(element) {
  const typing = document.activeElement?.matches("textarea, input") ?? false;
  if (element.dataset.then === "reload" && !typing) location.reload();
  else element.remove();
}

const startAll = () => document.querySelectorAll("[data-seconds]").forEach(start);
startAll();
document.addEventListener("frontdesk:swapped", startAll);
