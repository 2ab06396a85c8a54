using System.Diagnostics.Metrics;

namespace TrackHub.Ingest.Rehearsing;

/// <summary>Makes meters whose names nobody collects: what is played is counted nowhere.</summary>
internal sealed class UnheardMeters : IMeterFactory
{
    private readonly List<Meter> _made = [];

    /// <inheritdoc/>
    public Meter Create(MeterOptions options)
    {
        var meter = new Meter($"rehearsal.{options.Name}", options.Version, options.Tags, this);
        lock (_made)
            _made.Add(meter);
        return meter;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_made)
        {
            _made.ForEach(static meter => meter.Dispose());
            _made.Clear();
        }
    }
}
