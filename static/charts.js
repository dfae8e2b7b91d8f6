// Charts: one Tab stop, arrows walk the points. Without this each point is a Tab stop.

const slots = (plot) => [...plot.querySelectorAll(".slot")];

const stop = (plot, chosen) => slots(plot).forEach((slot) => slot.setAttribute("tabindex", slot === chosen ? 0 : -1));

const prepare = (root) => root.querySelectorAll("svg.plot").forEach((plot) => {
  const points = slots(plot);
  const active = points.find((slot) => slot === document.activeElement || slot.hasAttribute("aria-current"));
  stop(plot, active ?? points.at(-1));
});

prepare(document);
addEventListener("htmx:load", (event) => prepare(event.detail.elt.parentElement ?? document));

addEventListener("focusin", (event) => {
  const slot = event.target.closest("svg.plot .slot");
  if (slot) stop(slot.closest("svg.plot"), slot);
});

addEventListener("keydown", (event) => {
  const slot = event.target.closest("svg.plot .slot");
  if (!slot) return;
  const points = slots(slot.closest("svg.plot"));
  const now = points.indexOf(slot);
  const next = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: points.length - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  points[Math.max(0, Math.min(points.length - 1, next))].focus();
});

// HTMX follows a point; the browser, which would too, knows it for a link of SVG.
addEventListener("click", (event) => {
  const slot = event.target.closest("svg.plot .slot[hx-get]");
  if (!slot) return;
  event.preventDefault();
  slots(slot.closest("svg.plot")).forEach((one) => one.removeAttribute("aria-current"));
  document.querySelectorAll("svg.plot .slot[aria-current]").forEach((one) => one.removeAttribute("aria-current"));
  slot.setAttribute("aria-current", "true");
});
