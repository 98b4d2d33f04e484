/* The editor of a workflow's steps: what the browser cannot do by itself when htmx replaces the drawing. */
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const isBody = (event) => (event.detail?.ctx?.target || event.target)?.id === "workflow-body";

  // What was chosen in a step's menu closes it; so does a dialog whose form has changed the drawing.
  document.addEventListener("click", (event) => {
    const menu = event.target.closest(".flow-menu a, .flow-menu button")?.closest(".flow-menu");
    if (menu) setTimeout(() => menu.isConnected && menu.matches(":popover-open") && menu.hidePopover());
  });
  // It closes once the new drawing stands, and before the focus goes into it, which a dialog doesn't let out.
  document.addEventListener("htmx:after:swap", (event) => {
    const source = event.detail?.ctx?.sourceElement || event.target;
    if (isBody(event) && source.closest?.("#sheet")) $("#sheet").close();
  }, true);

  // Alt with an arrow moves the step that has the focus.
  document.addEventListener("keydown", (event) => {
    const to = { ArrowUp: "up", ArrowDown: "down" }[event.key];
    const button = event.altKey && to && event.target.closest(".flow-part")?.querySelector(`.flow-menu [name=to][value=${to}]`);
    if (button) { event.preventDefault(); button.click(); }
  });

  // Ctrl+Z and Ctrl+Shift+Z (or Ctrl+Y), where nothing is being typed.
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || $("dialog:modal")) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const key = event.key.toLowerCase();
    const button = key === "y" || (key === "z" && event.shiftKey) ? $("[data-redo]") : key === "z" ? $("[data-undo]") : null;
    if (button && !button.disabled) { event.preventDefault(); button.click(); }
  });

  // The settings of a new step open at once.
  document.addEventListener("htmx:after:swap", (event) => {
    if (isBody(event)) setTimeout(() => $("[data-open-now]")?.click());
  });
})();
