using System.Collections.Concurrent;
using TrackHub.Platform.Identity;

namespace TrackHub.Platform.Tests.Identity;

public sealed class RandomBytesTests
{
    [Fact]
    public void None_are_given_out_twice_on_any_thread_whatever_lengths_are_taken_in_between()
    {
        var seen = new ConcurrentDictionary<string, int>();

        Parallel.For(0, 20_000, number =>
        {
            Span<byte> bytes = stackalloc byte[12 + (number % 4)];
            RandomBytes.Take(bytes);
            seen[Convert.ToHexString(bytes[..12])] = number;
        });

        seen.Count.ShouldBe(20_000);
    }

    [Fact]
    public void More_than_a_stock_is_made_for_are_refused() =>
        Should.Throw<ArgumentOutOfRangeException>(static () => RandomBytes.Take(new byte[RandomBytes.Most + 1]));
}
