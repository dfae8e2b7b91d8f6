// The list of jobs: a refresh keeps the selection.

const all = (selector) => [...document.querySelectorAll(selector)];
const NEAR = 400; // pixels around the window

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
