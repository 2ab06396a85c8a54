using System.Text.Json.Nodes;
using TrackHub.Cli.Demo.Plan.Gateways;
using TrackHub.Schemas;

namespace TrackHub.Cli.Demo.Plan.Scenarios;

/// <summary>Requests that must be refused, each with its own code, and leave no trace in the log.</summary>
internal static class Refusals
{
    private static readonly ExpectedAnswer SignatureInvalid = new(401, "signature_invalid");

    /// <summary>A sale signed with another secret.</summary>
    public static void BadSignature(PlanWriter plan, IGatewaySender gateway)
    {
        var (path, _) = plan.Target.Connections[gateway.Name];
        plan.Add($"{gateway.Name} bad signature", gateway.Sign(path, plan.Ids.Text("secret", 32), SaleBody(plan, gateway)), SignatureInvalid);
    }

    /// <summary>A sale to an address that nobody has: looks like a bad signature.</summary>
    public static void UnknownConnection(PlanWriter plan, IGatewaySender gateway)
    {
        var (_, secret) = plan.Target.Connections[gateway.Name];
        var path = $"/webhooks/{gateway.Name}/{plan.Ids.Text("connection", 32)}";
        plan.Add($"{gateway.Name} unknown connection", gateway.Sign(path, secret, SaleBody(plan, gateway)), SignatureInvalid);
    }

    /// <summary>A gateway that TrackHub does not listen to.</summary>
    public static void UnknownGateway(PlanWriter plan) =>
        plan.Add("unknown gateway", Plain($"/api/v1/webhooks/nobody/{plan.Ids.Text("connection", 32)}", "{}"), new(404, "not_found"));

    /// <summary>A token in the body proves nothing when the body cannot be read.</summary>
    public static void UnreadableToken(PlanWriter plan)
    {
        var (path, secret) = plan.Target.Connections["perfectpay"];
        plan.Add("perfectpay unreadable", Plain(path, $$"""{"token":"{{secret}}","code":"""), SignatureInvalid);
    }

    /// <summary>Track events that are none.</summary>
    public static void MalformedTrack(PlanWriter plan)
    {
        var visitor = plan.NewVisitor();
        var body = TrackSteps.Visit(plan, visitor, "oferta", plan.At.AddMinutes(-5));
        switch (plan.Random.Next(5))
        {
            case 0:
                body.Remove("session_id");
                break;
            case 1:
                body["url"] = "not an address";
                break;
            case 2:
                body["event_id"] = "too short";
                break;
            case 3:
                body["session_id"] = 12;
                break;
            default:
                var request = TrackSteps.Request(plan, "click", body);
                plan.Add("malformed track", request with { Body = request.Body[..^1] }, new(400, "malformed_request"));
                return;
        }

        plan.Add("malformed track", TrackSteps.Request(plan, "click", body), new(400, "malformed_request"));
    }

    /// <summary>Clear data of a visitor with a key that browsers see.</summary>
    public static void BrowserClaimsAddress(PlanWriter plan)
    {
        var body = TrackSteps.Visit(plan, plan.NewVisitor(), "oferta", plan.At.AddMinutes(-5));
        plan.Add("browser claims address", Plain($"/track/pageview?k={plan.Target.BrowserKey}", Json.Text(body)), new(400, "malformed_request"));
    }

    /// <summary>A key that nobody has.</summary>
    public static void UnknownKey(PlanWriter plan)
    {
        var body = TrackSteps.Visit(plan, plan.NewVisitor(), "oferta", plan.At.AddMinutes(-5));
        plan.Add("unknown key", Plain($"/track/click?k=thw_nobody_{plan.Ids.Text("key", 24)}", Json.Text(body)), new(401, "unknown_key"));
    }

    /// <summary>A track event beyond 16 KB.</summary>
    public static void TooLarge(PlanWriter plan)
    {
        var body = new JsonObject { ["session_id"] = "s", ["padding"] = new string('x', 17 * 1024) };
        plan.Add("too large", TrackSteps.Request(plan, "click", body), new(413, "body_too_large"));
    }

    /// <summary>A content type that is not taken.</summary>
    public static void WrongType(PlanWriter plan)
    {
        var body = TrackSteps.Visit(plan, plan.NewVisitor(), "oferta", plan.At.AddMinutes(-5));
        plan.Add(
            "wrong content type", TrackSteps.Request(plan, "click", body) with { ContentType = "application/xml" },
            new(415, "unsupported_media_type"));
    }

    private static PlannedRequest Plain(string path, string body) => new(path, body, "application/json", new Dictionary<string, string>());

    private static string SaleBody(PlanWriter plan, IGatewaySender gateway) => gateway.Body(new()
    {
        SaleId = gateway.NewSaleId(plan.Ids),
        Kind = SaleKind.Approved,
        Buyer = plan.NewVisitor(),
        AmountMinor = plan.Price(),
        At = plan.At,
        DeliveryId = plan.Ids.Uuid(),
    });
}
