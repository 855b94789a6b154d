// A mistyped mail domain is suggested, never corrected: the person decides.
const KNOWN = ["gmail.com", "yahoo.com", "outlook.com", "hotmail.com", "icloud.com", "aol.com", "live.com", "msn.com",
  "comcast.net", "proton.me", "att.net", "verizon.net", "sbcglobal.net", "cox.net", "ymail.com", "me.com", "mail.com", "gmx.com", "email.com"];

// Edits between two words, a swap of neighbours counting as one.
function distance(a, b) {
  const rows = [...Array(a.length + 1)].map((_, i) => [i]);
  for (let j = 0; j <= b.length; j++) rows[0][j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
    }
  }
  return rows[a.length][b.length];
}

export function suggestion(address) {
  const at = address.lastIndexOf("@");
  const domain = address.slice(at + 1).trim().toLowerCase();
  if (at < 1 || domain.length < 4 || KNOWN.includes(domain)) return null;
  let best = null;
  let least = 3;
  for (const known of KNOWN) {
    const allowed = known.length < 8 ? 1 : 2;
    const near = Math.min(distance(domain, known), domain.includes(".") ? 9 : distance(domain, known.split(".")[0]));
    if (near <= allowed && near < least) [best, least] = [known, near];
  }
  return best && `${address.slice(0, at).trim()}@${best}`;
}

for (const input of document.querySelectorAll("input[data-email-hint]")) {
  const place = document.getElementById(input.dataset.emailHint);
  const show = () => {
    const better = suggestion(input.value);
    place.replaceChildren();
    if (!better) return;
    const [before, after] = place.dataset.words.split("{address}");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link";
    button.textContent = better;
    button.addEventListener("click", () => { input.value = better; place.replaceChildren(); input.focus(); });
    place.append(before, button, after ?? "");
  };
  input.addEventListener("change", show);
  if (input.value) show();
}
