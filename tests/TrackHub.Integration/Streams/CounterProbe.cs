using System.Diagnostics.Metrics;

namespace TrackHub.Integration.Streams;

/// <summary>Adds up what a counter of one process says while it is watched.</summary>
internal sealed class CounterProbe : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _sum;

    /// <param name="meters">The process's: others of this test run have counters of the same name.</param>
    /// <param name="name">The counter's.</param>
    public CounterProbe(IMeterFactory meters, string name)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == name && instrument.Meter.Scope == meters) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref _sum, value));
        _listener.Start();
    }

    public long Sum => Interlocked.Read(ref _sum);

    public void Dispose() => _listener.Dispose();
}
