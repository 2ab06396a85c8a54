using TrackHub.Ingest.Webhooks;

namespace TrackHub.Ingest;

/// <summary>The gateways the ingress listens to, for those who configure connections.</summary>
public static class Gateways
{
    /// <summary>Names as they stand in webhook routes, in the table's order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. GatewayTable.All.Select(static gateway => gateway.Name)];

    /// <summary>What whoever connects a gateway must know of its figures; null where there is nothing.</summary>
    public static string? Caution(string name) => GatewayTable.TryFind(name, out var gateway) ? gateway.Provisional : null;
}
