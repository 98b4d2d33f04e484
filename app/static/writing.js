/* Writing a message: buttons that format its text as Markdown, how its preview looks, and advice read aloud. */
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const MERGE_TAG = /\{\{.*?\}\}|\{%.*?%\}/gs;
  const LINK = /\[([^\[\]\n]*)\]\(((?:\{\{[^{}\n]*\}\}|(?!\{\{)[^()\n])*)\)/g;
  const BEGINS = { heading: /^#{1,6}\s+/, list: /^[-*+]\s+/, numbers: /^\d+[.)]\s+/ };
  const ANY_BEGIN = /^(?:#{1,6}|[-*+]|\d+[.)])\s+/;
  const LINE = /^(\s*(?:(?:[-*+]|\d+[.)]|#{1,6}|>)\s+)*)(.*?)(\s*)$/;
  const SAMPLES = { bold: "bold text", italic: "italic text" };
  const KEYS = { b: "bold", i: "italic", k: "link" };

  // Replaces a part of the text so that Ctrl+Z takes it back, and selects a part of it.
  function put(field, start, end, text, from, to) {
    field.focus();
    field.setSelectionRange(start, end);
    if (text !== field.value.slice(start, end) && !document.execCommand(text ? "insertText" : "delete", false, text)) {
      field.setRangeText(text, start, end, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    field.setSelectionRange(from, to);
  }

  // What a button is about: the selection without spaces around it, else the word at the cursor. Merge tags stay whole.
  function chosen(field) {
    const text = field.value;
    let [start, end] = [field.selectionStart, field.selectionEnd];
    if (start === end) {
      const left = /[\p{L}\p{N}]*$/u.exec(text.slice(0, start))[0].length;
      const right = /^[\p{L}\p{N}]*/u.exec(text.slice(start))[0].length;
      if (left && right) [start, end] = [start - left, end + right];
    }
    for (const { index, 0: tag } of text.matchAll(MERGE_TAG)) {
      if (index < end && index + tag.length > start) [start, end] = [Math.min(start, index), Math.max(end, index + tag.length)];
    }
    while (start < end && /\s/.test(text[start])) start += 1;
    while (start < end && /\s/.test(text[end - 1])) end -= 1;
    return [start, end];
  }

  // Bold is two stars on both sides, italic one; both are three.
  function emphasize(field, format) {
    const stars = format === "bold" ? 2 : 1;
    let [start, end] = chosen(field);
    if (start === end) {
      const sample = SAMPLES[format];
      put(field, start, end, "*".repeat(stars) + sample + "*".repeat(stars), start + stars, start + stars + sample.length);
      return;
    }
    while (field.value[start - 1] === "*") start -= 1;
    while (field.value[end] === "*") end += 1;
    const begins = start === 0 || field.value[start - 1] === "\n";
    const lines = field.value.slice(start, end).split("\n").map((line, number) => {
      const [, begin, words, rest] = number || begins ? LINE.exec(line) : ["", "", line, ""];
      const around = Math.min(/^\**/.exec(words)[0].length, /\**$/.exec(words)[0].length, 3);
      const has = stars === 2 ? around >= 2 : around % 2 === 1;
      return { begin, words: words.slice(around, words.length - around), rest, around, has };
    });
    const full = lines.filter((line) => line.words);
    const off = full.every((line) => line.has);
    const text = lines.map((line) => {
      if (!line.words || (line.has && !off)) return line.begin + "*".repeat(line.around) + line.words + "*".repeat(line.around) + line.rest;
      const marks = "*".repeat(line.around + (off ? -stars : stars));
      return line.begin + marks + line.words + marks + line.rest;
    }).join("\n");
    const inner = lines.length === 1 ? lines[0].begin.length + lines[0].around + (off ? -stars : stars) : 0;
    put(field, start, end, text, start + inner, start + inner + (lines.length === 1 ? lines[0].words.length : text.length));
  }

  // Headings and lists begin each line of the selection, with blank lines around them.
  function begin(field, format) {
    const text = field.value;
    const start = field.selectionStart && text.lastIndexOf("\n", field.selectionStart - 1) + 1;
    const last = field.selectionEnd > field.selectionStart && text[field.selectionEnd - 1] === "\n" ? field.selectionEnd - 1 : field.selectionEnd;
    const end = text.indexOf("\n", last) < 0 ? text.length : text.indexOf("\n", last);
    const lines = text.slice(start, end).split("\n");
    const full = lines.filter((line) => line.trim());
    const off = full.length > 0 && full.every((line) => BEGINS[format].test(line));
    let number = 0;
    const made = lines.map((line) => {
      if (!line.trim() && lines.length > 1) return line;
      const bare = line.replace(ANY_BEGIN, "");
      return off ? bare : { heading: "## ", list: "- ", numbers: `${number += 1}. ` }[format] + bare;
    }).join("\n");
    const before = text.slice(text.lastIndexOf("\n", start - 2) + 1, Math.max(start - 1, 0));
    const after = text.slice(end + 1).split("\n", 1)[0];
    const apart = (line) => (!off && line.trim() && !(format !== "heading" && BEGINS[format].test(line)) ? "\n" : "");
    const lead = start ? apart(before) : "";
    const at = start + lead.length;
    const from = lines.length > 1 ? at : at + made.length;
    put(field, start, end, lead + made + apart(after), from, at + made.length);
  }

  // Enter in a list begins its next line; on an empty line it ends the list.
  function continueList(event, field) {
    const at = field.selectionStart;
    const start = at && field.value.lastIndexOf("\n", at - 1) + 1;
    const line = /^(\s*)(?:([-*+])|(\d{1,6})([.)]))(\s+)(.*)$/.exec(field.value.slice(start, at));
    if (!line || at !== field.selectionEnd) return;
    const [, indent, bullet, number, dot, space, words] = line;
    const next = words.trim() ? `\n${indent}${bullet || Number(number) + 1 + dot}${space}` : "";
    const from = next ? at : start;
    event.preventDefault();
    put(field, from, at, next, from + next.length, from + next.length);
  }

  function divide(field) {
    const text = field.value;
    const line = text.indexOf("\n", field.selectionEnd);
    const at = line < 0 ? text.length : line;
    const missing = (breaks) => "\n".repeat(Math.max(2 - breaks, 0));
    const lead = at ? missing(/\n*$/.exec(text.slice(0, at))[0].length) : "";
    const tail = missing(/^\n*/.exec(text.slice(at))[0].length);
    const end = at + lead.length + 3 + 2;
    put(field, at, at, `${lead}---${tail}`, end, end);
  }

  // Links: the dialog asks for text and address; a link at the cursor is changed.
  let linking = null;
  const outsideTags = (text, change) => {
    let [made, at] = ["", 0];
    for (const { index, 0: tag } of text.matchAll(MERGE_TAG)) { made += change(text.slice(at, index)) + tag; at = index + tag.length; }
    return made + change(text.slice(at));
  };
  function askForLink(field) {
    const dialog = $("#link-dialog");
    let [start, end] = chosen(field);
    let text = field.value.slice(start, end).replace(/\s+/g, " ");
    let address = "";
    for (const { index, 0: whole, 1: words, 2: to } of field.value.matchAll(LINK)) {
      if (index <= start && end <= index + whole.length) [start, end, text, address] = [index, index + whole.length, words.replace(/\\([[\]])/g, "$1"), to.trim()];
    }
    if (!address && complete(text) && !/\s/.test(text)) [text, address] = ["", text];
    linking = { field, start, end };
    $("#link-title").textContent = address && text ? "Change link" : "Add a link";
    $("#link-text").value = text;
    $("#link-address").value = address;
    refuse("");
    dialog.showModal();
    $(text ? "#link-address" : "#link-text").focus();
  }
  function complete(typed) {
    const address = outsideTags(typed.trim(), (part) => part.replace(/[ ()]/g, (char) => `%${char.charCodeAt(0).toString(16)}`));
    if (/^(?:https?:\/\/[^\s/?#]|\{\{)/i.test(address) || /^mailto:[^\s@]+@\S/i.test(address)) return address;
    if (/^(?:tel|sms):/i.test(typed.trim())) return typed.trim().replace(/[\s()]/g, "");
    if (/^[^\s@/:]+@[^\s@/:]+\.[^\s@/:]+$/.test(address)) return `mailto:${address}`;
    return /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?:[/?#]\S*)?$/i.test(address) ? `https://${address}` : "";
  }
  function refuse(sentence) {
    $("#link-address-error").textContent = sentence;
    if (sentence) $("#link-address").setAttribute("aria-invalid", "true"); else $("#link-address").removeAttribute("aria-invalid");
  }
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "link-form") return;
    event.preventDefault();
    const address = complete($("#link-address").value);
    if (!address) {
      refuse($("#link-address").value.trim() ? "Enter a complete address, such as https://example.com." : "Enter an address.");
      $("#link-address").focus();
      return;
    }
    const words = $("#link-text").value.trim() || $("#link-address").value.trim();
    const text = outsideTags(words, (part) => part.replace(/[[\]]/g, "\\$&"));
    const { field, start, end } = linking;
    $("#link-dialog").close();
    const after = start + text.length + address.length + 4;
    put(field, start, end, `[${text}](${address})`, after, after);
  });

  const FORMATS = { bold: emphasize, italic: emphasize, heading: begin, list: begin, numbers: begin, link: askForLink, divider: divide };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-format]");
    const field = button && document.getElementById(button.closest("[data-formats]").dataset.formats);
    if (field) FORMATS[button.dataset.format](field, button.dataset.format);
  });
  document.addEventListener("keydown", (event) => {
    const button = event.target.closest?.("[data-format]");
    if (button && ["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) {
      const all = [...button.parentElement.querySelectorAll("[data-format]")];
      const next = { ArrowLeft: all.indexOf(button) - 1, ArrowRight: all.indexOf(button) + 1, Home: 0, End: -1 }[event.key];
      event.preventDefault();
      rove(all, all.at(next % all.length));
      all.at(next % all.length).focus();
    }
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey && !event.isComposing;
    if (event.key === "Enter" && isPlain && event.target.id && $(`[data-formats="${event.target.id}"]`)) continueList(event, event.target);
    const format = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && KEYS[event.key.toLowerCase()];
    if (format && event.target.id && $(`[data-formats="${event.target.id}"]`)) {
      event.preventDefault();
      FORMATS[format](event.target, format);
    }
  });
  function rove(all, current) { for (const each of all) each.tabIndex = each === current ? 0 : -1; }
  document.addEventListener("focusin", (event) => {
    if (event.target.matches("[data-format]")) rove([...event.target.parentElement.children], event.target);
  });

  // How the preview looks: a choice of this browser.
  const stored = () => { try { return JSON.parse(localStorage.getItem("muster-preview")) || {}; } catch { return {}; } };
  function look() {
    const choice = { width: "desktop", colors: document.documentElement.dataset.bsTheme, ...stored() };
    for (const box of document.querySelectorAll(".step-preview")) {
      Object.assign(box.dataset, { width: choice.width, ...stored() });
      for (const group of box.querySelectorAll("[data-preview-choices]")) group.hidden = false;
      for (const button of box.querySelectorAll("[data-preview]")) button.setAttribute("aria-pressed", String(choice[button.dataset.preview] === button.dataset.value));
    }
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-preview]");
    if (!button) return;
    const choice = { ...stored(), [button.dataset.preview]: button.dataset.value };
    try { localStorage.setItem("muster-preview", JSON.stringify(choice)); } catch { /* private window */ }
    look();
  });

  // New advice is read aloud when somebody stops typing, not at every key.
  const told = new WeakMap();
  let waiting = 0;
  const advice = (form) => [...form.querySelectorAll(".advice-list li")].map((line) => line.textContent.trim());
  function tell() {
    const form = $("#step-form");
    const status = form && $("[data-advice-status]", form);
    if (!status) return;
    const [before, now] = [told.get(form) || [], advice(form)];
    const fresh = now.filter((line) => !before.includes(line));
    if (fresh.length) status.textContent = fresh.join(" "); else if (before.length && !now.length) status.textContent = "No more suggestions.";
    told.set(form, now);
  }
  function tellSoon() { clearTimeout(waiting); waiting = setTimeout(tell, 2000); }
  document.addEventListener("input", (event) => { if (event.target.form?.id === "step-form") tellSoon(); });

  function start() {
    for (const toolbar of document.querySelectorAll("[data-formats][hidden]")) toolbar.hidden = false;
    const form = $("#step-form");
    if (form && !told.has(form)) told.set(form, advice(form));
    look();
  }
  document.addEventListener("htmx:after:swap", (event) => {
    if ((event.detail?.ctx?.target || event.target)?.id === "message-preview") tellSoon(); else start();
  });
  start();
})();
