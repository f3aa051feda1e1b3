// Fetches the page again every `data-live` seconds while it is seen, and swaps the parts so marked. A part in which
// somebody is writing is left alone; the focus stays where it was.
const parts = () => [...document.querySelectorAll("[data-live]")];
const every = Math.min(...parts().map((part) => Number(part.dataset.live))) * 1000;
const stale = document.getElementById("stale");

function inUse(part) {
  const at = document.activeElement;
  const writing = part.contains(at) && at.matches("input, textarea, select");
  const written = [...part.querySelectorAll("textarea, input:not([type=hidden])")].some((field) =>
    field.matches("[type=radio], [type=checkbox]") ? field.checked !== field.defaultChecked : field.value !== field.defaultValue,
  );
  return writing || written;
}

function swap(fresh) {
  for (const part of parts()) {
    const next = fresh.getElementById(part.id);
    if (!next || inUse(part) || part.innerHTML === next.innerHTML) continue;
    const at = part.contains(document.activeElement) ? document.activeElement : null;
    const same = at && (at.id ? `#${CSS.escape(at.id)}` : at.tagName === "BUTTON" ? "button" : null);
    part.replaceChildren(...next.childNodes);
    if (same) part.querySelector(same)?.focus({ preventScroll: true });
  }
  document.title = fresh.title;
}

async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { signal: AbortSignal.timeout(8000) });
    // Signed out meanwhile, or the case is another unit's now.
    if (answer.redirected || answer.status === 404) return location.reload();
    if (!answer.ok) throw new Error(answer.status);
    swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
    stale.hidden = true;
  } catch {
    stale.hidden = false;
  }
}

async function turn() {
  await refresh();
  setTimeout(turn, every);
}

setTimeout(turn, every);
document.addEventListener("visibilitychange", refresh);
