// Rows that are selected: how many, all at once, and what can be done with them.

const all = (selector) => [...document.querySelectorAll(selector)];

const tell = () => {
  const picks = all(".pick"), picked = picks.filter((pick) => pick.checked).length;
  const out = document.querySelector("[data-picked]");
  if (!out) return;
  out.textContent = picked === 1 ? out.dataset.one : out.dataset.many.replace("%n", picked);
  const head = document.querySelector(".pick-all"), every = document.querySelector("[name=all]");
  head.checked = picked > 0 && picked === picks.length;
  head.indeterminate = picked > 0 && picked < picks.length;
  if (every) {
    every.closest(".pick-every").hidden = !head.checked;
    every.checked &&= head.checked;
  }
};

addEventListener("change", (event) => {
  if (event.target.matches(".pick-all")) all(".pick").forEach((pick) => { pick.checked = event.target.checked; });
  if (event.target.matches(".pick, .pick-all")) tell();
});
addEventListener("htmx:afterSettle", tell);
tell();
