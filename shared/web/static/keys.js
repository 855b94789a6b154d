// The keyboard layer. A key presses the visible button or link that carries it (data-key="r"), so that nothing
// can be done by key alone. Single keys rest while a person types, and can be switched off for good.
const STORE = "frontdesk.keys";
const root = document.documentElement;
const help = document.getElementById("keys-help");
const ALWAYS = "[data-keys-help], [data-opens-palette]"; // where the window is narrow these stand in the menu

function remembered() {
  try { return localStorage.getItem(STORE) !== "off"; } catch { return true; }
}
function switchKeys(on) {
  root.dataset.keys = on ? "on" : "off";
  try { localStorage.setItem(STORE, on ? "on" : "off"); } catch { /* private window: the choice lasts for the page */ }
}
root.dataset.keys = remembered() ? "on" : "off";

const isTyping = (element) => element.isContentEditable
  || element.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])");

function nameOf(event) {
  const key = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const ctrl = event.ctrlKey || event.metaKey;
  return (ctrl ? "Ctrl+" : "") + (event.shiftKey && (ctrl || key.length > 1) ? "Shift+" : "") + key;
}

function bearers(name, scope = document) {
  return [...scope.querySelectorAll("[data-key]")].filter((element) => element.dataset.key.toLowerCase() === name.toLowerCase()
    && !element.disabled && (element.matches(ALWAYS) || element.checkVisibility()));
}

function moveFocus(step) {
  const rows = [...document.querySelectorAll("[data-row]")].filter((row) => row.checkVisibility());
  const from = rows.indexOf(document.activeElement);
  const start = from >= 0 ? from : rows.findIndex((row) => row.hasAttribute("aria-current"));
  rows[Math.min(Math.max(start + step, 0), rows.length - 1)]?.focus();
}

function press(element) {
  if (element.dataset.focusRow) moveFocus(Number(element.dataset.focusRow));
  else if (element.matches("input, textarea, select")) { element.focus(); element.select?.(); }
  else element.click();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.isComposing || event.repeat && !["j", "k"].includes(event.key)) return;
  const active = document.activeElement ?? document.body;
  const name = nameOf(event);
  const isSingle = !name.startsWith("Ctrl+");
  const modal = document.querySelector("dialog[open]");
  if (isSingle && (isTyping(active) || root.dataset.keys === "off" || modal)) {
    if (event.key === "Escape" && isTyping(active) && !modal) active.blur();
    return;
  }
  if (name === "Space" && active.matches("button, summary, input")) return; // Space on a link only scrolls
  const form = name.endsWith("Enter") ? active.closest("form[data-ctrl-enter]") : null;
  if (name.endsWith("Enter") && !form) return;
  const target = bearers(name, form ?? modal ?? document)[0];
  if (target) { event.preventDefault(); press(target); }
  else if (name === "Ctrl+Enter") { event.preventDefault(); form.requestSubmit(); }
});

document.addEventListener("click", (event) => {
  const mover = event.target.closest("[data-focus-row]");
  if (mover) moveFocus(Number(mover.dataset.focusRow));
  if (help && event.target.closest("[data-keys-help]")) openHelp();
});

function openHelp() {
  const list = help.querySelector("[data-keys-list]");
  const seen = new Set();
  list.replaceChildren();
  for (const element of document.querySelectorAll("[data-key]")) {
    const key = element.dataset.key;
    if (seen.has(key) || element.disabled || (!element.checkVisibility() && !element.matches(ALWAYS))) continue;
    seen.add(key);
    const line = document.createElement("div");
    const words = document.createElement("dt");
    const mark = document.createElement("dd");
    const kbd = document.createElement("kbd");
    const clone = element.cloneNode(true);
    clone.querySelectorAll(".key, .count").forEach((part) => part.remove());
    words.textContent = element.dataset.keyLabel ?? element.getAttribute("aria-label") ?? clone.textContent.trim();
    kbd.className = "key";
    kbd.textContent = key.length === 1 ? key.toUpperCase() : key.replaceAll("+", " ");
    mark.append(kbd);
    line.append(words, mark);
    list.append(line);
  }
  help.showModal();
}

const choice = help?.querySelector("[data-keys-switch]");
if (choice) {
  choice.checked = remembered();
  choice.addEventListener("change", () => switchKeys(choice.checked));
}
