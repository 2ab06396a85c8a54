using System.Globalization;

namespace TrackHub.LocalKafka.Faults.Lab;

/// <summary>How long the fault tests run, and by which seed.</summary>
internal static class Form
{
    /// <summary>Whether full rounds and durations are asked for (<c>./trackhub test --full</c>).</summary>
    public static bool IsFull => Environment.GetEnvironmentVariable("TRACKHUB_TEST_FULL") == "1";

    /// <summary>Where a run's random choices come from: TRACKHUB_TEST_SEED repeats those of an earlier run, which printed it.</summary>
    public static int Seed { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("TRACKHUB_TEST_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out var seed)
            ? seed
            : Random.Shared.Next();
}
