using TrackHub.Load.Setup;

namespace TrackHub.Load.Dispatching;

/// <summary>What a dispatcher's batches have waited for since its start.</summary>
/// <param name="Purchases">Calls that held a Purchase when they were due.</param>
/// <param name="LingerSeconds">What the oldest Purchase of each waited for company, summed.</param>
/// <param name="InTime">Of those calls the ones that waited no longer than 100 ms.</param>
/// <param name="Turns">Batches that may be called for.</param>
/// <param name="SlotSeconds">What they waited for a slot, summed.</param>
internal sealed record DispatcherWaits(double Purchases, double LingerSeconds, double InTime, double Turns, double SlotSeconds)
{
    private const string Linger = "trackhub_dispatcher_purchase_linger_seconds";
    private const string Slot = "trackhub_dispatcher_slot_wait_seconds";

    /// <summary>Reads them.</summary>
    public static async Task<DispatcherWaits> ReadAsync(RoleProcess dispatcher, CancellationToken cancellationToken) => new(
        await dispatcher.FigureAsync($"{Linger}_count", "", cancellationToken),
        await dispatcher.FigureAsync($"{Linger}_sum", "", cancellationToken),
        await dispatcher.FigureAsync($"{Linger}_bucket", "le=\"0.1\"", cancellationToken),
        await dispatcher.FigureAsync($"{Slot}_count", "", cancellationToken),
        await dispatcher.FigureAsync($"{Slot}_sum", "", cancellationToken));

    /// <summary>What was waited since earlier figures.</summary>
    public DispatcherWaits Since(DispatcherWaits earlier) => new(
        Purchases - earlier.Purchases, LingerSeconds - earlier.LingerSeconds, InTime - earlier.InTime, Turns - earlier.Turns, SlotSeconds - earlier.SlotSeconds);

    /// <summary>For the report; the warm-up is in them.</summary>
    public IReadOnlyList<(string Name, double Value)> Figures =>
    [
        ("linger ms", LingerSeconds * 1_000 / Purchases),
        ("% lingered 100 ms at most", InTime * 100 / Purchases),
        ("ms a batch waited for a slot", SlotSeconds * 1_000 / Turns),
    ];
}
