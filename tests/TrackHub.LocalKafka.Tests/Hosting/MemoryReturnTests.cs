using TrackHub.LocalKafka.Hosting;

namespace TrackHub.LocalKafka.Tests.Hosting;

/// <summary>When memory is given back: at rest after a load, a bounded number of times.</summary>
public sealed class MemoryReturnTests : IDisposable
{
    private readonly MemoryReturn _memory;
    private long _work;
    private int _returns;

    public MemoryReturnTests() => _memory = new(() => _work, () => _returns++, new ManualClock());

    public void Dispose() => _memory.Dispose();

    [Fact]
    public void A_load_is_not_disturbed_and_its_memory_is_returned_at_rest()
    {
        for (var i = 0; i < 10; i++) Pass(MemoryReturn.RestBytes);
        _returns.ShouldBe(0);

        for (var i = 0; i < 10; i++) Pass(MemoryReturn.RestBytes / 100);
        _returns.ShouldBe(MemoryReturn.Times);
    }

    [Fact]
    public void A_load_that_comes_back_between_two_times_is_followed_by_both()
    {
        Pass(MemoryReturn.WorthBytes);
        Pass(0);
        _returns.ShouldBe(1);

        Pass(MemoryReturn.WorthBytes);
        _returns.ShouldBe(1);

        for (var i = 0; i < 10; i++) Pass(0);
        _returns.ShouldBe(1 + MemoryReturn.Times);
    }

    [Fact]
    public void Little_work_is_not_worth_it_until_it_adds_up()
    {
        const long little = MemoryReturn.RestBytes / 2;
        for (var i = 0; i < (MemoryReturn.WorthBytes / little) - 1; i++) Pass(little);
        _returns.ShouldBe(0);

        Pass(little);
        _returns.ShouldBe(1);
    }

    private void Pass(long bytes)
    {
        _work += bytes;
        _memory.Look();
    }
}
