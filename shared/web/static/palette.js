// Ctrl+K: everything that the page offers, found by typing. It is built from the page's own controls each time it
// opens, and presses the one that was chosen; so it can do nothing that cannot be done without it.
const dialog = document.getElementById("palette");
const OFFERED = "[data-key], .view, .areas a, .thread-head .button, main a.button, main button.button, .menu a, .menu button, .tabs a";
const IN_MENU = ".menu a, .menu button";

function nameOf(element) {
  const clone = element.cloneNode(true);
  clone.querySelectorAll(".key, .count").forEach((part) => part.remove());
  return (element.dataset.keyLabel ?? element.getAttribute("aria-label") ?? clone.textContent).trim().replace(/\s+/g, " ");
}

function offered() {
  const found = new Map();
  for (const element of document.querySelectorAll(OFFERED)) {
    const isThere = element.checkVisibility({ visibilityProperty: true }) || element.matches(IN_MENU);
    const name = nameOf(element);
    if (!isThere || element.disabled || !name || element.closest("dialog") || element.matches("[data-opens-palette]")) continue;
    if (element.tabIndex < 0) continue;
    const place = name.toLocaleLowerCase();
    if (!found.has(place)) found.set(place, { element, name, key: element.dataset.key ?? "" });
  }
  const isOnPage = (entry) => entry.element.closest("main") !== null; // what can be done here stands before where one can go
  return [...found.values()].sort((one, other) => isOnPage(other) - isOnPage(one));
}

if (dialog) {
  const box = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  const count = dialog.querySelector("[data-palette-count]");
  let all = [];
  let shown = [];
  let at = 0;

  function line(entry, index) {
    const option = document.createElement("li");
    option.id = `palette-${index}`;
    option.setAttribute("role", "option");
    option.append(Object.assign(document.createElement("span"), { textContent: entry.name }));
    if (entry.key) option.append(Object.assign(document.createElement("kbd"), { className: "key", textContent: entry.key.length === 1 ? entry.key.toUpperCase() : entry.key.replaceAll("+", " "), ariaHidden: "true" }));
    return option;
  }
  function show() {
    const words = box.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    shown = all.filter((entry) => words.every((word) => entry.name.toLocaleLowerCase().includes(word)));
    list.replaceChildren(...shown.map(line));
    count.textContent = shown.length > 1 ? count.dataset.words.replace("{n}", shown.length) : shown.length ? count.dataset.one : count.dataset.none;
    choose(0);
  }
  function choose(index) {
    at = shown.length ? (index + shown.length) % shown.length : 0;
    [...list.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === at)));
    const option = list.children[at];
    if (option) box.setAttribute("aria-activedescendant", option.id); else box.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }
  function press(entry) {
    dialog.close();
    if (!entry) return;
    if (entry.element.matches("input, textarea, select")) entry.element.focus();
    else entry.element.click();
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-opens-palette]")) return;
    for (const menu of document.querySelectorAll("details[data-menu][open]")) menu.open = false;
    all = offered();
    box.value = "";
    dialog.showModal();
    box.focus();
    show();
  });
  box.addEventListener("input", show);
  box.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.isComposing) return;
    if (event.key in steps) choose(at + steps[event.key]);
    else if (event.key === "Enter") press(shown[at]);
    else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") dialog.close();
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) press(shown[[...list.children].indexOf(option)]);
  });
}
