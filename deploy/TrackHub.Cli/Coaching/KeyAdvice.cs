namespace TrackHub.Cli.Coaching;

/// <summary>Where each key of user data comes from and what a seller can do to have more of it.</summary>
internal static class KeyAdvice
{
    private const string FromCheckout = "the checkout: most gateways tell it with the sale; ask for it there, or in a form before";
    private const string FromVisit = "the visitor's browser: have t.js on the page that the ad leads to, so that the sale finds its click";

    /// <summary>For people, one line.</summary>
    /// <param name="key">Meta's name of the key.</param>
    public static string Of(string key) => key switch
    {
        "em" => "e-mail, from " + FromCheckout + " (identify)",
        "ph" => "phone, from " + FromCheckout + " (identify)",
        "fbc" => "Meta's click id, from the ad's link: t.js on the landing page keeps it, and the checkout link must carry TrackHub's click id",
        "fbp" => "Meta's browser id, from the cookie of Meta's pixel: have the pixel on the page beside t.js",
        "client_ip_address" => "address, from " + FromVisit,
        "client_user_agent" => "browser, from " + FromVisit,
        "external_id" => "your own id of the person: give it to t.js (identify) or to the server's API",
        "country" or "st" or "ct" or "zp" => "place, from the checkout's address form, where the gateway tells it",
        "fn" or "ln" => "name, from " + FromCheckout,
        "db" or "ge" => "birth date and gender, where you have them: with the server's API; few gateways tell them",
        _ => "",
    };
}
