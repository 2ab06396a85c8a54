using TrackHub.Platform.Streams;

namespace TrackHub.Platform.Tests.Streams;

public sealed class ReportSlotsTests
{
    private readonly ReportSlots _slots = new();

    [Fact]
    public void A_token_finds_its_sink_until_it_is_given_back()
    {
        var (first, second) = (new Sink(), new Sink());
        var (one, two) = (_slots.Take(first), _slots.Take(second));

        (_slots.Find(one), _slots.Find(two)).ShouldBe((first, second));
        _slots.Return(one);
        _slots.Return(one);   // again is nothing

        (_slots.Find(one), _slots.Find(two)).ShouldBe((null, second));
        _slots.Count.ShouldBe(1);
    }

    [Fact]
    public void An_old_token_does_not_find_who_has_the_slot_now()
    {
        var old = _slots.Take(new Sink());
        _slots.Return(old);

        var now = _slots.Take(new Sink());

        ((int)old, _slots.Find(old)).ShouldBe(((int)now, null));   // the same slot
        _slots.Return(old);
        _slots.Find(now).ShouldNotBeNull();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public void A_token_that_was_never_given_finds_nobody(long token)
    {
        _slots.Find((nint)token).ShouldBeNull();
        _slots.Take(new Sink());

        _slots.Find((nint)token).ShouldBeNull();
    }

    [Fact]
    public void Slots_are_used_again_and_found_however_many_there_are()
    {
        var sinks = Enumerable.Range(0, 1_000).Select(static _ => new Sink()).ToList();
        var tokens = sinks.ConvertAll(_slots.Take);
        tokens.Select(_slots.Find).ShouldBe(sinks);
        tokens.Distinct().Count().ShouldBe(1_000);

        tokens.ForEach(_slots.Return);
        _slots.Count.ShouldBe(0);

        var again = sinks.ConvertAll(_slots.Take);
        again.Max(static token => (int)token).ShouldBe(tokens.Max(static token => (int)token));
        _slots.LoseAll();
        sinks.ShouldAllBe(static sink => sink.Lost == 1);
    }

    private sealed class Sink : IReportSink
    {
        public int Lost { get; private set; }

        public void Report(in DeliveryReport report) => throw new NotSupportedException();

        public void Lose() => Lost++;
    }
}
