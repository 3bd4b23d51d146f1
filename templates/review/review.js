// What the pages do beyond links and forms. Everything here is a comfort: without it each page still works.
"use strict";
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const desk = document.querySelector(".desk");
  document.documentElement.classList.add("js");

  // ---------------------------------------------------------------- fields: their size, their length, what mirrors them

  const grown = !CSS.supports("field-sizing", "content");
  function grow(field) {
    if (!grown || field.localName !== "textarea") return;
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight + 2}px`;
  }
  function reflect(field) {
    grow(field);
    const counted = document.getElementById(`${field.id}-count`)?.querySelector("[data-counted]");
    if (counted) {
      const length = [...field.value].length;
      counted.textContent = length;
      counted.parentElement.classList.toggle("over", length > Number(field.dataset.count));
    }
    const place = field.closest(".story") ?? document;
    for (const mirror of place.querySelectorAll(`[data-mirror="${field.name}"]`)) mirror.textContent = field.value;
  }
  document.addEventListener("input", (event) => event.target.matches("textarea") && reflect(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("[data-one-line]") && !event.isComposing) {
      event.preventDefault();
      event.target.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
  all("textarea").forEach(reflect);
  if (!desk) return;
  htmx.config.attributesToSettle = ["class"];  // heights are ours, and the page's policy lets no style attribute be written

  // ---------------------------------------------------------------- nothing typed is lost

  const typed = () => all("#sheet textarea").filter((field) => field.value !== field.defaultValue);
  const flat = (text) => String(text ?? "").replace(/\r\n?/g, "\n");
  addEventListener("beforeunload", (event) => typed().length && event.preventDefault());
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-leave]")) typed().forEach((field) => (field.value = field.defaultValue));
    event.target.closest("[data-close]")?.closest(".said, .just-done").replaceChildren();
    if (event.target.closest("[aria-disabled=true]")) { event.preventDefault(); event.stopPropagation(); }
  }, true);
  document.addEventListener("htmx:beforeRequest", (event) => {
    const field = event.detail.elt;  // a field that left and came back to what it was has nothing to save
    if (!field.matches("#sheet textarea")) return;
    if (!field.validity.valid) { event.preventDefault(); say(desk.dataset.empty); }
    if (field.value === field.defaultValue || refused.get(field.id) === field.value) event.preventDefault();
  });
  const refused = new Map();  // what a conflict shows already
  document.addEventListener("conflict", () => typed().forEach((field) => refused.set(field.id, field.value)));
  function markSent(detail) {
    const sent = detail.requestConfig.parameters;
    const form = detail.requestConfig.elt.form ?? detail.requestConfig.elt.closest("form");
    for (const field of form?.querySelectorAll("textarea") ?? []) {
      if (field.closest("#sheet") && !field.matches("[data-draft]") && flat(sent[field.name]) === field.value) field.defaultValue = field.value;
    }
  }

  // ---------------------------------------------------------------- after a save

  let focus = "", kept = null, seen = 0;
  document.addEventListener("saved", (event) => {
    const { revision, fields, focus: next } = event.detail;
    refused.clear();
    all("input[name=revision]:not([data-fixed])").forEach((field) => (field.value = revision));
    for (const [name, text] of Object.entries(fields)) {
      const field = document.getElementById(name);
      if (field && field.value === field.defaultValue) { field.value = field.defaultValue = text; reflect(field); }
    }
    focus = next;
    showAnew();
    clearTimeout(seen);
    seen = setTimeout(() => all("#said .note").forEach((line) => line.classList.add("unseen")), 4000);
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.getResponseHeader("HX-Trigger")?.includes('"saved"')) markSent(event.detail);
    if (event.detail.target.id !== "sheet") return;
    kept = {
      at: document.activeElement.id,
      caret: [document.activeElement.selectionStart, document.activeElement.selectionEnd],
      typed: typed().map((field) => [field.id, field.value]),
      open: all("#sheet details[open]").map((part) => part.dataset.keep),
    };
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "conflict" && !document.activeElement?.matches("textarea")) {
      document.getElementById("conflict-title")?.focus();
    }
    if (event.detail.target.id !== "sheet" || !kept) return;
    all("#sheet details").forEach((part) => (part.open = kept.open.includes(part.dataset.keep)));
    all("#sheet textarea").forEach(reflect);
    if (document.activeElement === document.body && kept.at) document.getElementById(kept.at)?.focus({ preventScroll: true });
    for (const [id, value] of kept.typed) {
      const field = document.getElementById(id);
      if (!field) continue;
      field.value = value;
      reflect(field);
    }
    const active = document.activeElement;
    if (active.matches("textarea") && active.id === kept.at) active.setSelectionRange(...kept.caret);
    kept = null;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target.id !== "sheet") return;
    typed().forEach((field) => field.dispatchEvent(new Event("change", { bubbles: true })));  // typed while it was on its way
    if (focus && !document.activeElement.matches("textarea")) document.getElementById(focus)?.focus();
    document.activeElement.scrollIntoView({ block: "nearest" });
    focus = "";
  });

  // ---------------------------------------------------------------- what went wrong is said, and nothing is replaced

  function say(...texts) {
    const lines = texts.map((text) => {
      const line = document.createElement("p");
      line.textContent = text.charAt(0).toUpperCase() + text.slice(1);
      return line;
    });
    document.getElementById("said").replaceChildren(...lines);
  }
  document.addEventListener("htmx:sendError", () => say(desk.dataset.failed));
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const { xhr } = event.detail;
    if (xhr.status < 400) return;
    event.preventDefault();
    const answer = new DOMParser().parseFromString(xhr.responseText, "text/html");
    const told = [...answer.querySelectorAll(".refused, .refused + .hint")].map((one) => one.textContent);
    if (xhr.status === 401 || !told.length) say(xhr.status === 401 ? desk.dataset.ended : desk.dataset.failed);
    else say(...told);
  });

  // ---------------------------------------------------------------- the email, made again without a flash, where it was

  function showAnew() {
    const old = document.querySelector(".frame iframe:not(.next)");
    if (!old) return;
    document.querySelector(".frame .next")?.remove();
    const next = old.cloneNode();
    next.classList.add("next");
    next.addEventListener("load", () => {
      next.contentWindow.scrollTo(0, old.contentWindow.scrollY);
      next.classList.remove("next");
      old.remove();
    }, { once: true });
    old.after(next);
  }

  document.addEventListener("focusin", (event) => {  // the email follows to the story that is written in
    const title = event.target.matches("textarea") && event.target.closest(".story")?.querySelector(".title").defaultValue;
    const frame = document.querySelector(".frame iframe:not(.next)");
    const headings = title ? [...(frame.contentDocument?.querySelectorAll("h3") ?? [])] : [];
    const heading = headings.find((one) => one.textContent.trim().startsWith(title));
    if (heading) frame.contentWindow.scrollTo(0, heading.getBoundingClientRect().top + frame.contentWindow.scrollY - 24);
  });

  // ---------------------------------------------------------------- stories in brief

  const brief = document.getElementById("brief");
  function shorten(yes) {
    desk.classList.toggle("brief", yes);
    brief?.setAttribute("aria-pressed", yes);
    all("#sheet textarea").forEach(grow);
  }
  brief?.addEventListener("click", () => {
    sessionStorage.brief = brief.getAttribute("aria-pressed") === "true" ? "" : "yes";
    shorten(Boolean(sessionStorage.brief));
  });
  if (sessionStorage.brief) shorten(true);

  // ---------------------------------------------------------------- drag

  let dragged = null;
  const clear = () => all(".drop-before, .drop-after").forEach((one) => one.classList.remove("drop-before", "drop-after"));
  document.addEventListener("pointerdown", (event) => {
    all(".story[draggable]").forEach((one) => one.removeAttribute("draggable"));
    event.target.closest?.(".grip")?.closest(".story").setAttribute("draggable", "true");
  });
  document.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.(".story[draggable]");
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.querySelector("h3").textContent);
    setTimeout(() => {  // stories become short, so that the place is near; not in this event, which would end the drag
      desk.classList.add("moving");
      dragged?.scrollIntoView({ block: "center" });
    });
  });
  function placeAt(event) {
    const theme = event.target.closest?.(".theme");
    if (!dragged || !theme) return null;
    const stories = [...theme.querySelectorAll(".story")].filter((one) => one !== dragged);
    const place = stories.findIndex((one) => event.clientY < one.getBoundingClientRect().top + one.offsetHeight / 2);
    return { theme, stories, place: place < 0 ? stories.length : place };
  }
  document.addEventListener("dragover", (event) => {
    const at = placeAt(event);
    if (!at) return;
    event.preventDefault();
    clear();
    const next = at.stories[at.place];
    (next ?? at.stories.at(-1) ?? at.theme.querySelector("h2")).classList.add(next ? "drop-before" : "drop-after");
  });
  document.addEventListener("drop", (event) => {
    const at = placeAt(event);
    if (!at) return;
    event.preventDefault();
    htmx.ajax("POST", dragged.dataset.url, {
      source: dragged.querySelector("form"), target: "#sheet", swap: "innerHTML",
      values: { do: "place", to: at.theme.dataset.theme, place: at.place },
    });
  });
  document.addEventListener("dragend", () => { clear(); desk.classList.remove("moving"); dragged?.removeAttribute("draggable"); dragged = null; });
})();
