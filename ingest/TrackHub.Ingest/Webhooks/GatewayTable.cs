using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using TrackHub.Ingest.Webhooks.Braip;
using TrackHub.Ingest.Webhooks.Cakto;
using TrackHub.Ingest.Webhooks.Eduzz;
using TrackHub.Ingest.Webhooks.Generic;
using TrackHub.Ingest.Webhooks.Hotmart;
using TrackHub.Ingest.Webhooks.Kirvano;
using TrackHub.Ingest.Webhooks.Kiwify;
using TrackHub.Ingest.Webhooks.Lastlink;
using TrackHub.Ingest.Webhooks.Monetizze;
using TrackHub.Ingest.Webhooks.PerfectPay;
using TrackHub.Ingest.Webhooks.Stripe;
using TrackHub.Ingest.Webhooks.Ticto;

namespace TrackHub.Ingest.Webhooks;

/// <summary>Every gateway TrackHub listens to, one row each: adding one is a file, a sample folder and a row.</summary>
internal static class GatewayTable
{
    /// <summary>The gateways.</summary>
    public static readonly IReadOnlyList<IGateway> All =
    [
        new KiwifyGateway(),
        new HotmartGateway(),
        new PerfectPayGateway(),
        new EduzzGateway(),
        new StripeGateway(),
        new GenericGateway(),
        new CaktoGateway(),
        new TictoGateway(),
        new KirvanoGateway(),
        new LastlinkGateway(),
        new MonetizzeGateway(),
        new BraipGateway(),
    ];

    private static readonly FrozenDictionary<string, IGateway> ByName =
        All.ToFrozenDictionary(static gateway => gateway.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The gateway of a route segment; case does not matter.</summary>
    public static bool TryFind(string? name, [NotNullWhen(true)] out IGateway? gateway)
    {
        gateway = null;
        return name is not null && ByName.TryGetValue(name, out gateway);
    }
}
