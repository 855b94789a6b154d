// A toast goes by its button, or by itself when it is good news, carries no choice and nobody is on it.
const READING_MS = 8000;

document.addEventListener("click", (event) => {
  event.target.closest("[data-dismiss]")?.closest("[data-toast], .banner")?.remove();
});

for (const toast of document.querySelectorAll("[data-toast].done:not([data-seconds])")) {
  if (toast.querySelector("a, form")) continue;
  const leave = () => {
    if (toast.matches(":hover, :focus-within")) setTimeout(leave, READING_MS);
    else toast.remove();
  };
  setTimeout(leave, READING_MS);
}
