using TrackHub.Cli.Testing;

namespace TrackHub.Load.Measuring;

/// <summary>How hard and how long.</summary>
/// <param name="Rate">Items a second in the open loop.</param>
/// <param name="Duration">Length of each measurement.</param>
/// <param name="WarmUp">Length of the same load before it, not recorded.</param>
/// <param name="MaxCount">Most items of a measurement, whatever rate and duration say.</param>
internal sealed record LoadSettings(int Rate, TimeSpan Duration, TimeSpan WarmUp, long MaxCount)
{
    /// <summary>The settings of a call; a rate that was not given is the scenario's own.</summary>
    public static LoadSettings Of(LoadRequest request, int usualRate) => new(
        request.Rate ?? usualRate, TimeSpan.FromSeconds(request.DurationSeconds), TimeSpan.FromSeconds(request.WarmUpSeconds), request.MaxCount);

    /// <summary>Items of the open loop in that time.</summary>
    public long Count(TimeSpan duration) => Count(Rate, duration);

    /// <summary>Items of an open loop of another rate in that time.</summary>
    public long Count(int rate, TimeSpan duration) => Math.Min(MaxCount, (long)Math.Ceiling(rate * duration.TotalSeconds));
}
