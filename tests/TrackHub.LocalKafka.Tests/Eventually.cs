using System.Diagnostics;

namespace TrackHub.LocalKafka.Tests;

/// <summary>Waits for what another thread or process brings about.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Looks every 20 ms until <paramref name="condition"/> holds; fails with <paramref name="state"/> after 20 s.</summary>
    public static async Task TrueAsync(Func<bool> condition, Func<string> state)
    {
        var started = Stopwatch.GetTimestamp();
        using var interval = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(started) > Limit)
                throw new TimeoutException(state());
            await interval.WaitForNextTickAsync();
        }
    }
}
