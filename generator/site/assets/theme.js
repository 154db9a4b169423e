/* A name for what the theme leaves without one. */
(function () {
  "use strict";

  const search = document.querySelector(".md-search[role=dialog]");
  if (search) search.setAttribute("aria-label", "Search");
})();
