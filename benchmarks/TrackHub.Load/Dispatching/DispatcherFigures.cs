using TrackHub.Load.Setup;

namespace TrackHub.Load.Dispatching;

/// <summary>What a dispatcher has done and cost since its start.</summary>
/// <param name="Delivered">Events delivered.</param>
/// <param name="Calls">Calls made.</param>
/// <param name="CalledEvents">Events in them.</param>
/// <param name="Statements">Commands and batches sent to PostgreSQL.</param>
/// <param name="StatementSeconds">Time it waited for their answers, summed.</param>
/// <param name="CpuSeconds">CPU time of its process.</param>
/// <param name="AllocatedBytes">Bytes it allocated.</param>
internal sealed record DispatcherFigures(
    double Delivered, double Calls, double CalledEvents, double Statements, double StatementSeconds, double CpuSeconds, double AllocatedBytes)
{
    /// <summary>Reads them.</summary>
    public static async Task<DispatcherFigures> ReadAsync(RoleProcess dispatcher, CancellationToken cancellationToken) => new(
        await DeliveredAsync(dispatcher, cancellationToken),
        await dispatcher.FigureAsync("trackhub_dispatcher_call_events_count", "", cancellationToken),
        await dispatcher.FigureAsync("trackhub_dispatcher_call_events_sum", "", cancellationToken),
        await dispatcher.FigureAsync("db_client_operation_duration_seconds_count", "", cancellationToken),
        await dispatcher.FigureAsync("db_client_operation_duration_seconds_sum", "", cancellationToken),
        dispatcher.Meter.CpuSeconds,
        await dispatcher.FigureAsync("dotnet_gc_heap_total_allocated_bytes_total", "", cancellationToken));

    /// <summary>Events delivered so far.</summary>
    public static Task<double> DeliveredAsync(RoleProcess dispatcher, CancellationToken cancellationToken) =>
        dispatcher.FigureAsync("trackhub_dispatcher_events_total", "outcome=\"delivered\"", cancellationToken);

    /// <summary>What was done since earlier figures.</summary>
    public DispatcherFigures Since(DispatcherFigures earlier) => new(
        Delivered - earlier.Delivered, Calls - earlier.Calls, CalledEvents - earlier.CalledEvents, Statements - earlier.Statements,
        StatementSeconds - earlier.StatementSeconds, CpuSeconds - earlier.CpuSeconds, AllocatedBytes - earlier.AllocatedBytes);

    /// <summary>For the report, per event and call.</summary>
    public IReadOnlyList<(string Name, double Value)> Figures =>
    [
        ("events a call", CalledEvents / Calls),
        ("PostgreSQL round trips an event", Statements / Delivered),
        ("PostgreSQL µs waited an event", StatementSeconds * 1_000_000 / Delivered),
        ("PostgreSQL ms a round trip", StatementSeconds * 1_000 / Statements),
    ];
}
