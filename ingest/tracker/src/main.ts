import { addCheckouts, decorate } from "./checkouts";
import { deliver, resume } from "./delivery";
import { purchaseEventId, randomId } from "./ids";
import { type Offer, watchLinks } from "./links";
import { forgetMeta, metaCookies, tellPixel } from "./meta";
import { watchPages } from "./navigation";
import { type Settings, readSettings } from "./settings";
import { attempt } from "./storage";
import { keep, land, refresh, touch, visitor } from "./visitor";

/** Who the visitor says he is. */
interface Identity {
  email?: string;
  phone?: string;
  external_id?: string;
}

type Call = [method: string, ...args: unknown[]];

function start({ key, endpoint, consent, pixel, product, checkouts }: Settings): void {
  /** Kept for this page only: a consent that comes later is then known for them too. */
  let known: Identity = {};

  const mayAdvertise = () => visitor.a ?? consent != "required";

  function send(route: string, fields: object = {}, personal = false): string {
    if (touch() && route != "consent") tellDecision();
    const id = randomId();
    const ads = mayAdvertise() ? metaCookies() : {};
    keep();
    deliver(id, `${endpoint}${route}?k=${key}`, {
      event_id: id,
      event_time: Date.now(),
      session_id: visitor.s,
      click_id: visitor.c,
      // Parameters may hold ad ids; those that count are sent by themselves.
      url: location.origin + location.pathname,
      referrer: document.referrer.split("?")[0] || undefined,
      consent_ads: visitor.a,
      product,
      ...visitor.l,
      ...ads,
      ...fields,
    }, personal);
    return id;
  }

  function share(route: string, event: string, fields: object = {}, custom: object = {}): void {
    refresh();
    const id = send(route, fields);
    if (pixel != "off" && mayAdvertise()) tellPixel(event, custom, id);
  }

  function begin(offer: Offer = {}): void {
    const money: Offer = {};
    // A wrong value or currency would cost the whole event.
    if (offer.value && +offer.value >= 0) money.value = +offer.value;
    if (/^[a-z]{3}$/i.test(offer.currency ?? "")) money.currency = offer.currency;
    share("initiate_checkout", "InitiateCheckout", { product: offer.product ?? product, ...money }, money);
  }

  const tellDecision = () => visitor.a !== undefined && send("consent", { ads: visitor.a });

  function tellIdentity(isKnown?: boolean): void {
    const { email, phone, external_id } = known;
    // Nobody who refused is identified. But the refusal is the person's, not this browser's alone.
    if (!isKnown && mayAdvertise() && (email || phone || external_id)) send("identify", known, true);
    if (visitor.a !== undefined && (email || phone)) send("consent", { ads: visitor.a, email, phone }, true);
  }

  const pageview = () => share("pageview", "PageView");

  const methods: Record<string, (...args: never[]) => unknown> = {
    identify({ email, phone, external_id }: Identity) {
      known = { email, phone, external_id };
      tellIdentity();
    },
    consent({ ads }: { ads: boolean }) {
      if (visitor.a === !!ads) return;
      const wasIdentified = mayAdvertise();
      visitor.a = !!ads;
      if (!ads) forgetMeta();
      else if (land(true)) send("click");
      tellDecision();
      tellIdentity(wasIdentified);
    },
    initiateCheckout: begin,
    pageview,
    link: (href: string) => attempt(() => decorate(href, visitor.c)) ?? href,
    clickId: () => visitor.c,
    purchaseEventId: (gateway: string, saleId: string) => purchaseEventId(key, gateway, saleId),
  };

  addCheckouts(checkouts ?? "");
  const isClick = land(mayAdvertise(), true);
  keep();
  const early = (window as { trackhub?: { q?: Call[] } }).trackhub?.q ?? [];
  const push = ([method, ...args]: Call) => attempt(() => {
    refresh();
    return methods[method]!(...args as never[]);
  });
  const api: Record<string, unknown> = { q: { push } };
  for (const name in methods) api[name] = (...args: unknown[]) => push([name, ...args]);
  Object.assign(window, { trackhub: api });

  resume();
  // A decision that the page already knows comes before the first event.
  early.forEach(push);
  if (isClick) send("click");
  watchPages(pageview);
  watchLinks(begin);
}

attempt(() => {
  const settings = readSettings();
  if (!settings.key || (window as { trackhub?: { identify?: unknown } }).trackhub?.identify || !/^http/.test(location.protocol)) return;
  const run = () => attempt(() => start(settings));
  // A page that the browser prepares ahead may never be seen.
  if ((document as { prerendering?: boolean }).prerendering) document.addEventListener("prerenderingchange", run, { once: true });
  else run();
});
