using System.Text.Json.Nodes;
using TrackHub.Cli.Demo.Plan.Gateways;
using TrackHub.Schemas;

namespace TrackHub.Cli.Demo.Plan.Scenarios;

/// <summary>Every sample payload of the gateways once, oddly written ones included, with ids and times of this run.</summary>
internal static class SamplePayloads
{
    private const string SampleClickId = "th_0000000000000000000000000001";

    /// <summary>A click whose id the samples carry, then all of them in the index's order.</summary>
    public static void All(PlanWriter plan)
    {
        var visitor = plan.NewVisitor();
        plan.Click(visitor, "PPPBEX01");
        var saleIds = new Dictionary<(string, string), string>();
        var seen = new HashSet<(string, string)>();
        foreach (var sample in Samples.Index(GatewaySenders.All.Select(static gateway => gateway.Name)))
        {
            var gateway = GatewaySenders.Of(sample.Gateway);
            var saleId = sample.SaleId is null ? null : NewSaleId(plan, saleIds, gateway, sample.SaleId);
            var deliveryId = plan.Ids.Uuid();
            var text = Samples.Text(sample.File).Replace(SampleClickId, visitor.ClickId, StringComparison.Ordinal);
            var root = JsonNode.Parse(text)!.AsObject();
            Renew(plan, sample, root, saleId, deliveryId);

            var identity = saleId ?? $"delivery:{deliveryId}";
            var first = seen.Add((identity, sample.Kind));
            var hasClick = text.Contains(visitor.ClickId, StringComparison.Ordinal);
            plan.Add(
                $"{sample.Gateway} sample {sample.Kind}", Sign(plan, sample, gateway, root), ExpectedAnswer.Taken,
                [Expected(plan, sample, plan.PurchaseId(sample.Gateway, identity), first, hasClick)]);
        }
    }

    private static string NewSaleId(PlanWriter plan, Dictionary<(string, string), string> known, IGatewaySender gateway, string sampleId)
    {
        if (!known.TryGetValue((gateway.Name, sampleId), out var saleId))
            known[(gateway.Name, sampleId)] = saleId = gateway.NewSaleId(plan.Ids);
        return saleId;
    }

    private static void Renew(PlanWriter plan, SampleFacts sample, JsonObject root, string? saleId, string deliveryId)
    {
        var at = plan.At.AddMinutes(-1);
        switch (sample.Gateway)
        {
            case "kiwify" when sample.Kind is "cart_abandoned":
                root["id"] = saleId;
                root["created_at"] = at.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");
                break;
            case "kiwify":
                var order = root["order"] as JsonObject ?? root;
                order["order_id"] = saleId;
                KiwifySender.SetTimes(order, at, KindOf(sample.Kind));
                break;
            case "hotmart":
                root["id"] = deliveryId;
                root["creation_date"] = at.ToUnixTimeMilliseconds();
                if (root["data"]!["purchase"] is JsonObject purchase)
                {
                    purchase["transaction"] = saleId;
                    purchase["order_date"] = at.ToUnixTimeMilliseconds();
                    if (purchase.ContainsKey("approved_date"))
                        purchase["approved_date"] = at.ToUnixTimeMilliseconds();
                }

                break;
            default:
                root["code"] = saleId;
                root["date_created"] = BrazilianTime.Seconds(at);
                if (root["date_approved"] is not null)
                    root["date_approved"] = BrazilianTime.Seconds(at);
                break;
        }
    }

    private static PlannedRequest Sign(PlanWriter plan, SampleFacts sample, IGatewaySender gateway, JsonObject root)
    {
        var (path, secret) = plan.Target.Connections[sample.Gateway];
        return root["order"] is JsonObject order
            ? KiwifySender.SignWrapped(path, secret, order)
            : gateway.Sign(path, secret, Json.Text(root));
    }

    private static ExpectedEvent Expected(PlanWriter plan, SampleFacts sample, string eventId, bool first, bool hasClick)
    {
        var end = new ExpectedEvent
        {
            EventId = eventId,
            Kind = sample.Kind,
            Destination = "none",
            State = first ? "recorded" : "duplicate",
            Reason = sample.Kind,
        };
        if (!first || sample.Kind is not "approved")
            return end;

        return end with
        {
            Destination = plan.Target.PixelId,
            State = "delivered",
            Reason = "",
            Stage = (hasClick ? MatchStage.Deterministic : MatchStage.None).ToSymbol(),
            Arrival = new("Purchase", eventId, sample.AmountMinor / 100m, sample.Currency),
        };
    }

    private static SaleKind KindOf(string symbol) => Enum.GetValues<SaleKind>().First(kind => kind.ToSymbol() == symbol);
}
