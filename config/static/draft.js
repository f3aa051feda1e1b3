// What was typed survives a dropped network or a page closed by mistake: in this tab only, until it is sent, and for ten
// minutes at most, since the phone may be in other hands by then.
const SHELF_LIFE = 10 * 60 * 1000;
const form = document.querySelector("[data-draft]");
const place = `draft:${form.dataset.draft}`;
const fields = [...form.elements].filter((field) => field.name);

function restore() {
  const kept = JSON.parse(sessionStorage.getItem(place) ?? "null");
  if (kept && !(Date.now() - kept.typedAt < SHELF_LIFE)) sessionStorage.removeItem(place);
  if (!kept || !(Date.now() - kept.typedAt < SHELF_LIFE) || location.search || fields.some((field) => field.type !== "hidden" && field.value)) return;
  for (const field of fields) field.value = kept.typed[field.name] ?? field.value;
  form.querySelector("[data-draft-note]").hidden = false;
}

function keep() {
  const typed = Object.fromEntries(fields.map((field) => [field.name, field.value]));
  sessionStorage.setItem(place, JSON.stringify({ typed, typedAt: Date.now() }));
}

function clear() {
  sessionStorage.removeItem(place);
  for (const field of fields) if (field.type !== "hidden") field.value = "";
  form.querySelector("[data-draft-note]").hidden = true;
}

try {
  restore();
  form.addEventListener("input", keep);
  form.addEventListener("submit", keep);
  form.querySelector("[data-draft-clear]").addEventListener("click", clear);
} catch {
  // No storage here (private window): the form works without.
}
