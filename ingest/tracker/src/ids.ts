const alphabet = "0123456789abcdefghijklmnopqrstuvwxyz";

/** 26 characters of 0-9 a-z: 134 random bits. */
export const randomId = () => Array.from(crypto.getRandomValues(new Uint8Array(26)), byte => alphabet[byte % 36]).join("");

/** A click id as the ingress makes and finds them, inside longer values and in any case. */
export const clickIds = /th_[0-9a-z]{26,33}(?![0-9a-z])/i;

/** A new click id: `th_` and 26 characters. */
export const newClickId = () => "th_" + randomId();

/**
 * The event id that a sale's Purchase has at Meta: SHA-256 over brand, `Purchase`, gateway and sale id, each as UTF-8 behind its length.
 * Nothing where a part is empty or the page is not secure (browsers have no SHA-256 there). docs/event_id.md has the vectors.
 */
export async function purchaseEventId(key: string, gateway: string, saleId: string): Promise<string | undefined> {
  const parts = [key.split("_")[1], "Purchase", gateway?.toLowerCase(), `${saleId ?? ""}`.trim()];
  if (!parts.every(Boolean) || !crypto.subtle) return;
  const bytes = (parts as string[]).flatMap(part => {
    const utf8 = new TextEncoder().encode(part);
    // No part has 64 KB.
    return [0, 0, utf8.length >> 8, utf8.length & 255, ...utf8];
  });
  return Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(bytes))), byte => byte.toString(16).padStart(2, "0")).join("");
}
