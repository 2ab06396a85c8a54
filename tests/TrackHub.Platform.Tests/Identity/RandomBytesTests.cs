using System.Collections.Concurrent;
using TrackHub.Platform.Identity;

namespace TrackHub.Platform.Tests.Identity;

public sealed class NoncesTests
{
    [Fact]
    public void None_is_given_out_twice_on_any_thread()
    {
        var seen = new ConcurrentDictionary<string, int>();

        Parallel.For(0, 20_000, number =>
        {
            Span<byte> nonce = stackalloc byte[Nonces.Bytes];
            Nonces.Next(nonce);
            seen[Convert.ToHexString(nonce)] = number;
        });

        seen.Count.ShouldBe(20_000);
    }
}
