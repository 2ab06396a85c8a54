using System.Net;
using TrackHub.Ingest.Limiting;
using TrackHub.Testing;

namespace TrackHub.Ingest.Tests.Limiting;

public sealed class AddressBucketsTests
{
    private static readonly IPAddress Client = IPAddress.Parse("203.0.113.7");
    private readonly ManualClock _clock = new();

    [Fact]
    public void A_full_bucket_gives_its_burst_at_once_and_then_as_much_as_it_gains()
    {
        var buckets = new AddressBuckets(perSecond: 10, burst: 30, _clock);

        Taken(buckets, Client, 100).ShouldBe(30);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Taken(buckets, Client, 100).ShouldBe(10);
        _clock.Advance(TimeSpan.FromHours(1));
        Taken(buckets, Client, 100).ShouldBe(30);
    }

    [Fact]
    public void Who_is_refused_is_told_when_to_come_back_and_it_is_true()
    {
        var buckets = new AddressBuckets(perSecond: 2, burst: 4, _clock);
        buckets.Take(Client, 4).ShouldBe(TimeSpan.Zero);

        var wait = buckets.Take(Client, 3);

        wait.ShouldBe(TimeSpan.FromSeconds(1.5));
        _clock.Advance(wait - TimeSpan.FromMilliseconds(1));
        buckets.Take(Client, 3).ShouldBe(TimeSpan.FromMilliseconds(1));
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        buckets.Take(Client, 3).ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void More_than_a_bucket_holds_takes_all_of_it_and_asking_takes_nothing()
    {
        var buckets = new AddressBuckets(perSecond: 1, burst: 5, _clock);

        buckets.Take(Client, 0).ShouldBe(TimeSpan.Zero);
        buckets.Take(Client, 100).ShouldBe(TimeSpan.Zero);
        buckets.Take(Client, 0).ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("203.0.113.7", "203.0.113.8", false)]
    [InlineData("203.0.113.7", "::ffff:203.0.113.7", true)]
    [InlineData("203.0.113.7", "::203.0.113.7", false)]
    [InlineData("::1", "::2", true)]
    public void An_address_is_one_client_and_IPv6_counts_by_its_64(string first, string second, bool isSame)
    {
        var buckets = new AddressBuckets(perSecond: 1, burst: 1, _clock);
        buckets.Take(IPAddress.Parse(first), 1).ShouldBe(TimeSpan.Zero);

        (buckets.Take(IPAddress.Parse(second), 1) > TimeSpan.Zero).ShouldBe(isSame);
    }

    [Fact]
    public void Very_many_addresses_cost_no_memory_and_shut_nobody_out()
    {
        var buckets = new AddressBuckets(perSecond: 1, burst: 1, _clock);
        var addresses = Enumerable.Range(0, 4 * AddressBuckets.Capacity).Select(static n => new IPAddress(0x0A00_0000L + n)).ToArray();
        buckets.Take(addresses[0], 1);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var refused = 0;
        foreach (var address in addresses.AsSpan(1))
            refused += buckets.Take(address, 1) > TimeSpan.Zero ? 1 : 0;

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        refused.ShouldBe(0);
    }

    [Fact]
    public void What_makes_room_is_the_fullest_bucket()
    {
        var buckets = new AddressBuckets(perSecond: 1, burst: 1_000, _clock);
        buckets.Take(Client, 1_000);

        // Twice as many clients as there is room for, none of whom has taken as much.
        for (var n = 0; n < 2 * AddressBuckets.Capacity; n++)
            buckets.Take(new IPAddress(0x0A00_0000L + n), 1);

        buckets.Take(Client, 1).ShouldBeGreaterThan(TimeSpan.Zero);
    }

    [Fact]
    public async Task Takers_at_once_get_no_more_than_the_burst()
    {
        var buckets = new AddressBuckets(perSecond: 1, burst: 1_000, _clock);

        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Taken(buckets, Client, 500))));

        taken.Sum().ShouldBe(1_000);
    }

    private static int Taken(AddressBuckets buckets, IPAddress address, int tries) =>
        Enumerable.Range(0, tries).Count(_ => buckets.Take(address, 1) == TimeSpan.Zero);
}
