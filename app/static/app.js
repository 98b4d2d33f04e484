/* What the browser cannot do by itself: dialogs, questions, upload progress, tab title. Everything works without it, only slower. */
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const plainTitle = document.title;
  const token = () => JSON.parse(document.body.getAttribute("hx-headers:inherited") || "{}");

  function toast(words, tone = "danger") {
    const box = document.createElement("div");
    box.className = `alert alert-${tone}`;
    box.textContent = words;
    $("#toasts").replaceChildren(box);
    setTimeout(() => box.remove(), 12000);
  }

  // Dialogs: data-dialog="id" opens, data-dialog-close and a click beside it close.
  function openDialog(id) {
    const dialog = document.getElementById(id);
    if (dialog && !dialog.open) dialog.showModal();
  }
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  document.addEventListener("click", (event) => {
    const newTab = event.ctrlKey || event.metaKey || event.shiftKey;
    const opener = event.target.closest("[data-dialog]");
    if (opener && !newTab) {
      event.preventDefault();
      if (opener.dataset.dialog === "sheet") $("#sheet-body").innerHTML = '<div class="skeleton"><span class="skeleton-line"></span><span class="skeleton-line"></span><span class="skeleton-line"></span></div>';
      openDialog(opener.dataset.dialog);
    }
    const dialog = event.target.closest("dialog");
    if (dialog?.matches(":modal") && (event.target === dialog || event.target.closest("[data-dialog-close]"))) {
      event.preventDefault();
      closeDialog(dialog);
    }
    const step = event.target.closest("a.flow-card, [data-opens-step]");
    if (step && !newTab) {
      for (const card of document.querySelectorAll("a.flow-card")) {
        if (card.href === step.href) card.setAttribute("aria-current", "true"); else card.removeAttribute("aria-current");
      }
    }
    event.target.closest("[data-dismiss]")?.closest(".alert")?.remove();
    for (const open of document.querySelectorAll("details[data-close-outside][open]")) {
      if (!open.contains(event.target)) open.open = false;
    }
  });

  // Typed text is never lost without a question: not by Escape, not by a click beside the dialog, not by leaving.
  const TYPED = "textarea, input:not([type]), input[type=text], input[type=email], input[type=url], input[type=tel], input[type=number], input[type=date]";
  const isUnsaved = (form) => form.method === "post" && form.dataset.unsaved !== "no"
    && (Boolean($(".error-summary, .alert[role=alert]", form)) || [...form.querySelectorAll(TYPED)].some((field) => field.value !== field.defaultValue));
  const unsavedIn = (root) => [...root.querySelectorAll("form")].filter(isUnsaved);
  function closeDialog(dialog) {
    const forms = unsavedIn(dialog);
    if (!forms.length) { dialog.close(); return; }
    ask({ dataset: { confirmTitle: "Discard your changes?", confirm: "What you typed has not been saved.", confirmLabel: "Discard changes" } }, () => {
      for (const form of forms) form.dataset.unsaved = "no";
      dialog.close();
    });
  }
  const keepOpen = (event, dialog) => {
    if (!dialog?.matches(":modal") || !unsavedIn(dialog).length) return;
    event.preventDefault();
    closeDialog(dialog);
  };
  document.addEventListener("cancel", (event) => keepOpen(event, event.target), true);
  document.addEventListener("submit", (event) => { // whoever uses this tab next sees nothing of what was chosen or typed
    if (event.target.getAttribute("action") !== "/sign-out") return;
    try { for (const name of Object.keys(sessionStorage)) if (name.startsWith("muster.")) sessionStorage.removeItem(name); } catch { /* nothing is kept */ }
  });
  document.addEventListener("submit", (event) => {
    if (event.target.method === "dialog" && event.target.closest("dialog")?.id !== "confirm") keepOpen(event, event.target.closest("dialog"));
    else if (event.target.method === "post") event.target.dataset.unsaved = "no"; // it is on its way
  });
  for (const name of ["htmx:error", "htmx:response:error", "pageshow"]) {
    addEventListener(name, () => { for (const form of document.querySelectorAll("form[data-unsaved]")) delete form.dataset.unsaved; });
  }
  // An error that is not the form again must not take its place.
  document.addEventListener("htmx:after:request", (event) => {
    const { response, sourceElement, text, hx } = event.detail.ctx;
    const form = sourceElement.closest?.("form[method=post]");
    if (response.status < 400 || response.status >= 500 || [409, 422].includes(response.status) || hx.redirect || !form) return;
    delete form.dataset.unsaved;
    if (!isUnsaved(form)) return;
    event.preventDefault();
    const title = new DOMParser().parseFromString(text, "text/html").querySelector(".alert-title")?.textContent.trim();
    toast(`${title || "That wasn’t possible"}. What you typed is still here.`);
  });
  addEventListener("beforeunload", (event) => { if ($("body.shell") && unsavedIn(document).length) event.preventDefault(); });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") keepOpen(event, event.target.closest("dialog"));
    const open = event.key === "Escape" && event.target.closest("details[data-close-outside][open]");
    if (open) { open.open = false; $("summary", open).focus(); }
  });

  // Questions: data-confirm="sentence" on a form or its button; data-confirm-label names the act.
  function ask(source, act) {
    const dialog = $("#confirm");
    $("#confirm-title").textContent = source.dataset.confirmTitle || "Are you sure?";
    $("#confirm-text").textContent = source.dataset.confirm;
    $("#confirm-yes").textContent = source.dataset.confirmLabel || "Continue";
    dialog.returnValue = "no";
    dialog.onclose = () => { if (dialog.returnValue === "yes") act(); };
    dialog.showModal();
  }
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const source = [event.submitter, form].find((element) => element?.dataset.confirm);
    if (source && form.dataset.confirmed !== "yes") {
      event.preventDefault();
      event.stopImmediatePropagation();
      ask(source, () => { form.dataset.confirmed = "yes"; form.requestSubmit(event.submitter); delete form.dataset.confirmed; });
    } else if (form.dataset.busy === "yes") {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else if (form.method !== "dialog") {
      setBusy(form, event.submitter, true);
      if (form.dataset.upload !== undefined) { event.preventDefault(); upload(form); }
    }
  }, true);

  // One click, one request: a form that is on its way does not go twice.
  function setBusy(form, button, on) {
    if (form.method === "get") return;
    form.dataset.busy = on ? "yes" : "no";
    const buttons = button ? [button] : form.querySelectorAll("button:not([type=button])");
    for (const each of buttons) { each.classList.toggle("busy", on); each.setAttribute("aria-disabled", String(on)); }
  }
  const free = (form) => { if (form?.dataset?.busy) { setBusy(form, null, false); } };
  addEventListener("pageshow", () => document.querySelectorAll("form[data-busy]").forEach(free));
  document.addEventListener("htmx:finally:request", (event) => free(event.target.closest?.("form")));

  // Upload with a bar: the server answers HX-Redirect, or the page again with what is wrong (422).
  function upload(form) {
    const box = $("[data-upload-progress]", form);
    const bar = $("progress", box);
    const words = $("[data-upload-words]", box);
    const request = new XMLHttpRequest();
    const most = Number(form.dataset.uploadMost);
    const size = $("input[type=file]", form)?.files[0]?.size ?? 0;
    const ended = (sentence) => { box.hidden = true; setBusy(form, null, false); if (sentence) toast(sentence); };
    if (most && size > most) { ended(form.dataset.uploadTooLarge || "The file is too large."); return; }
    request.open("POST", form.action);
    request.setRequestHeader("HX-Request", "true");
    for (const [name, value] of Object.entries(token())) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => {
      bar.value = event.lengthComputable ? (event.loaded / event.total) * 100 : 0;
      words.textContent = bar.value < 100 ? `${Math.round(bar.value)}% uploaded` : "Uploaded. Reading the file…";
      if (bar.value >= 100) bar.removeAttribute("value");
    };
    request.onload = () => {
      const next = request.getResponseHeader("HX-Redirect");
      if (next) { location.href = next; return; }
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      const fresh = form.id && page.getElementById(form.id);
      const message = page.querySelector("[role=alert]");
      if (fresh) { form.replaceWith(fresh); window.htmx?.process(fresh); settle(fresh); } else { ended(message?.textContent.trim() || (request.status >= 500 ? "The upload failed because of a server error. Try again." : "The upload was rejected.")); }
    };
    request.onerror = () => ended("The connection was lost during the upload. Try again.");
    box.hidden = false;
    request.send(new FormData(form));
  }
  document.addEventListener("change", (event) => {
    const zone = event.target.type === "file" && event.target.closest("[data-drop]");
    if (zone) $("[data-drop-name]", zone).textContent = event.target.files[0]?.name || "";
    if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
  });

  // A merge tag that is chosen goes to where the cursor was in the form: data-insert="{{ … }}".
  let writing = null;
  document.addEventListener("focusin", (event) => {
    if (event.target.matches("input[type=text].form-control, textarea.form-control")) writing = event.target;
  });
  document.addEventListener("click", (event) => {
    const text = event.target.closest("[data-insert]")?.dataset.insert;
    if (!text) return;
    const form = event.target.closest("form");
    const field = writing?.form === form ? writing : $("textarea", form);
    field.focus();
    if (document.execCommand("insertText", false, text)) return; // so that Ctrl+Z takes it back
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // data-copy="id" copies the text of an element or a field, also where a browser has no clipboard for pages without https.
  document.addEventListener("click", async (event) => {
    const source = document.getElementById(event.target.closest("[data-copy]")?.dataset.copy);
    if (!source) return;
    if (source.select) source.select(); else getSelection().selectAllChildren(source);
    try { await navigator.clipboard.writeText((source.value ?? source.textContent).trim()); } catch { document.execCommand("copy"); }
    toast("Copied.", "success");
  });

  // A text that is selected inside of data-marks="id" goes into that field.
  document.addEventListener("pointerup", () => {
    const chosen = getSelection();
    const box = chosen.anchorNode?.parentElement?.closest("[data-marks]");
    const text = chosen.toString().trim();
    if (text && box?.contains(chosen.focusNode)) document.getElementById(box.dataset.marks).value = text.slice(0, 200);
  });

  // What scrolls sideways can be reached with the keyboard; a wide drawing begins in its middle.
  function fit(fresh) {
    for (const box of document.querySelectorAll("[data-scrolls]")) {
      const scrolls = box.scrollWidth > box.clientWidth + 1;
      for (const [name, value] of [["tabindex", "0"], ["role", box.tagName === "DIV" ? "region" : ""], ["aria-label", box.dataset.scrolls]]) {
        if (scrolls && value) box.setAttribute(name, value); else box.removeAttribute(name);
      }
      if (fresh && box.dataset.centre !== undefined) box.scrollLeft = (box.scrollWidth - box.clientWidth) / 2;
    }
  }
  addEventListener("resize", () => fit(false));

  // The browser knows its time zone, maybe under a former name: data-browser-zone on a select, {former name: name}, chooses it, where the list has it.
  for (const list of document.querySelectorAll("select[data-browser-zone]")) {
    const known = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const zone = JSON.parse(list.dataset.browserZone)[known] || known;
    if ([...list.options].some((option) => option.value === zone)) list.value = zone;
  }

  // The tab shows how far the job is: data-title on the panel.
  function settle(root) {
    const told = $("[data-title]");
    document.title = told?.dataset.title ? `${told.dataset.title} · ${plainTitle}` : plainTitle;
    $("[data-focus]", root)?.focus();
  }
  document.addEventListener("htmx:after:swap", (event) => {
    const target = event.detail?.ctx?.target || event.target; // the event itself comes from what asked
    const filled = target.isConnected ? target : document.getElementById(target.id) || document;
    settle(filled);
    fit(filled.id === "sheet-body");
    const label = $("#sheet-body > [data-dialog-label]");
    if (label) $("#sheet").setAttribute("aria-label", label.dataset.dialogLabel);
  });
  // A morph changes attributes, not what a person has chosen or typed. Where a field becomes another one, that must go.
  document.addEventListener("htmx:before:morph:node", ({ detail: { oldNode: field, newNode: other } }) => {
    if (!field.matches?.("select, input, textarea") || field.name === other.name) return;
    const { value, checked } = other;
    queueMicrotask(() => {
      if (field.type !== "file") field.value = value;
      if ("checked" in field) field.checked = checked;
    });
  });
  document.addEventListener("htmx:response:error", (event) => {
    if (event.detail.ctx.response.status >= 500) toast("Something went wrong on the server. Try again in a moment.");
  });
  document.addEventListener("htmx:error", () => toast("The server isn’t responding. Check your connection."));
  settle(document);
  fit(true);
  // The current tab of a wide row is brought into view sideways only: a page opens at its top.
  for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
    const row = tab.closest(".tabs");
    row.scrollLeft += tab.getBoundingClientRect().left - row.getBoundingClientRect().left - (row.clientWidth - tab.offsetWidth) / 2;
  }
})();
