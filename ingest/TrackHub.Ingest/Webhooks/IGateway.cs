using System.Text.Json;

namespace TrackHub.Ingest.Webhooks;

/// <summary>What differs from gateway to gateway: how a delivery proves itself, and what it says.</summary>
internal interface IGateway
{
    /// <summary>Name in the webhook route, in ids and in records; lower case.</summary>
    string Name { get; }

    /// <summary>Property names whose values are secrets of the connection: masked before a body is kept.</summary>
    IReadOnlyList<string> SecretProperties { get; }

    /// <summary>
    /// Checks a delivery on its raw bytes, in time that does not depend on how much of a proof is right. All secrets are always tried.
    /// </summary>
    Proof Verify(Webhook webhook, IReadOnlyList<byte[]> secrets);

    /// <summary>Whether an unproven delivery is answered 202 rather than 401: the gateway gives up an address that refuses.</summary>
    bool AcceptsUnproven => false;

    /// <summary>Whether the gateway takes any answer for success: what could not be stored must go unanswered.</summary>
    bool TakesAnyAnswerAsFinal => false;

    /// <summary>Why figures of this gateway need a second look; null where its format was seen in real deliveries.</summary>
    string? Provisional => null;

    /// <summary>Maps an authentic body.</summary>
    Mapping Map(JsonElement root, MappingContext context);
}

/// <summary>What a mapping needs besides the body.</summary>
/// <param name="ReceivedAt">When the delivery came.</param>
/// <param name="DefaultCurrency">The brand's currency, for bodies that name none.</param>
internal readonly record struct MappingContext(DateTimeOffset ReceivedAt, string DefaultCurrency);

/// <summary>What a body says: its events, and what could not be told.</summary>
/// <param name="Events">Events, in the body's order.</param>
/// <param name="Fault">Why the body, or a part of it, is kept in dead-letters; null if all of it was understood.</param>
internal sealed record Mapping(IReadOnlyList<SaleEvent> Events, MappingFault? Fault)
{
    /// <summary>One event.</summary>
    public static Mapping Of(SaleEvent sale) => Check(sale) is { } fault ? new([], fault) : new([sale], null);

    /// <summary>Nothing could be understood.</summary>
    public static Mapping Failed(string reason, string detail) => new([], new(reason, detail));

    /// <summary>Several elements of one body.</summary>
    public static Mapping Join(IEnumerable<Mapping> parts)
    {
        var events = new List<SaleEvent>();
        MappingFault? fault = null;
        foreach (var part in parts)
        {
            events.AddRange(part.Events);
            fault ??= part.Fault;
        }

        return new(events, fault);
    }

    // A Purchase without a sale id could not be deduplicated, and one without a value would be refused by Meta: such bodies wait for
    // somebody to look at them rather than go on crippled.
    private static MappingFault? Check(SaleEvent sale) => sale switch
    {
        { SaleId: null } when SaleKinds.NeedsSaleId(sale.Kind) => new("sale_id_missing", $"{sale.GatewayEvent}: the body names no sale."),
        { Money.Unreadable: true } when SaleKinds.IsPaid(sale.Kind) =>
            new("amount_unreadable", $"{sale.GatewayEvent}: the amount is not written in the gateway's unit."),
        { Money.AmountMinor: null } when SaleKinds.IsPaid(sale.Kind) => new("amount_missing", $"{sale.GatewayEvent}: the body names no amount."),
        _ => null,
    };
}

/// <summary>Why a body could not be mapped.</summary>
/// <param name="Reason">One word, a metric tag.</param>
/// <param name="Detail">For people; no personal data.</param>
internal sealed record MappingFault(string Reason, string Detail);
