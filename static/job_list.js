// The list of jobs: how many are selected, and that a refresh keeps the selection.

const all = (selector) => [...document.querySelectorAll(selector)];
const NEAR = 400; // pixels around the window

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

// What changed comes row by row: a new row is selected as the old one was.
addEventListener("htmx:oobBeforeSwap", (event) => {
  const before = event.detail.target.querySelector(".pick"), after = event.detail.fragment.querySelector(".pick");
  if (before && after) after.checked = before.checked;
});

// Only rows that somebody can see are asked about.
addEventListener("htmx:configRequest", (event) => {
  if (event.detail.elt.id !== "job-poll") return;
  const form = event.detail.formData;
  form.delete("row");
  all("#job-rows [name=row]").forEach((row) => {
    const { top, bottom } = row.parentElement.getBoundingClientRect();
    if (bottom > -NEAR && top < innerHeight + NEAR) form.append("row", row.value);
  });
});

// The question before an act.
addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "ask") event.detail.target.showModal();
});
