using TrackHub.Cli.Demo.Plan.Gateways;
using TrackHub.Schemas;

namespace TrackHub.Cli.Demo.Plan;

/// <summary>
/// One sale as its gateway tells it, state after state, and what each state must become: the demo's own reading of the rules, written
/// without the matcher's code so that it can find a fault there.
/// </summary>
internal sealed class SaleThread(PlanWriter plan, IGatewaySender gateway, Visitor buyer, long amountMinor)
{
    private readonly HashSet<SaleKind> _seen = [];
    private PlannedRequest? _last;
    private SaleKind _lastKind;

    /// <summary>The gateway's id.</summary>
    public string SaleId { get; } = gateway.NewSaleId(plan.Ids);

    /// <summary>Click id in the gateway's carrier.</summary>
    public string? ClickId { get; init; }

    /// <summary>What the gateway knows of the buyer.</summary>
    public BuyerFacts Facts { get; init; }

    /// <summary>Stage that must find the click; none if nothing can.</summary>
    public MatchStage Stage { get; init; }

    /// <summary>Why the Purchase may not go to Meta; null if it may.</summary>
    public string? Blocked { get; init; }

    /// <summary>Whether it is the test button's.</summary>
    public bool Test { get; init; }

    /// <summary>Whether the buyer pays by PIX.</summary>
    public bool Pix { get; init; }

    /// <summary>The gateway tells a state.</summary>
    /// <param name="kind">State.</param>
    /// <param name="after">Wait before.</param>
    public void Tell(SaleKind kind, TimeSpan after = default)
    {
        var (path, secret) = plan.Target.Connections[gateway.Name];
        var body = gateway.Body(new()
        {
            SaleId = SaleId,
            Kind = kind,
            Buyer = buyer,
            AmountMinor = amountMinor,
            At = plan.At.AddSeconds(-60 + _seen.Count),
            DeliveryId = plan.Ids.Uuid(),
            ClickId = ClickId,
            Facts = Facts,
            Pix = Pix,
            Test = Test,
        });
        _last = gateway.Sign(path, secret, body);
        _lastKind = kind;
        plan.Add($"{gateway.Name} {kind.ToSymbol()}", _last, ExpectedAnswer.Taken, [EndOf(kind)], after);
    }

    /// <summary>The gateway tells the last state again, byte for byte.</summary>
    public void Repeat()
    {
        var kind = _lastKind;
        plan.Add($"{gateway.Name} {kind.ToSymbol()} again", _last!, ExpectedAnswer.Taken, [Duplicate(kind)]);
    }

    private ExpectedEvent EndOf(SaleKind kind)
    {
        if (kind is SaleKind.Ignored)
            return Recorded(kind, "ignored");
        var repeats = _seen.Contains(kind) || (IsPaid(kind) && _seen.Any(IsPaid));
        _seen.Add(kind);
        if (repeats)
            return Duplicate(kind);
        if (Test)
            return Recorded(kind, "test_button") with { State = "test" };
        if (kind is not SaleKind.Approved)
            return Recorded(kind, kind.ToSymbol()) with { Stage = Searches(kind) ? Stage.ToSymbol() : null };
        if (amountMinor == 0)
            return Recorded(kind, "zero_value");

        var id = plan.PurchaseId(gateway.Name, SaleId);
        return new()
        {
            EventId = id,
            Kind = kind.ToSymbol(),
            Destination = plan.Target.PixelId,
            State = Blocked is null ? "delivered" : "blocked_consent",
            Reason = Blocked ?? "",
            Stage = Stage.ToSymbol(),
            Arrival = Blocked is null ? new("Purchase", id, amountMinor / 100m, "BRL") : null,
        };
    }

    private ExpectedEvent Duplicate(SaleKind kind) => Recorded(kind, kind.ToSymbol()) with { State = "duplicate" };

    private ExpectedEvent Recorded(SaleKind kind, string reason) => new()
    {
        EventId = plan.PurchaseId(gateway.Name, SaleId),
        Kind = kind.ToSymbol(),
        Destination = "none",
        State = "recorded",
        Reason = reason,
    };

    private static bool IsPaid(SaleKind kind) => kind is SaleKind.Approved or SaleKind.Renewed;

    // Kinds by which a sale is first heard of look for its click themselves.
    private static bool Searches(SaleKind kind) => kind is SaleKind.CartAbandoned or SaleKind.Pending or SaleKind.Refused or SaleKind.Renewed;
}
