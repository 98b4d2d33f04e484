/* Steps are dragged to another place in the drawing. The browser only shows where; the request is the one of “Move to…”, and the answer is the drawing
   as it is then. */
"use strict";
(() => {
  const form = () => document.getElementById("edit-form");
  if (!window.Sortable || !form()) return;
  document.body.classList.add("can-drag");
  const isStill = matchMedia("(prefers-reduced-motion: reduce)");
  const lists = new Set();
  let origin = null;

  // The place in front of which there is no other step is the beginning of the list.
  function placeOf(item) {
    let before = item.previousElementSibling;
    while (before && !before.dataset.step) before = before.previousElementSibling;
    return before ? `after.${before.dataset.step}` : item.parentElement.dataset.place;
  }

  function begin({ item, from }) {
    origin = { list: from, next: item.nextElementSibling };
    document.body.classList.add("flow-dragging");
  }

  const putBack = (item, { list, next }) => { if (list.isConnected) list.insertBefore(item, next); };
  const pause = (on) => { for (const list of lists) list.option("disabled", on); };

  async function end({ item, originalEvent }) {
    const start = origin;
    document.body.classList.remove("flow-dragging");
    if (item.parentElement === start.list && item.nextElementSibling === start.next) return;
    if (originalEvent?.type === "dragend" && originalEvent.dataTransfer?.dropEffect === "none") { putBack(item, start); return; } // Escape
    const address = `${item.closest("[data-steps]").dataset.steps}${item.dataset.step}/place`;
    const values = { to: placeOf(item), revision: form().elements.revision.value };
    let isDrawn = false;
    const drawn = (event) => { isDrawn ||= event.detail?.ctx?.target?.id === "workflow-body"; };
    document.addEventListener("htmx:after:swap", drawn);
    item.classList.add("flow-pending");
    pause(true);
    try {
      const headers = { "HX-Target": "div#workflow-body" }; // which htmx takes from attributes only
      await htmx.ajax("POST", address, { source: item, target: "#workflow-body", swap: "outerMorph", values, headers });
    } finally {
      document.removeEventListener("htmx:after:swap", drawn);
      item.classList.remove("flow-pending");
      pause(false);
      if (!isDrawn) putBack(item, start); // no answer: app.js says why
    }
  }

  // Called again for each new drawing, which has other lists.
  function connect() {
    for (const list of lists) if (!list.el.isConnected) { list.destroy(); lists.delete(list); }
    for (const line of document.querySelectorAll(".flow-editing .flow-line[data-place]")) {
      if (Sortable.get(line)) continue;
      lists.add(new Sortable(line, {
        group: "steps",
        draggable: ">li[data-step]",
        handle: ".flow-handle",
        animation: isStill.matches ? 0 : 120,
        swapThreshold: 0.6,
        emptyInsertThreshold: 24,
        fallbackOnBody: true,
        ghostClass: "flow-drop",
        fallbackClass: "flow-ghost",
        setData(data, item) {
          data.setData("text/plain", item.dataset.step);
          data.setDragImage(item.querySelector(":scope > .flow-part > .flow-card, :scope > .flow-part > .flow-time"), 12, 12);
        },
        onStart: begin,
        onEnd: end,
      }));
    }
  }
  document.addEventListener("htmx:after:swap", connect);
  connect();
})();
