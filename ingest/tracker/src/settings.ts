/** What the page wrote on the script's tag, and where that came from. */
export interface Settings extends DOMStringMap {
  /** Publishable write key, `thw_{brand}_{random}`. */
  key: string;
  /** Where events go, with a slash at its end. */
  endpoint: string;
  /** `required`: advertising needs the visitor's yes first. */
  consent?: string;
  /** `off`: a Meta pixel on the page is told nothing. */
  pixel?: string;
  /** Product of the page. */
  product?: string;
  /** Checkouts on the seller's own hosts: `hotmart=pay.example.com stripe=shop.example.com/buy`. */
  checkouts?: string;
}

/** Settings of the tag that runs now. Tag managers drop unknown attributes, so the key may stand in the address: `t.js?k=`. */
export function readSettings(): Settings {
  const tag = (document.currentScript ?? document.querySelector("script[data-key]")) as HTMLScriptElement;
  const address = new URL(tag.src);
  return { key: address.searchParams.get("k")!, ...tag.dataset, endpoint: new URL("track/", address).href };
}
