namespace TrackHub.Platform.Tests.Streams;

/// <summary>When a buffer gives the records of delay topics.</summary>
public sealed class RecordBufferDelayTests : RecordBufferTest
{
    [Fact]
    public async Task A_delayed_record_comes_when_append_time_and_delay_have_passed()
    {
        using var buffer = Buffer();
        Assign(buffer, Delayed, 0);
        Add(buffer, Delayed, 0, 0, 1);
        Clock.Advance(TimeSpan.FromSeconds(2));
        Add(buffer, Delayed, 0, 1, 1);

        buffer.Promote().ShouldBe(TimeSpan.FromSeconds(3));
        var taking = buffer.TakeAsync(10, TimeSpan.Zero, CancellationToken.None);
        Clock.Advance(TimeSpan.FromSeconds(3) - TimeSpan.FromTicks(1));
        buffer.Promote();
        taking.IsCompleted.ShouldBeFalse();
        Clock.Advance(TimeSpan.FromTicks(1));
        buffer.Promote().ShouldBe(TimeSpan.FromSeconds(2));

        (await taking)!.ShouldHaveSingleItem().Coordinates.Offset.ShouldBe(0);
        Clock.Advance(TimeSpan.FromSeconds(2.5));
        buffer.OverdueSeconds(Delayed.Name).ShouldBe(0.5);
    }

    [Fact]
    public void Jitter_lengthens_the_delay_by_at_most_its_share()
    {
        using var buffer = Buffer();
        Assign(buffer, Jittered, 0);
        for (var offset = 0; offset < 200; offset++)
            Add(buffer, Jittered, 0, offset, 1);

        Clock.Advance(TimeSpan.FromSeconds(15) - TimeSpan.FromTicks(1));
        buffer.Promote();
        buffer.Owned[0].Ready.ShouldBeEmpty();
        Clock.Advance(TimeSpan.FromSeconds(15 * 0.25));
        buffer.Promote().ShouldBe(TimeSpan.MaxValue);
        buffer.Owned[0].Ready.Count.ShouldBe(200);
    }

    [Fact]
    public void AClock_behind_the_brokers_never_waits_longer_than_the_delay()
    {
        using var buffer = Buffer();
        Assign(buffer, Delayed, 0);
        buffer.Add(Record(Delayed, 0, 0, Clock.GetUtcNow() + TimeSpan.FromMinutes(10)));

        buffer.Promote().ShouldBe(TimeSpan.FromSeconds(5));
    }
}
