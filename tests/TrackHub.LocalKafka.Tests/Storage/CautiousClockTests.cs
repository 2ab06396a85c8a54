using Microsoft.Extensions.Logging.Abstractions;
using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Tests.Storage;

public sealed class CautiousClockTests
{
    private static readonly TimeSpan Years = TimeSpan.FromDays(3650);

    private readonly TwoHands _hands = new();
    private readonly CautiousClock _clock;

    public CautiousClockTests() => _clock = new CautiousClock(_hands, NullLogger.Instance);

    [Fact]
    public void Time_that_passes_is_believed()
    {
        _hands.Pass(TimeSpan.FromDays(2));

        _clock.GetUtcNow().ShouldBe(_hands.GetUtcNow());
    }

    [Fact]
    public void A_jump_forward_is_believed_when_it_has_held()
    {
        _hands.Jump(Years);

        _clock.GetUtcNow().ShouldBe(_hands.GetUtcNow() - Years);
        _hands.Pass(CautiousClock.Probation - TimeSpan.FromSeconds(1));
        _clock.GetUtcNow().ShouldBe(_hands.GetUtcNow() - Years);
        _hands.Pass(TimeSpan.FromSeconds(1));
        _clock.GetUtcNow().ShouldBe(_hands.GetUtcNow());
    }

    [Fact]
    public void A_jump_that_is_set_right_was_never_believed_and_the_next_one_is_as_new()
    {
        _hands.Jump(Years);
        _clock.GetUtcNow();
        _hands.Pass(CautiousClock.Probation / 2);
        _hands.Jump(-Years);
        _clock.GetUtcNow().ShouldBe(_hands.GetUtcNow());

        _hands.Jump(Years);
        _clock.GetUtcNow();
        _hands.Pass(CautiousClock.Probation / 2);
        _clock.GetUtcNow().ShouldBe(_hands.GetUtcNow() - Years);
    }

    [Fact]
    public void Corrections_and_jumps_back_are_believed_at_once()
    {
        _hands.Jump(CautiousClock.Tolerance);
        _clock.GetUtcNow().ShouldBe(_hands.GetUtcNow());
        _hands.Jump(-Years);
        _clock.GetUtcNow().ShouldBe(_hands.GetUtcNow());
    }

    /// <summary>A wall clock that is set apart from the time that passes.</summary>
    private sealed class TwoHands : TimeProvider
    {
        private DateTimeOffset _wall = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        private long _passed;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Jump(TimeSpan by) => _wall += by;

        public void Pass(TimeSpan time)
        {
            _wall += time;
            _passed += time.Ticks;
        }

        public override DateTimeOffset GetUtcNow() => _wall;

        public override long GetTimestamp() => _passed;
    }
}
