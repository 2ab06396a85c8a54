import { decorate } from "./checkouts";
import { attempt } from "./storage";
import { visitor } from "./visitor";

/** What a page says of a checkout: `data-th-product`, `data-th-value`, `data-th-currency` on its link. */
export interface Offer {
  product?: string;
  value?: number | string;
  currency?: string;
}

/** The Navigation API, which TypeScript does not know yet: https://html.spec.whatwg.org/multipage/nav-history-apis.html#navigation-interface */
interface NavigateEvent extends Event {
  destination: { url: string };
  formData: FormData | null;
}

/** What begins a checkout twice within this time, a double click or a click and the navigation it makes, begins one. */
const once = 1_000;
/** The same for one and the same checkout: a page that is busy navigates late. */
const again = 10_000;

/**
 * Puts the click id into links when they are used, so that it makes no difference when they came into the page, and tells of each checkout that is begun:
 * by a click, by the keyboard, by a form, by `window.open` and, where the browser shows it, by `location.href = …`.
 */
export function watchLinks(begin: (offer: Offer) => void): void {
  let begun = 0;
  let place = "";

  function use(href: string, offer: Offer = {}): void {
    const now = Date.now();
    // A form adds its fields to the query.
    const [path] = href.split("?") as [string];
    if (now - begun > (path == place ? again : once)) begin(offer);
    begun = now;
    place = path;
  }

  /** The link that an event is about, if it leads to a checkout; its address carries the click id then. */
  function link(event: Event): HTMLAnchorElement | undefined {
    const anchor = event.composedPath().find(node => /^a(rea)?$/i.test((node as Element).tagName)) as HTMLAnchorElement | undefined;
    const href = anchor && decorate(anchor.href, visitor.c, anchor.dataset.thGateway);
    if (!href) return;
    if (anchor.href != href) anchor.href = href;
    return anchor;
  }

  function on(type: string, run: (event: Event) => void, target: EventTarget | undefined = window): void {
    target?.addEventListener(type, event => attempt(() => run(event)), true);
  }

  // The first three come before the browser shows, copies or follows the address.
  for (const type of ["pointerdown", "contextmenu", "focusin", "click", "auxclick"]) {
    on(type, event => {
      const { href, dataset: { thProduct: product, thValue: value, thCurrency: currency } } = link(event)!;
      if (/click/.test(type) && (event as MouseEvent).button < 2) use(href, { product, value, currency });
    });
  }

  on("submit", event => {
    const form = event.target as HTMLFormElement;
    const href = decorate(form.getAttribute("action")!, visitor.c, form.dataset.thGateway);
    if (!href) return;
    // For a form that is posted; the fields of another one become its query, which is seen as a navigation.
    form.action = href;
    use(href);
  });

  const open = window.open;
  window.open = (url, ...rest) => {
    const href = attempt(() => url && decorate(`${url}`, visitor.c));
    if (href) attempt(() => use(href));
    return open.call(window, href || url, ...rest);
  };

  on("navigate", event => {
    const { destination, formData } = event as NavigateEvent;
    const href = decorate(destination.url, visitor.c);
    if (!href || formData) return;
    use(href);
    if (href != destination.url && event.cancelable) {
      event.preventDefault();
      // Not inside the navigation that was just cancelled.
      setTimeout(() => location.href = href);
    }
  }, (window as { navigation?: EventTarget }).navigation);
}
