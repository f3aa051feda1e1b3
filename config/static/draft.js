// What was typed survives a dropped network or a page closed by mistake, in this tab only, until it is sent.
const form = document.querySelector("[data-draft]");
const place = `draft:${form.dataset.draft}`;
const fields = [...form.elements].filter((field) => field.name);

function restore() {
  const kept = JSON.parse(sessionStorage.getItem(place) ?? "null");
  if (!kept || location.search || fields.some((field) => field.type !== "hidden" && field.value)) return;
  for (const field of fields) field.value = kept[field.name] ?? field.value;
  form.querySelector("[data-draft-note]").hidden = false;
}

function keep() {
  const typed = Object.fromEntries(fields.map((field) => [field.name, field.value]));
  sessionStorage.setItem(place, JSON.stringify(typed));
}

try {
  restore();
  form.addEventListener("input", keep);
  form.addEventListener("submit", keep);
} catch {
  // No storage here (private window): the form works without.
}
