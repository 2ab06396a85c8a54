using TrackHub.Platform.Identity;

namespace TrackHub.Cli.Demo.Plan;

/// <summary>What scenarios write a plan with: the pen, the ids, the dice. Not thread-safe.</summary>
internal sealed class PlanWriter(PlanSettings settings, DemoTarget target)
{
    private readonly List<PlannedItem> _items = [];
    private string _scenario = "";
    private int _script;

    /// <summary>Whose traffic it is.</summary>
    public DemoTarget Target { get; } = target;

    /// <summary>Ids of the run.</summary>
    public RunIds Ids { get; } = new(settings.Run);

    /// <summary>Decides everything that is left open.</summary>
    public Random Random { get; } = new(settings.Seed);

    /// <summary>The moment the traffic is around.</summary>
    public DateTimeOffset At { get; } = settings.At;

    /// <summary>Requests written.</summary>
    public int Count => _items.Count;

    /// <summary>Begins a script: what follows is sent in this order.</summary>
    public void Begin(string scenario)
    {
        _scenario = scenario;
        _script++;
    }

    /// <summary>A new person.</summary>
    public Visitor NewVisitor() => Visitor.New(Ids, Random, At);

    /// <summary>A price in minor units, BRL.</summary>
    public long Price() => Random.Next(19, 1_997) * 100L + new[] { 0, 90, 97 }[Random.Next(3)];

    /// <summary>One of several.</summary>
    public T Pick<T>(IReadOnlyList<T> several) => several[Random.Next(several.Count)];

    /// <summary>True in that share of cases.</summary>
    public bool Chance(double share) => Random.NextDouble() < share;

    /// <summary>Writes a request.</summary>
    public void Add(string label, PlannedRequest request, ExpectedAnswer answer, IReadOnlyList<ExpectedEvent>? events = null, TimeSpan after = default) =>
        _items.Add(new()
        {
            Number = _items.Count + 1,
            Script = _script,
            Scenario = _scenario,
            Label = label,
            After = after,
            Request = request,
            Answer = answer,
            Events = events ?? [],
        });

    /// <summary>The event_id of a sale's Purchase.</summary>
    public string PurchaseId(string gateway, string saleId) => EventIds.ForOrder(Target.BrandId, "Purchase", gateway, saleId);

    /// <summary>Everything written.</summary>
    public IReadOnlyList<PlannedItem> Items => _items;
}
