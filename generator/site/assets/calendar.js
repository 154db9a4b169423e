// Marks what is due and past its day: a build knows no today, a browser does.
(() => {
  "use strict";

  const today = () => {
    const now = new Date();
    const two = (number) => String(number).padStart(2, "0");
    return `${String(now.getFullYear()).padStart(4, "0")}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  };

  const mark = (place) => {
    const words = document.createElement("b");
    words.className = "db-overdue";
    words.textContent = " overdue";
    place.append(words);
  };

  const day = today();
  for (const place of document.querySelectorAll("[data-due]")) {
    if (place.dataset.due < day) mark(place);
  }
})();
