using Npgsql;

namespace TrackHub.Platform.Rows;

/// <summary>Plans the statements of small batches once per connection.</summary>
/// <remarks>
/// Planning a batch takes some milliseconds of a processor, whatever the number of events: more than carrying it out for a Purchase that goes with a handful of
/// others, and next to nothing for hundreds, for which a plan that knows how many there are is worth it.
/// </remarks>
public static class SmallBatches
{
    private const int MaxEvents = 192;

    /// <summary>Prepares the batch if it is for few events. Nothing is sent where the connection knows its statements.</summary>
    /// <param name="batch">Statements whose text does not depend on the events.</param>
    /// <param name="events">What its parameters hold.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task PrepareIfSmallAsync(this NpgsqlBatch batch, int events, CancellationToken cancellationToken) =>
        events <= MaxEvents ? batch.PrepareAsync(cancellationToken) : Task.CompletedTask;
}
