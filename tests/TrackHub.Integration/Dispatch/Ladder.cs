using TrackHub.Schemas;

namespace TrackHub.Integration.Dispatch;

/// <summary>A test of real durations, for the full form of the tests.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FullFactAttribute : FactAttribute
{
    public FullFactAttribute() => Skip = IsFull ? null : "takes its time: `./trackhub test --full`";

    /// <summary>Whether the tests run in full.</summary>
    public static bool IsFull => Environment.GetEnvironmentVariable("TRACKHUB_TEST_FULL") == "1";
}

/// <summary>The retry ladder as attempts on record show it.</summary>
internal static class Ladder
{
    /// <summary>Six attempts, the gaps between them 1, 2, 4, 8 and 16 s by the world's clock, none shorter.</summary>
    /// <param name="attempts">In order.</param>
    /// <param name="speed">How many times as fast the world lives.</param>
    /// <param name="slack">What a gap may be longer than its rung with its jitter, a quarter; null: whatever it takes.</param>
    public static void ShouldBeClimbed(IReadOnlyList<DispatchAttempt> attempts, int speed, TimeSpan? slack = null)
    {
        attempts.Select(static attempt => (attempt.Attempt, attempt.LadderStep)).ShouldBe([(1, 0), (2, 1), (3, 2), (4, 3), (5, 4), (6, 5)]);
        for (var rung = 0; rung < 5; rung++)
        {
            var gap = attempts[rung + 1].StartedAt - attempts[rung].StartedAt;
            var delay = TimeSpan.FromSeconds(1 << rung) / speed;
            gap.ShouldBeGreaterThanOrEqualTo(delay - TimeSpan.FromMilliseconds(20));
            if (slack is { } most)
                gap.ShouldBeLessThan((delay * 1.25) + most);
        }
    }
}
