/** What the page wrote on the script's tag. */
export interface Settings {
  /** Publishable write key, `thw_{brand}_{random}`. */
  key: string;
  /** Where events go, with a slash at its end. */
  endpoint: string;
  /** Whether advertising needs the visitor's yes first: `data-consent="required"`. */
  asksFirst: boolean;
  /** Whether a Meta pixel on the page is told of events: all but `data-pixel="off"`. */
  pixel: boolean;
  /** Product of the page, `data-product`. */
  product?: string;
  /** Checkouts on the seller's own hosts: `data-checkouts="hotmart=pay.example.com stripe=shop.example.com/buy"`. */
  checkouts: string;
}

/** Settings of the tag that runs now. Tag managers drop unknown attributes, so the key may stand in the address: `t.js?k=`. */
export function readSettings(): Settings {
  const tag = (document.currentScript ?? document.querySelector("script[data-key]")) as HTMLScriptElement;
  const { key, consent, pixel, product, checkouts } = tag.dataset;
  const address = new URL(tag.src);
  return {
    key: key || address.searchParams.get("k")!,
    endpoint: new URL("track/", address).href,
    asksFirst: consent == "required",
    pixel: pixel != "off",
    product,
    checkouts: checkouts || "",
  };
}
