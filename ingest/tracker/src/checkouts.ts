import { clickIds } from "./ids";

/**
 * Per gateway the parameters of its checkout that come back in its webhooks, the best first, and where its checkouts are: host and beginning of the
 * path. The ingress looks for the click id in all of these parameters.
 */
const gateways: Record<string, [parameters: string, places: string]> = {
  kiwify: ["sck s1 s2 s3", "pay.kiwify.com.br pay.kiwify.com kiwify.app"],
  ticto: ["sck src", "payment.ticto.app checkout.ticto.app"],
  hotmart: ["xcod sck src", "pay.hotmart.com"],
  perfectpay: ["utm_perfect sck src", "go.perfectpay.com.br checkout.perfectpay.com.br go.centerpag.com"],
  cakto: ["sck utm_content utm_term", "pay.cakto.com.br"],
  kirvano: ["src utm_content utm_term", "pay.kirvano.com"],
  braip: ["src utm_content utm_term", "pay.braip.com ev.braip.com/checkout"],
  monetizze: ["src utm_content utm_term", "app.monetizze.com.br/checkout app.monetizze.com.br/r"],
  eduzz: ["utm_content utm_term", "pay.eduzz.com sun.eduzz.com chk.eduzz.com"],
  lastlink: ["utm_content utm_term", "lastlink.com/p"],
  stripe: ["client_reference_id", "buy.stripe.com"],
  generic: ["click_id", "-"],
};

/** Adds the seller's own checkouts: `gateway=host[/path]`, separated by spaces. */
export function addCheckouts(own: string): void {
  for (const entry of own.split(" ")) {
    const [name, place] = entry.split("=");
    if (gateways[name!]) gateways[name!]![1] += " " + place;
  }
}

/**
 * The address of a checkout with the click id in it; nothing for any other address.
 * @param marked Gateway of a link that the page marks as a checkout; else it is told by its host.
 */
export function decorate(href: string, clickId: string, marked?: string): string | undefined {
  const address = new URL(href, document.baseURI);
  const path = address.host + address.pathname + "/";
  const names = Object.entries(gateways).find(([name, [, places]]) =>
    marked ? name == marked : places.split(" ").some(place => path.startsWith(place + "/")))?.[1][0].split(" ");
  if (!names) return;

  // The rest of the query stays as it was written: other trackers read it.
  const query = address.search;
  if (clickIds.test(query)) {
    // A link that was copied, or made by a server, may hold another visitor's.
    address.search = query.replace(clickIds, clickId);
  } else {
    // A parameter that is free, or behind what is in the best. A hyphen is in every gateway's alphabet.
    const free = names.find(name => !address.searchParams.get(name));
    const name = free ?? names[0]!;
    const place = RegExp(`([?&]${name}=[^&]*)`);
    address.search = place.test(query) ? query.replace(place, (free ? "$1" : "$1-") + clickId) : `${query}${query ? "&" : "?"}${name}=${clickId}`;
  }
  return address.href;
}
