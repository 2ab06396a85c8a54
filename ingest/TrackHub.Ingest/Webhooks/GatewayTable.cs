using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using TrackHub.Ingest.Webhooks.Hotmart;
using TrackHub.Ingest.Webhooks.Kiwify;
using TrackHub.Ingest.Webhooks.PerfectPay;

namespace TrackHub.Ingest.Webhooks;

/// <summary>Every gateway TrackHub listens to, one row each: adding one is a file, a sample folder and a row.</summary>
internal static class GatewayTable
{
    /// <summary>The gateways.</summary>
    public static readonly IReadOnlyList<IGateway> All = [new KiwifyGateway(), new HotmartGateway(), new PerfectPayGateway()];

    private static readonly FrozenDictionary<string, IGateway> ByName =
        All.ToFrozenDictionary(static gateway => gateway.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The gateway of a route segment; case does not matter.</summary>
    public static bool TryFind(string? name, [NotNullWhen(true)] out IGateway? gateway)
    {
        gateway = null;
        return name is not null && ByName.TryGetValue(name, out gateway);
    }
}
