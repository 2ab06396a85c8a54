namespace TrackHub.Ingest.Tracking;

/// <summary>Properties of a track body. At most 31: each is a bit in the set of those seen.</summary>
internal enum Field
{
    None,
    Kind,
    EventId,
    EventTime,
    At,
    SessionId,
    ClickId,
    Url,
    Referrer,
    Fbclid,
    Gclid,
    Fbc,
    Fbp,
    ExternalId,
    Email,
    Phone,
    Utm,
    Product,
    Value,
    Currency,
    ConsentAds,
    Ads,
    ClientIp,
    UserAgent,
}

/// <summary>Finds a property by its name; case matters.</summary>
internal static class Fields
{
    /// <summary>The field, or <see cref="Field.None"/>.</summary>
    public static Field Find(ReadOnlySpan<char> name) => name switch
    {
        "kind" => Field.Kind,
        "event_id" => Field.EventId,
        "event_time" => Field.EventTime,
        "at" => Field.At,
        "session_id" => Field.SessionId,
        "click_id" => Field.ClickId,
        "url" => Field.Url,
        "referrer" => Field.Referrer,
        "fbclid" => Field.Fbclid,
        "gclid" => Field.Gclid,
        "fbc" => Field.Fbc,
        "fbp" => Field.Fbp,
        "external_id" => Field.ExternalId,
        "email" => Field.Email,
        "phone" => Field.Phone,
        "utm" => Field.Utm,
        "product" => Field.Product,
        "value" => Field.Value,
        "currency" => Field.Currency,
        "consent_ads" => Field.ConsentAds,
        "ads" => Field.Ads,
        "client_ip" => Field.ClientIp,
        "user_agent" => Field.UserAgent,
        _ => Field.None,
    };
}
