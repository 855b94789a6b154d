// The ticks of the list: kept when the list is fresh, counted beside the button that acts on them, set by a key on the row in focus.
const form = document.querySelector("[data-bulk]");
const place = form.querySelector("[data-bulk-count]");
const boxes = () => [...document.querySelectorAll("input[form=bulk][type=checkbox]")];
const ticked = new Set();

function show() {
  place.textContent = ticked.size ? place.dataset.words.replace("{n}", ticked.size) : "";
  form.toggleAttribute("data-some", ticked.size > 0);
}
document.addEventListener("change", (event) => {
  if (!event.target.matches("input[form=bulk][type=checkbox]")) return;
  if (event.target.checked) ticked.add(event.target.value); else ticked.delete(event.target.value);
  show();
});
document.addEventListener("frontdesk:swapped", () => {
  const there = boxes();
  for (const box of there) box.checked = ticked.has(box.value);
  const values = new Set(there.map((box) => box.value));
  for (const value of ticked) if (!values.has(value)) ticked.delete(value);
  show();
});
document.querySelector("[data-tick-row]").addEventListener("click", () => {
  const row = document.activeElement?.matches("[data-row]") ? document.activeElement : document.querySelector("[data-row][aria-current]") ?? document.querySelector("[data-row]");
  row?.closest("li").querySelector("input[type=checkbox]")?.click();
});
for (const box of boxes()) if (box.checked) ticked.add(box.value);
show();
