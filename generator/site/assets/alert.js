// Labels of an alert come in with the page's address and fill the places that the page marks for them.
// Anybody can write an address: only declared labels whose value matches from end to end are taken,
// each is written for the context that it stands in, and all of it as text.
(() => {
  "use strict";

  const LONGEST = 200;
  const SHOWN = 60;
  // Controls, marks that turn the writing direction, private use, line separators: what the eye cannot check.
  const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u;

  const WRITERS = {
    text: (value) => value,
    regex: (value) => value.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"),
    promql: (value) => value.replace(/\\/g, "\\\\").replace(/"/g, "\\x22").replace(/'/g, "\\x27"),
    json: (value) => JSON.stringify(value).slice(1, -1),
    url: (value) =>
      encodeURIComponent(value).replace(/[!'()*]/g, (one) => "%" + one.charCodeAt(0).toString(16).toUpperCase()),
    shell: (value) => value.replace(/'/g, "'\"'\"'"),
  };

  // The value as it has to be written there, contexts from the inside out; null where nothing may stand.
  function written(value, contexts) {
    const writers = contexts.split(" ").map((name) => (Object.hasOwn(WRITERS, name) ? WRITERS[name] : null));
    return writers.includes(null) ? null : writers.reduce((text, write) => write(text), value);
  }

  // Why a value is refused; nothing when it is taken.
  function objection(values, pattern) {
    const value = values[0];
    if (values.length > 1) return "given more than once";
    if ([...value].length > LONGEST) return `longer than ${LONGEST} characters`;
    if (UNSEEN.test(value)) return "holds characters that cannot be seen";
    if (value.startsWith("-")) return "begins with a hyphen, as an option does";
    if (/^\.+$/.test(value)) return "only dots, which an address reads as a way up";
    return fits(value, pattern) ? "" : "not of the form that the service declares";
  }

  function fits(value, pattern) {
    try {
      return new RegExp(`^(?:${pattern})$`, "su").test(value);
    } catch {
      return false; // no pattern at all matches nothing
    }
  }

  // What the address carries of the declared labels: taken by name, and refused with the reason.
  function read(labels, query) {
    const taken = new Map();
    const refused = [];
    for (const { name, title, pattern } of labels) {
      const values = query.getAll(name);
      if (!values.some(Boolean)) continue;
      const reason = objection(values, pattern);
      if (reason) refused.push({ title, value: values[0], reason });
      else taken.set(name, { title, value: values[0] });
    }
    return { taken, refused };
  }

  function fillTexts(taken) {
    for (const place of document.querySelectorAll(".db-from-alert")) {
      const label = taken.get(place.dataset.label);
      const text = label ? written(label.value, place.dataset.context) : null;
      if (text === null) continue;
      place.textContent = text;
      place.title = "from the alert";
      place.classList.add("db-filled");
    }
  }

  function fillLinks(taken) {
    for (const link of document.querySelectorAll("a[data-from-alert]")) {
      const parts = JSON.parse(link.dataset.fromAlert).map((part) => {
        if (typeof part === "string") return part;
        const label = taken.get(part[0]);
        return (label && written(label.value, part[1])) || "";
      });
      link.href = parts.join("");
    }
  }

  // The link as it was written, with the labels in its query: it stays as relative as it is.
  function handOn(link, taken) {
    const [, path, search = "", hash = ""] = link.getAttribute("href").match(/^([^?#]*)(\?[^#]*)?(#.*)?$/s);
    const query = new URLSearchParams(search);
    for (const [name, { value }] of taken) query.set(name, value);
    link.setAttribute("href", `${path}?${query}${hash}`);
  }

  // Links to pages that take the same labels hand them on.
  function keep(place, taken) {
    const page = place.dataset.page;
    if (!location.pathname.endsWith(`/${page}`)) return;
    const root = location.pathname.slice(0, -page.length);
    const pages = new Set([page, ...JSON.parse(place.dataset.pages)].map((name) => root + name));
    for (const link of document.querySelectorAll("a[href]")) {
      if (link.getAttribute("href").startsWith("#") || link.origin !== location.origin) continue;
      if (pages.has(link.pathname)) handOn(link, taken);
    }
  }

  function element(name, text, kind) {
    const made = document.createElement(name);
    made.textContent = text;
    if (kind) made.className = kind;
    return made;
  }

  // A refused value, so that whoever reads it sees every character of its beginning.
  function visible(value) {
    const shown = [...value].slice(0, SHOWN).map((one) =>
      UNSEEN.test(one) ? `⟨${one.codePointAt(0).toString(16)}⟩` : one,
    );
    return shown.join("") + ([...value].length > SHOWN ? "…" : "");
  }

  function show(place, taken, refused) {
    const list = element("ul", "");
    for (const { title, value } of taken.values()) {
      const item = element("li", `${title} `);
      item.append(element("code", value));
      list.append(item);
    }
    for (const { title, value, reason } of refused) {
      const item = element("li", `Refused: ${title} `, "db-refused");
      item.append(element("code", visible(value)), ` ${reason}`);
      list.append(item);
    }
    place.replaceChildren(element("b", "From the alert"), " ", list);
    place.hidden = false;
  }

  function start() {
    const place = document.querySelector(".db-came[data-labels]");
    if (!place || !location.search) return;
    const { taken, refused } = read(JSON.parse(place.dataset.labels), new URLSearchParams(location.search));
    if (!taken.size && !refused.length) return;
    fillTexts(taken);
    fillLinks(taken);
    keep(place, taken);
    show(place, taken, refused);
  }

  start();
})();
