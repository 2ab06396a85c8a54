namespace TrackHub.Matching.Dispatching;

/// <summary>
/// Where a gateway's checkouts live. A sale happened there, whatever page led to it: Meta asks every website event for an address, and a sale
/// without a click has no other one.
/// </summary>
internal static class CheckoutPages
{
    /// <summary>The address of a gateway's checkouts, or null where none is known.</summary>
    public static string? Of(string? gateway) => gateway switch
    {
        "kiwify" => "https://pay.kiwify.com.br/",
        "hotmart" => "https://pay.hotmart.com/",
        "perfectpay" => "https://checkout.perfectpay.com.br/",
        "eduzz" => "https://sun.eduzz.com/",
        "cakto" => "https://pay.cakto.com.br/",
        "ticto" => "https://checkout.ticto.app/",
        "kirvano" => "https://pay.kirvano.com/",
        "lastlink" => "https://lastlink.com/",
        "monetizze" => "https://app.monetizze.com.br/",
        "braip" => "https://ev.braip.com/",
        "stripe" => "https://checkout.stripe.com/",
        _ => null,
    };
}
