using System.Text.Json.Nodes;

namespace TrackHub.Cli.Demo.Plan;

/// <summary>What a visitor's browser does, told by the seller's server (which knows address and user agent) or by the browser itself.</summary>
internal static class TrackSteps
{
    /// <summary>Why a visitor's events may not go to Meta.</summary>
    public const string Refused = "refused";

    private const string KeyHeader = "X-TrackHub-Key";

    /// <summary>A click on an ad: the landing page with Meta's click id.</summary>
    /// <param name="plan">Plan.</param>
    /// <param name="visitor">Who.</param>
    /// <param name="product">Product of the page.</param>
    /// <param name="ads">Consent told with it.</param>
    /// <param name="after">Wait before.</param>
    public static void Click(this PlanWriter plan, Visitor visitor, string product, bool? ads = null, TimeSpan after = default)
    {
        var body = Visit(plan, visitor, "oferta", visitor.SeenAt);
        body["fbclid"] = visitor.Fbclid;
        body["product"] = product;
        if (ads is { } told)
            body["consent_ads"] = told;
        Recorded(plan, "click", "click", body, after: after);
    }

    /// <summary>A page view.</summary>
    public static void PageView(this PlanWriter plan, Visitor visitor, string page, bool asBrowser = false)
    {
        var body = Visit(plan, visitor, page, visitor.SeenAt.AddSeconds(plan.Random.Next(1, 240)));
        Recorded(plan, "pageview", "page_view", body, asBrowser);
    }

    /// <summary>A checkout that begins: goes to Meta.</summary>
    /// <param name="plan">Plan.</param>
    /// <param name="visitor">Who.</param>
    /// <param name="product">Product.</param>
    /// <param name="amountMinor">Value in minor units of BRL.</param>
    /// <param name="email">Whether the visitor gave the e-mail.</param>
    /// <param name="phone">Whether the visitor gave the phone.</param>
    /// <param name="blocked">Why it may not go to Meta; null if it may.</param>
    public static void Checkout(
        this PlanWriter plan, Visitor visitor, string product, long amountMinor, bool email = false, bool phone = false, string? blocked = null)
    {
        var body = Visit(plan, visitor, "checkout", visitor.SeenAt.AddSeconds(250));
        body["product"] = product;
        body["value"] = amountMinor / 100m;
        body["currency"] = "BRL";
        if (email)
            body["email"] = visitor.Email;
        if (phone)
            body["phone"] = visitor.Phone;
        var id = body["event_id"]!.GetValue<string>();
        plan.Add("initiate_checkout", Request(plan, "initiate_checkout", body), ExpectedAnswer.Tracked, [new()
        {
            EventId = id,
            Kind = "initiate_checkout",
            Destination = plan.Target.PixelId,
            State = blocked is null ? "delivered" : "blocked_consent",
            Reason = blocked ?? "",
            Arrival = blocked is null ? new("InitiateCheckout", id, amountMinor / 100m, "BRL") : null,
        }]);
    }

    /// <summary>The visitor says who they are.</summary>
    public static void Identify(this PlanWriter plan, Visitor visitor, bool email = true, bool phone = false)
    {
        var body = new JsonObject { ["event_id"] = plan.Ids.EventId(), ["session_id"] = visitor.Session };
        if (email)
            body["email"] = visitor.Email;
        if (phone)
            body["phone"] = visitor.Phone;
        Recorded(plan, "identify", "identify", body);
    }

    /// <summary>The visitor consents to ads or refuses them.</summary>
    /// <param name="plan">Plan.</param>
    /// <param name="visitor">Who.</param>
    /// <param name="ads">What they say.</param>
    /// <param name="at">When they said so.</param>
    /// <param name="byEmail">Told by e-mail, as a form does, instead of by session.</param>
    public static void Consent(this PlanWriter plan, Visitor visitor, bool ads, DateTimeOffset at, bool byEmail = false)
    {
        var body = new JsonObject { ["event_id"] = plan.Ids.EventId(), ["ads"] = ads, ["at"] = at.ToUnixTimeMilliseconds() };
        if (byEmail)
            body["email"] = visitor.Email;
        else
            body["session_id"] = visitor.Session;
        Recorded(plan, "consent", "consent", body);
    }

    /// <summary>Several page views in one request.</summary>
    public static void Batch(this PlanWriter plan, Visitor visitor, int pages)
    {
        var events = new JsonArray();
        var expected = new List<ExpectedEvent>();
        for (var page = 0; page < pages; page++)
        {
            var body = Visit(plan, visitor, $"aula-{page + 1}", visitor.SeenAt.AddSeconds(page * 20));
            body["kind"] = "pageview";
            expected.Add(RecordedEvent(body["event_id"]!.GetValue<string>(), "page_view"));
            events.Add(body);
        }

        plan.Add("batch", Request(plan, "batch", new JsonObject { ["events"] = events }), ExpectedAnswer.Tracked, expected);
    }

    /// <summary>The body of a visit; scenarios of bad requests spoil it.</summary>
    public static JsonObject Visit(PlanWriter plan, Visitor visitor, string page, DateTimeOffset at) => new()
    {
        ["event_id"] = plan.Ids.EventId(),
        ["event_time"] = at.ToUnixTimeMilliseconds(),
        ["session_id"] = visitor.Session,
        ["click_id"] = visitor.ClickId,
        ["url"] = $"https://loja.example.com/{page}?utm_source=FB&utm_medium=feed&utm_campaign=campanha-exemplo%7C120200000000000001",
        ["referrer"] = "https://l.example.com/",
        ["fbp"] = visitor.Fbp,
        ["client_ip"] = visitor.Ip,
        ["user_agent"] = visitor.UserAgent,
    };

    /// <summary>A track request with the server key.</summary>
    public static PlannedRequest Request(PlanWriter plan, string route, JsonObject body) =>
        new($"/api/v1/track/{route}", Json.Text(body), "application/json", new Dictionary<string, string> { [KeyHeader] = plan.Target.ServerKey });

    private static void Recorded(PlanWriter plan, string route, string kind, JsonObject body, bool asBrowser = false, TimeSpan after = default)
    {
        var expected = RecordedEvent(body["event_id"]!.GetValue<string>(), kind);
        plan.Add(kind, asBrowser ? FromBrowser(plan, route, body) : Request(plan, route, body), ExpectedAnswer.Tracked, [expected], after);
    }

    private static ExpectedEvent RecordedEvent(string eventId, string kind) =>
        new() { EventId = eventId, Kind = kind, Destination = "none", State = "recorded", Reason = kind };

    // A beacon: text/plain and the key in the address, so that no preflight is needed; address and user agent are the request's own.
    private static PlannedRequest FromBrowser(PlanWriter plan, string route, JsonObject body)
    {
        var agent = body["user_agent"]!.GetValue<string>();
        body.Remove("user_agent");
        body.Remove("client_ip");
        return new(
            $"/track/{route}?k={plan.Target.BrowserKey}", Json.Text(body), "text/plain",
            new Dictionary<string, string> { ["User-Agent"] = agent, ["Accept-Language"] = "pt-BR,pt;q=0.9" });
    }
}
