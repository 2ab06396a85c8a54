using System.Collections.Concurrent;
using TrackHub.Load.Measuring;

namespace TrackHub.Load.EndToEnd;

/// <summary>Sends sales and remembers by the wall clock when each left.</summary>
internal sealed class SentSales(ILoadTarget sales, TimeProvider clock) : ILoadTarget
{
    private readonly ConcurrentDictionary<long, DateTimeOffset> _left = [];

    /// <inheritdoc/>
    public int Depth => sales.Depth;

    /// <summary>When the sale of that number left.</summary>
    public DateTimeOffset At(long number) => _left[number];

    /// <inheritdoc/>
    public Task<string?> SendAsync(long number, CancellationToken cancellationToken)
    {
        _left[number] = clock.GetUtcNow();
        return sales.SendAsync(number, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => sales.DisposeAsync();
}
