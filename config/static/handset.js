// Asks every two seconds whether a phone received something; if so fetches the page and swaps the messages.
// What is being typed stays, and so does the order of the phones while somebody types.
const row = document.getElementById("phones");
const stale = document.getElementById("stale");
const EVERY = 2000;

const phones = () => [...row.querySelectorAll("[data-phone]")];
const latest = () => Math.max(0, ...phones().map((phone) => Number(phone.dataset.last)));
const typing = () => row.contains(document.activeElement) || [...row.querySelectorAll("input:not([type=hidden])")].some((field) => field.value);

function light(phone) {
  phone.classList.add("lit");
  setTimeout(() => phone.classList.remove("lit"), 8000);
}

function take(next) {
  const phone = row.querySelector(`[data-phone="${CSS.escape(next.dataset.phone)}"]`);
  if (!phone) {
    row.prepend(next);
    light(next);
  } else if (phone.dataset.last !== next.dataset.last) {
    phone.querySelector(".messages").replaceWith(next.querySelector(".messages"));
    phone.dataset.last = next.dataset.last;
    if (!phone.querySelector(".messages li:first-child.mine")) light(phone);
    if (!typing()) row.prepend(phone);
  }
}

async function swap() {
  const page = await fetch("/handset").then((answer) => answer.text());
  const fresh = new DOMParser().parseFromString(page, "text/html");
  const found = [...fresh.querySelectorAll("[data-phone]")];
  if (found.length) row.querySelector(".empty")?.remove();
  for (const next of found.reverse()) take(document.adoptNode(next));
}

async function refresh() {
  try {
    const answer = await fetch(`/handset/messages?after=${latest()}`, { signal: AbortSignal.timeout(8000) });
    if (!answer.ok) throw new Error(answer.status);
    if ((await answer.json()).length) await swap();
    stale.hidden = true;
  } catch {
    stale.hidden = false;
  }
}

async function turn() {
  if (!document.hidden) await refresh();
  setTimeout(turn, EVERY);
}

row.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const body = new FormData(form, event.submitter);
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    if (!answer.ok) throw new Error(answer.status);
    form.reset();
    await swap();
  } catch {
    stale.hidden = false;
  }
});

setTimeout(turn, EVERY);
