using TrackHub.Schemas;

namespace TrackHub.Cli.Demo.Plan.Gateways;

/// <summary>What a gateway is to tell of a sale.</summary>
internal sealed record SaleNotice
{
    /// <summary>The gateway's id of the sale.</summary>
    public required string SaleId { get; init; }

    /// <summary>State.</summary>
    public required SaleKind Kind { get; init; }

    /// <summary>Buyer.</summary>
    public required Visitor Buyer { get; init; }

    /// <summary>Gross in minor units of BRL.</summary>
    public required long AmountMinor { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Unique id of the delivery, where the gateway has one.</summary>
    public required string DeliveryId { get; init; }

    /// <summary>Click id in the gateway's carrier.</summary>
    public string? ClickId { get; init; }

    /// <summary>What the gateway knows of the buyer beside the e-mail.</summary>
    public BuyerFacts Facts { get; init; }

    /// <summary>Whether the buyer pays by PIX.</summary>
    public bool Pix { get; init; }

    /// <summary>Whether it comes from the gateway's test button.</summary>
    public bool Test { get; init; }
}

/// <summary>What a webhook tells of its buyer beside name and e-mail.</summary>
[Flags]
internal enum BuyerFacts
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Phone.</summary>
    Phone = 1,

    /// <summary>IP address.</summary>
    Ip = 2,

    /// <summary>User agent.</summary>
    UserAgent = 4,

    /// <summary>Meta's click cookie.</summary>
    Fbc = 8,
}

/// <summary>A gateway as it sends.</summary>
internal interface IGatewaySender
{
    /// <summary>Name in the webhook route.</summary>
    string Name { get; }

    /// <summary>Product its sales name.</summary>
    string ProductId { get; }

    /// <summary>A new sale id of its shape.</summary>
    string NewSaleId(RunIds ids);

    /// <summary>Whether it can tell this state.</summary>
    bool Tells(SaleKind kind);

    /// <summary>The body that tells it, unsigned.</summary>
    string Body(SaleNotice notice);

    /// <summary>The request that carries a body, proved by the connection's secret.</summary>
    /// <param name="path">The connection's webhook path.</param>
    /// <param name="secret">Its secret.</param>
    /// <param name="body">The body as sent.</param>
    PlannedRequest Sign(string path, string secret, string body);
}

/// <summary>The gateways of the demo.</summary>
internal static class GatewaySenders
{
    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<IGatewaySender> All = [new KiwifySender(), new HotmartSender(), new PerfectPaySender()];

    /// <summary>The gateway of that name.</summary>
    public static IGatewaySender Of(string name) => All.First(sender => sender.Name == name);
}
