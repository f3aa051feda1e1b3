// One key for each level: 1 to 4 open the form and choose. Nothing is sent; while somebody types, keys are letters.
const forms = [...document.querySelectorAll("[data-regrade]")];
const typing = (at) => at.closest("textarea, select, input:not([type=radio]):not([type=checkbox])");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || typing(event.target)) return;
  const form = forms.find((one) => one.contains(event.target)) ?? forms[0];
  const choice = form?.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!choice) return;
  event.preventDefault();
  form.closest("details").open = true;
  choice.checked = true;
  choice.focus();
});
