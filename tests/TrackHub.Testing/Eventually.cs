using System.Diagnostics;

namespace TrackHub.Testing;

/// <summary>Waits for what other threads or processes bring about.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks again until the condition is true.</summary>
    /// <param name="condition">What must come true.</param>
    /// <param name="timeout">How long it may take; 15 s if not given.</param>
    /// <exception cref="TimeoutException">It did not.</exception>
    public static Task Holds(Func<Task<bool>> condition, TimeSpan? timeout = null) => Holds(
        async () =>
        {
            if (!await condition())
                throw new TimeoutException("The condition did not come true in time.");
        },
        timeout);

    /// <inheritdoc cref="Holds(Func{Task{bool}}, TimeSpan?)"/>
    public static Task Holds(Func<bool> condition, TimeSpan? timeout = null) => Holds(() => Task.FromResult(condition()), timeout);

    /// <summary>Runs assertions again until none throws; what they throw last passes through.</summary>
    /// <param name="assertions">What must hold.</param>
    /// <param name="timeout">How long it may take; 15 s if not given.</param>
    public static async Task Holds(Func<Task> assertions, TimeSpan? timeout = null)
    {
        var limit = timeout ?? TimeSpan.FromSeconds(15);
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await assertions();
                return;
            }
            catch (Exception) when (Stopwatch.GetElapsedTime(started) < limit)
            {
                await Task.Delay(Pause);
            }
        }
    }
}
