// The report has arrived: its draft goes, and the code can be copied.
try {
  for (const slip of document.querySelectorAll("[data-sent]")) sessionStorage.removeItem(`draft:${slip.dataset.sent}`);
} catch {
  // No storage here: there was no draft either.
}

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue; // only where the page came over TLS or from this machine
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).dataset.code);
    button.textContent = button.dataset.done;
  });
}
