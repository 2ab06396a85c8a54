import { attempt } from "./storage";

/** Calls back for the first page and for every further one that a single-page application shows without loading it. */
export function watchPages(show: () => void): void {
  let shown = "";

  // A fragment is a page only where an application routes by it: #/path, #!path.
  const page = (withQuery: boolean) => location.pathname + (withQuery ? location.search : "") + (/^#[/!]/.test(location.hash) ? location.hash : "");

  // Replacing an address often only tidies its query, which is no new page.
  function look(withQuery: boolean): void {
    const now = page(withQuery);
    if (now != (withQuery ? shown : shown.replace(/\?[^#]*/, ""))) show();
    shown = page(true);
  }

  for (const method of ["pushState", "replaceState"] as const) {
    const original = history[method];
    history[method] = function (this: History, ...call) {
      original.apply(this, call);
      attempt(() => look(method == "pushState"));
    };
  }
  addEventListener("popstate", () => attempt(() => look(true)));
  look(true);
}
