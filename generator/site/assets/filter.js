/* Words typed into the field of the front page in, the entries that hold them all out. */
(() => {
  "use strict";

  const box = document.querySelector(".db-filter");
  if (!box) return;
  const field = box.querySelector("input");
  const told = box.querySelector("[role=status]");
  const groups = [...document.querySelectorAll(".db-way:not([data-aside]) .db-group")];
  const aside = document.querySelectorAll(".db-way[data-aside], .db-bar");
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const entries = [...document.querySelectorAll(".db-listed")].map((element) => ({
    element,
    text: plain(`${element.textContent} ${element.dataset.words || ""}`),
  }));
  const folded = groups.filter((group) => group.localName === "details" && !group.open);

  const narrow = () => {
    const words = plain(field.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { element, text } of entries) {
      element.hidden = !words.every((word) => text.includes(word));
      if (!element.hidden) shown += 1;
    }
    for (const group of groups) group.hidden = !group.querySelector(".db-listed:not([hidden])");
    for (const group of folded) group.open = words.length > 0;
    for (const part of aside) part.hidden = words.length > 0;
    say(words.length, shown);
  };

  const say = (words, shown) => {
    if (!words) told.textContent = "";
    else if (shown) told.textContent = `${shown} of ${entries.length} runbooks`;
    else told.textContent = "No runbook holds all of these words. Try fewer, or other ones.";
  };

  const enter = (event) => {
    const shown = entries.filter(({ element }) => !element.hidden);
    if (event.key === "Enter" && field.value.trim() && shown.length === 1) {
      shown[0].element.querySelector("a").click();
    } else if (event.key === "Escape") {
      field.value = "";
      narrow();
    }
  };

  box.hidden = false;
  field.value = new URLSearchParams(location.search).get("q") || field.value;
  field.addEventListener("input", narrow);
  field.addEventListener("keydown", enter);
  narrow();
})();
